"""Here live whole edits as models write them, SEARCH/REPLACE blocks and unified diffs, made all or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.patch.places import Rejected, join, one_place, splice, split, unified

SEARCH = re.compile(r"^<{5,9} ?SEARCH\s*$")
DIVIDER = re.compile(r"^={5,9}\s*$")
REPLACE = re.compile(r"^>{5,9} ?REPLACE\s*$")
FENCE = re.compile(r"^\s*(```|~~~)")
NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class Edit:
    """Whole lines for whole lines. No old path: the file is new; no new path: it goes."""

    old_path: str
    new_path: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def apply(files: Mapping[str, str], text: str) -> dict[str, str]:
    """The files after the edits. Each must fit in exactly one place; Rejected otherwise, and nothing is changed.

    Line numbers and counts of a diff are ignored: models get them wrong.
    """
    lines = unified(text).split("\n")
    edits = list(_blocks(lines) if any(SEARCH.match(line) for line in lines) else _hunks(lines))
    if not edits:
        raise Rejected("There is neither a SEARCH/REPLACE block nor a unified diff in this text.")
    after = dict(files)
    for edit in edits:
        _apply(after, edit)
    if after == dict(files):
        raise Rejected("The edits change nothing.")
    return after


def _apply(files: dict[str, str], edit: Edit) -> None:
    if edit.old_path == NOWHERE or (not any(edit.old) and _resolved(files, edit.old_path) is None):
        _create(files, edit)
        return
    path = _resolved(files, edit.old_path)
    if path is None:
        raise Rejected(f"{edit.old_path}: there is no such file.")
    if not any(edit.old):
        raise Rejected(f"{path}: the old text is empty, but the file exists. Quote lines of it.")
    lines = split(files[path])
    start = one_place(lines, edit.old, path)
    _refuse_repetition(path, [line.text for line in lines], start, edit)
    files[path] = join(splice(lines, start, edit.old, edit.new))
    if edit.new_path == NOWHERE:
        if files[path].strip():
            raise Rejected(f"{path}: the diff deletes the file but does not remove all of its lines.")
        del files[path]


def _create(files: dict[str, str], edit: Edit) -> None:
    path = edit.new_path if edit.old_path == NOWHERE else edit.old_path
    path = path.removeprefix("b/") if edit.old_path == NOWHERE else path
    if path in files:
        raise Rejected(f"{path}: the file exists already. Edit it by quoting lines of it.")
    if not path or path == NOWHERE:
        raise Rejected("An edit does not say which file it is for.")
    files[path] = "\n".join(edit.new) + ("\n" if edit.new else "")


def _refuse_repetition(path: str, have: Sequence[str], start: int, edit: Edit) -> None:
    """An insertion whose lines stand there already was made before."""
    more = len(edit.new) - len(edit.old)
    for first in (start, start - more) if more > 0 else ():
        here = have[max(first, 0) : first + len(edit.new)]
        if [text.rstrip() for text in here] == [text.rstrip() for text in edit.new]:
            raise Rejected(f"{path}: the new lines stand there already, at line {first + 1}.")


def _resolved(files: Mapping[str, str], named: str) -> str | None:
    """The file that a path means: as it is, without a diff's prefix, or as the only one that ends so."""
    for path in (named, named.partition("/")[2] if named.startswith(("a/", "b/")) else ""):
        if path in files:
            return path
    ends = [path for path in files if path.endswith(f"/{named}")]
    if len(ends) > 1:
        raise Rejected(f"{named}: this could be any of {', '.join(sorted(ends)[:5])}. Give the whole path.")
    return ends[0] if ends else None


# --- SEARCH/REPLACE -----------------------------------------------------------------------------------------------


def _blocks(lines: Sequence[str]) -> Iterator[Edit]:
    path, at = "", 0
    while (start := _next(SEARCH, lines, at)) is not None:
        path = _path_above(lines[at:start]) or path
        stop = _next(REPLACE, lines, start)
        if stop is None:
            raise Rejected(f"{path}: a SEARCH block does not end with >>>>>>> REPLACE.")
        dividers = [n for n in range(start + 1, stop) if DIVIDER.match(lines[n])]
        if len(dividers) != 1:
            raise Rejected(f"{path}: a SEARCH block has {len(dividers)} lines of =======, not one; use the edit tool.")
        yield Edit(path, path, tuple(lines[start + 1 : dividers[0]]), tuple(lines[dividers[0] + 1 : stop]))
        at = stop + 1


def _next(marker: re.Pattern[str], lines: Sequence[str], at: int) -> int | None:
    return next((n for n in range(at, len(lines)) if marker.match(lines[n])), None)


def _path_above(lines: Sequence[str]) -> str:
    """The last line before a block that is no fence and holds a path, without its decoration."""
    named = [line.strip().strip("`*#: ").strip() for line in lines if line.strip() and not FENCE.match(line)]
    return named[-1] if named and " " not in named[-1] else ""


# --- unified diffs ------------------------------------------------------------------------------------------------


def _hunks(lines: Sequence[str]) -> Iterator[Edit]:
    old_path = new_path = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ "):
            old_path, new_path = _named(line), _named(lines[at + 1])
            at += 2
        elif line.startswith("@@"):
            body = _body(lines, at + 1)
            yield _edit(old_path, new_path, body)
            at += 1 + len(body)
        else:
            at += 1


def _named(line: str) -> str:
    return line[4:].partition("\t")[0].strip()


def _body(lines: Sequence[str], at: int) -> list[str]:
    """The hunk's lines, up to what cannot be one. A bare blank line is context whose space got lost."""
    body: list[str] = []
    for number in range(at, len(lines)):
        line = lines[number]
        heads = line.startswith("--- ") and number + 1 < len(lines) and lines[number + 1].startswith("+++ ")
        if heads or (line and line[0] not in " +-\\"):
            break
        body.append(line)
    while body and not body[-1]:
        body.pop()
    return body


def _edit(old_path: str, new_path: str, body: Sequence[str]) -> Edit:
    old = tuple(line[1:] for line in body if line[:1] in ("", " ", "-"))
    new = tuple(line[1:] for line in body if line[:1] in ("", " ", "+"))
    return Edit(old_path, new_path, old, new)
