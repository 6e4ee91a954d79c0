"""The files that a workspace is to have: those of a tree with a patch laid over it."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.values import Patch, Sha, TreeEntry

LINK, SUBMODULE, PROGRAM = "120000", "160000", "100755"
ODD_NAMES = frozenset(["", ".", "..", ".git"])  # hand-made trees may have them
MOST_FILE_BYTES = 100 * 1024**2  # each is in memory once
PATH_BYTES, NAME_BYTES = 4_000, 255  # Linux takes no longer ones


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file to have; `content` is None where it is to be read from the mirror."""

    mode: str  # git's
    sha: Sha
    size: int
    content: bytes | None = None

    @property
    def permissions(self) -> int:
        """Its permissions in the workspace."""
        return 0o755 if self.mode == PROGRAM else 0o644


@dataclass(frozen=True, slots=True)
class WantedFiles:
    """All files to have, folder by folder; and what of the tree is left out, as "path: why"."""

    files: dict[str, WantedFile] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(file.size for file in self.files.values())


def list_wanted(
    entries: Iterable[TreeEntry], links: Mapping[Sha, bytes], patch: Patch
) -> WantedFiles:
    """List the files of a tree with the patch laid over it. Modes are kept.

    `links` are the targets of symbolic links by their shas.
    """
    files: dict[str, WantedFile] = {}
    left_out = []
    modes = {}
    for entry in entries:
        modes[entry.path] = entry.mode
        if entry.path in patch.files:
            continue
        target = links.get(entry.sha) if entry.mode == LINK else None
        if why := _explain_left_out(entry, target):
            left_out.append(f"{entry.path}: {why}")
        else:
            files[entry.path] = WantedFile(entry.mode, entry.sha, entry.size, target)
    files |= _list_patched(patch, modes)
    return WantedFiles(dict(sorted(files.items(), key=_by_folder)), tuple(left_out))


def _by_folder(file: tuple[str, WantedFile]) -> tuple[str, str]:
    """Keep the files of a folder together, so that it is opened once."""
    folder, _, name = file[0].rpartition("/")
    return folder, name


def _list_patched(patch: Patch, modes: Mapping[str, str]) -> dict[str, WantedFile]:
    files = {}
    for path, text in patch.files.items():
        if text is not None:
            content = text.encode()
            mode = PROGRAM if modes.get(path) == PROGRAM else "100644"
            files[path] = WantedFile(mode, hash_blob(content), len(content), content)
    return files


def _explain_left_out(entry: TreeEntry, target: bytes | None) -> str:
    if target is not None and leads_out(entry.path, os.fsdecode(target)):
        return "a symbolic link that leads out of the repository"
    if entry.mode == SUBMODULE:
        return "a submodule, which is not fetched"
    if not ODD_NAMES.isdisjoint(entry.path.lower().split("/")):
        return "no git would check it out"
    if entry.size > MOST_FILE_BYTES:
        return "it is larger than GitHub takes"
    names = [len(name.encode()) for name in entry.path.split("/")]
    if max(names) > NAME_BYTES or sum(names) + len(names) > PATH_BYTES:
        return "its name is too long"
    return ""


def leads_out(path: str, target: str) -> bool:
    """Tell whether a symbolic link leads out of the tree, as it is written.

    Links that meet other links may still lead out: what that reaches is the sandbox's to bound.
    """
    if target.startswith("/"):
        return True
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return end == ".." or end.startswith("../")


def hash_blob(content: bytes) -> Sha:
    """Compute the name that git gives to a file with this content."""
    head = b"blob %d\0" % len(content)
    return Sha(hashlib.sha1(head + content, usedforsecurity=False).hexdigest())
