"""Check that a new dependency stands in its manifest as its neighbours do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.gates.change import Change
from bot.gates.dependencies.manifest_entries import ManifestEntry, read_manifest_groups
from bot.values import Finding

GATE = "dependencies"
MIN_NEIGHBOURS = 4  # that must agree, before they are a manner
EXACT = re.compile(r"={2,3}\s*[^*]+|=?\s*v?\d[\w.+-]*")
CARGO_EXACT = re.compile(r"=\s*\d[\w.+-]*")
OTHERS = ("^", "~=", "~", ">=", "==")
STYLES = {
    "exact": "pin one version",
    "^": "begin with `^`",
    "~=": "begin with `~=`",
    "~": "begin with `~`",
    ">=": "begin with `>=`",
    "bare": "name a version alone",
    "any": "name no version",
}


def check_manner(change: Change) -> Iterator[Finding]:
    """Find new entries that break the order or the kind of versions of all their neighbours."""
    for path, text in change.after.items():
        before = read_manifest_groups(path, change.read_before(path))
        for group, entries in read_manifest_groups(path, text).items():
            known = before.get(group, ())
            names = {entry.name for entry in known}
            new = [entry for entry in entries if entry.name not in names]
            if len(known) >= MIN_NEIGHBOURS and new:
                yield from _check_order(change, path, known, entries)
                yield from _check_versions(change, path, known, new)


def _check_order(
    change: Change, path: str, known: Sequence[ManifestEntry], entries: Sequence[ManifestEntry]
) -> Iterator[Finding]:
    """Find the new entry that stands in the wrong place of a list that was sorted."""
    fold = next((fold for fold in (_fold, str) if _is_sorted(known, fold)), None)
    if fold is None or _is_sorted(entries, fold):
        return
    names = {entry.name for entry in known}
    for entry in entries:
        rest = [each for each in entries if each.name in names or each is entry]
        if entry.name not in names and not _is_sorted(rest, fold):
            ordered = sorted(rest, key=lambda each: fold(each.name))
            index = ordered.index(entry)
            place = f"after `{ordered[index - 1].name}`" if index else "at the head"
            text = f"These dependencies are sorted by name, and `{entry.name}` belongs {place}."
            yield Finding(GATE, path, _find_line(change, path, entry.name), text, blocks=False)


def _check_versions(
    change: Change, path: str, known: Sequence[ManifestEntry], new: Sequence[ManifestEntry]
) -> Iterator[Finding]:
    """Find new entries that ask for versions otherwise than every neighbour."""
    styles = {_read_style(path, entry.versions) for entry in known}
    if len(styles) != 1:
        return
    style = styles.pop()
    for entry in new:
        if style in STYLES and _read_style(path, entry.versions) != style:
            text = (
                f"All other dependencies of this list {STYLES[style]}, and `{entry.name}` "
                "does not: write it as they do."
            )
            yield Finding(GATE, path, _find_line(change, path, entry.name), text, blocks=False)


def _read_style(path: str, versions: str) -> str:
    """Name the way in which versions are asked for; "other" for those without a name."""
    if not versions or versions == "*":
        return "any"
    if path.endswith("Cargo.toml"):
        return "exact" if CARGO_EXACT.fullmatch(versions) else "bare"
    if EXACT.fullmatch(versions):
        return "exact"
    return next((sign for sign in OTHERS if versions.startswith(sign)), "other")


def _is_sorted(entries: Sequence[ManifestEntry], fold: object) -> bool:
    names = [fold(entry.name) for entry in entries] if callable(fold) else []
    return names == sorted(names)


def _fold(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def _find_line(change: Change, path: str, name: str) -> int:
    numbers = [number for number, line in change.handwritten_lines(path) if name in line]
    return numbers[0] if numbers else 0
