"""Read which dependencies a manifest lists, group by group, in the order in which they stand."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

Purpose = Literal["run", "develop", ""]  # empty: the group does not tell
REQUIREMENTS = re.compile(
    r"(?:[\w.-]*requirements[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.(?:txt|in))$", re.IGNORECASE
)
REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^#;\\]*)")
DEVELOPING = re.compile(r"\b(?:dev|develop|development|tests?|testing|lint|docs?|typing|ci)\b")
NODE_GROUPS: Mapping[str, Purpose] = {
    "dependencies": "run",
    "devDependencies": "develop",
    "peerDependencies": "",
    "optionalDependencies": "",
}
CARGO_GROUPS: Mapping[str, Purpose] = {
    "dependencies": "run",
    "dev-dependencies": "develop",
    "build-dependencies": "",
}
Group = tuple[str, Purpose]


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One dependency of a group, and which versions of it are asked for."""

    name: str
    versions: str  # as written, or empty where any will do or the source is no index


def read_manifest_groups(path: str, text: str | None) -> dict[Group, tuple[ManifestEntry, ...]]:
    """Read the groups of a manifest; none where it is no manifest, or does not parse."""
    name = PurePosixPath(path).name
    try:
        if not text:
            return {}
        if name == "pyproject.toml":
            return dict(_read_pyproject(tomllib.loads(text)))
        if name == "package.json":
            return dict(_read_tables(json.loads(text), NODE_GROUPS))
        if name == "Cargo.toml":
            return dict(_read_cargo(tomllib.loads(text)))
        if REQUIREMENTS.search(path):
            return {(name, _find_purpose(name)): tuple(_read_lines(text.splitlines()))}
    except (ValueError, RecursionError):  # what does not parse is told by the gate "syntax"
        pass
    return {}


def _find_purpose(name: str) -> Purpose:
    if DEVELOPING.search(re.sub(r"[_\W]+", " ", name)):
        return "develop"
    return "run" if name in ("requirements.txt", "requirements.in") else ""


def _read_lines(lines: object) -> Iterator[ManifestEntry]:
    """Read requirements as pip does; options, addresses and files are none."""
    for line in lines if isinstance(lines, list) else ():
        match = REQUIREMENT.match(line) if isinstance(line, str) else None
        if match and "://" not in line and "/" not in match[1]:
            versions = re.sub(r"\s*--hash.*", "", match[2])
            yield ManifestEntry(match[1], "" if versions.startswith("@") else versions.strip())


def _read_pyproject(
    document: Mapping[str, Any],
) -> Iterator[tuple[Group, tuple[ManifestEntry, ...]]]:
    project = _as_table(document.get("project"))
    yield ("project.dependencies", "run"), tuple(_read_lines(project.get("dependencies")))
    for name, lines in _as_table(project.get("optional-dependencies")).items():
        purpose: Purpose = "develop" if _find_purpose(name) == "develop" else ""
        yield (f"project.optional-dependencies.{name}", purpose), tuple(_read_lines(lines))
    for name, lines in _as_table(document.get("dependency-groups")).items():
        yield (f"dependency-groups.{name}", "develop"), tuple(_read_lines(lines))
    poetry = _as_table(_as_table(document.get("tool")).get("poetry"))
    yield ("tool.poetry.dependencies", "run"), tuple(_read_table(poetry.get("dependencies")))
    for name, group in _as_table(poetry.get("group")).items():
        entries = tuple(_read_table(_as_table(group).get("dependencies")))
        yield (f"tool.poetry.group.{name}.dependencies", "develop"), entries


def _read_cargo(document: Mapping[str, Any]) -> Iterator[tuple[Group, tuple[ManifestEntry, ...]]]:
    yield from _read_tables(document, CARGO_GROUPS)
    shared = _as_table(document.get("workspace")).get("dependencies")
    yield ("workspace.dependencies", ""), tuple(_read_table(shared))


def _read_tables(
    document: object, groups: Mapping[str, Purpose]
) -> Iterator[tuple[Group, tuple[ManifestEntry, ...]]]:
    for name, purpose in groups.items():
        yield (name, purpose), tuple(_read_table(_as_table(document).get(name)))


def _read_table(table: object) -> Iterator[ManifestEntry]:
    for name, source in _as_table(table).items():
        versions = source if isinstance(source, str) else _as_table(source).get("version", "")
        if name != "python":
            yield ManifestEntry(name, versions if isinstance(versions, str) else "")


def _as_table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
