"""Find the files that a command made and that look like work: not what a build leaves."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase

from bot.adapters.sandbox.scan_folder import scan_folder
from bot.edits.paths import normalize_path
from bot.gates.policy import matches_glob

FEW = 20  # more are no work of a command's line, but of a build
BUILT = (
    *("__pycache__", "node_modules", "target", "dist", "build", "out", "venv", "htmlcov"),
    *("coverage", "*.egg-info", ".*cache*", ".venv", ".tox", ".nox", ".gradle", ".hypothesis"),
    *(".next", ".nyc_output", ".eggs", ".git", ".m2", ".npm"),
)


def list_new_files(root: int, known: Collection[str], since_ns: int) -> tuple[str, ...]:
    """List what is new since then in an open folder, when it is little; nothing when it is much."""
    paths = sorted(_find_new(root, known, since_ns))
    return tuple(paths) if len(paths) <= FEW else ()


def _find_new(root: int, known: Collection[str], since_ns: int) -> Iterator[str]:
    count = 0
    for path, entry in scan_folder(root, _is_no_build):
        if path not in known and _is_new_file(entry, since_ns):
            yield path
            count += 1
        if count > FEW:
            return


def _is_new_file(entry: os.DirEntry[str], since_ns: int) -> bool:
    """Tell whether it is a plain file since then, whose name people can read."""
    is_file = entry.name.isprintable() and entry.is_file(follow_symlinks=False)
    return is_file and entry.stat(follow_symlinks=False).st_ctime_ns >= since_ns


def _is_no_build(folder: str) -> bool:
    name = folder.rpartition("/")[2]
    return not any(fnmatchcase(name, pattern) for pattern in BUILT)


def is_ignored(path: str, ignore_files: Mapping[str, str]) -> bool:
    """Tell whether a tree's .gitignore files, by their folders, ignore a path, or nearly so."""
    above = [folder for folder in ignore_files if not folder or path.startswith(f"{folder}/")]
    decided = False
    for folder in sorted(above):
        inner = normalize_path(path[len(folder) :].lstrip("/"))
        for pattern in _list_patterns(ignore_files[folder]):
            if matches_glob(inner, pattern.lstrip("!")):
                decided = not pattern.startswith("!")
    return decided


def _list_patterns(text: str) -> Iterator[str]:
    lines = (line.strip() for line in text.splitlines())
    return (line for line in lines if line.strip("!/") and not line.startswith("#"))
