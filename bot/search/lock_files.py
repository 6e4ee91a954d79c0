"""Know the lock files of package managers: whose manifest each one follows, and what writes it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class LockFile:
    """A lock file of a repository, and the command that brings it up to date with its manifests.

    `inputs` are names of manifests, or their paths where the lock itself names them.
    """

    path: str
    inputs: tuple[str, ...]
    command: str  # as people type it, in `folder`
    program: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class _LockKind:
    manifest: str
    command: str

    @property
    def program(self) -> str:
        return self.command.partition(" ")[0]


KINDS: Mapping[str, _LockKind] = {
    "uv.lock": _LockKind("pyproject.toml", "uv lock"),
    "poetry.lock": _LockKind("pyproject.toml", "poetry lock"),
    "pdm.lock": _LockKind("pyproject.toml", "pdm lock --update-reuse"),
    "Pipfile.lock": _LockKind("Pipfile", "pipenv lock"),
    "package-lock.json": _LockKind("package.json", "npm install --package-lock-only"),
    "npm-shrinkwrap.json": _LockKind("package.json", "npm install --package-lock-only"),
    "pnpm-lock.yaml": _LockKind("package.json", "pnpm install --lockfile-only"),
    "yarn.lock": _LockKind("package.json", "yarn install"),
    "bun.lock": _LockKind("package.json", "bun install --lockfile-only"),
    "Cargo.lock": _LockKind("Cargo.toml", "cargo update --workspace"),
    "go.sum": _LockKind("go.mod", "go mod tidy"),
    "Gemfile.lock": _LockKind("Gemfile", "bundle lock"),
    "composer.lock": _LockKind("composer.json", "composer update --minimal-changes"),
    "mix.lock": _LockKind("mix.exs", "mix deps.get"),
    "pubspec.lock": _LockKind("pubspec.yaml", "dart pub get"),
}
# What pip-compile and uv write at the head of what they compile: the command that made it.
COMPILED = re.compile(r"^#\s+((?:uv pip compile|pip-compile)\b.*)$", re.MULTILINE)
HEAD_CHARS = 2_000
REQUIREMENTS = re.compile(
    r"(?:^|/)(?:requirements/[\w.-]+|[\w.-]*requirements[\w.-]*)\.(?:txt|lock)$"
)
SAFE_WORD = re.compile(r"[\w./=@:,+-]+")
INPUT = re.compile(r"[\w./-]+\.(?:in|txt|toml|cfg|py)")


def is_lock_name(path: str) -> bool:
    """Tell whether a file is named as a lock file that a package manager writes."""
    return path.rpartition("/")[2] in KINDS


def find_locks(manifest: str, paths: Collection[str]) -> Iterator[LockFile]:
    """Find the locks of a manifest: of each kind that which lies nearest above it."""
    path = PurePosixPath(manifest)
    for name, kind in KINDS.items():
        if kind.manifest != path.name:
            continue
        folder = next((each for each in path.parents if str(each / name) in paths), None)
        if folder is not None:
            place = "" if str(folder) == "." else str(folder)
            yield LockFile(str(folder / name), (kind.manifest,), kind.command, kind.program, place)


def read_compiled_lock(path: str, text: str, paths: Collection[str]) -> LockFile | None:
    """Read from the head of compiled requirements how they are compiled; None for other files.

    The command is of words that a shell takes as they are, and its inputs are files that are there.
    """
    match = COMPILED.search(text[:HEAD_CHARS]) if REQUIREMENTS.search(path) else None
    if match is None:
        return None
    words = match[1].split()
    if not all(SAFE_WORD.fullmatch(word) for word in words):
        return None
    folder = str(PurePosixPath(path).parent)
    named = [word for word in words[1:] if INPUT.fullmatch(word)]
    for place in ("" if folder == "." else folder, ""):
        inputs = [str(PurePosixPath(place, word)) for word in named]
        known = tuple(each for each in inputs if each in paths and each != path)
        if known and len(known) >= len(set(inputs) - {path}):
            return LockFile(path, known, shlex.join(words), words[0], place)
    return None
