"""Read what lock files hold, and give one that was written beside a mirror its own addresses."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

ADDRESS = re.compile(r"https?://[^\s\"'<>,}]{1,500}")
FILE = re.compile(  # of a package: the address of its index, and its place there
    r"(?P<index>https?://[^\s\"']{1,300}?)/"
    r"(?P<place>(?:@[^/\s]{1,200}/)?[^/\s@]{1,200}/-/\S{1,300}|packages/\S{1,500})"
)
GO_LINE = re.compile(r"^(\S+) (v\S+?)(?:/go\.mod)? h1:", re.MULTILINE)
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
YARN = re.compile(r"^\"?(@?[^@\s\"]+)@[^\n]*:\n\s+version:? \"?([^\s\"]+)", re.MULTILINE)
PNPM = re.compile(r"^  '?/?(@?[^@\s']+)@([^():\s']+)[^:\n]*:", re.MULTILINE)
GEM = re.compile(r"^    ([\w.-]+) \(([^)]+)\)$", re.MULTILINE)


def read_locked_versions(path: str, text: str) -> dict[str, frozenset[str]]:
    """Read the versions of each package that a lock holds; nothing where it cannot be read."""
    versions: dict[str, set[str]] = {}
    try:
        for name, version in _read_packages(PurePosixPath(path).name, text):
            versions.setdefault(name, set()).add(version)
    except (ValueError, RecursionError):
        return {}
    return {name: frozenset(known) for name, known in versions.items()}


def _read_packages(name: str, text: str) -> Iterator[tuple[str, str]]:
    if name in ("package-lock.json", "npm-shrinkwrap.json"):
        yield from _read_npm(json.loads(text))
    elif name in ("uv.lock", "poetry.lock", "pdm.lock", "Cargo.lock"):
        for package in tomllib.loads(text).get("package", ()):
            yield str(package.get("name")), str(package.get("version", ""))
    else:
        patterns = {
            "go.sum": GO_LINE,
            "yarn.lock": YARN,
            "pnpm-lock.yaml": PNPM,
            "Gemfile.lock": GEM,
        }
        for match in patterns.get(name, PINNED).finditer(text):
            yield match[1], match[2]


def _read_npm(document: object) -> Iterator[tuple[str, str]]:
    packages = document.get("packages", {}) if isinstance(document, dict) else {}
    for place, package in packages.items():
        if place and "version" in package:
            yield place.rpartition("node_modules/")[2], str(package["version"])


def list_moved(path: str, before: str, after: str, asked: str) -> tuple[str, ...]:
    """List the packages that both locks hold in other versions, as "name 1.0 -> 1.1".

    Those whose name stands in `asked`, the manifests, may move.
    """
    old, new = read_locked_versions(path, before), read_locked_versions(path, after)
    moved = []
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name] and not re.search(
            rf"(?<![\w-]){re.escape(name)}(?![\w-])", asked
        ):
            was = ", ".join(sorted(old[name] - new[name]) or sorted(old[name]))
            now = ", ".join(sorted(new[name] - old[name]) or sorted(new[name]))
            moved.append(f"{name} {was} -> {now}")
    return tuple(moved)


def restore_addresses(before: str, after: str) -> str:
    """Give each address of a new lock the form that the old one has for such addresses.

    A mirror stands for the indexes while a lock is written; its own addresses help nobody else.
    """
    known: set[str] = set(ADDRESS.findall(before))
    by_file = {address.rpartition("/")[2]: address for address in known if FILE.match(address)}
    indexes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for match in FILE.finditer(before):
        indexes[match["place"].startswith("packages/")][match["index"]] += 1
    registries = Counter(re.findall(r"registry = \"(https?://[^\"]+)\"", before))

    def restore(match: re.Match[str]) -> str:
        address: str = match[0]
        if address in known:
            return address
        if same := by_file.get(address.rpartition("/")[2]):
            return same
        file = FILE.match(address)
        if file and (usual := indexes[file["place"].startswith("packages/")].most_common(1)):
            return f"{usual[0][0]}/{file['place']}"
        return address

    if len(registries) == 1:
        (registry,) = registries
        after = re.sub(r'(registry = ")https?://[^"]+(")', rf"\g<1>{registry}\g<2>", after)
    return ADDRESS.sub(restore, after)
