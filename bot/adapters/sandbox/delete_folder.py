"""Delete what hostile code left: any depth, any number, any name, no link followed."""

from __future__ import annotations

import itertools
import os
import secrets
import stat
from collections.abc import Iterator

from bot.adapters.sandbox.openat2 import O_PATH

AT_ONCE = 1_000
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
OWNER_ALL = 0o700


def empty_folder(folder: int) -> None:
    """Delete all that is in an open folder. Raises OSError for what this user may not delete.

    A folder in a folder is first moved up, so that depth costs neither descriptors nor recursion.
    """
    names = _make_names()
    while batch := list_some(folder):
        for entry in batch:
            if entry.is_dir(follow_symlinks=False):
                _delete_shallow(folder, entry.name, names)
            else:
                os.unlink(entry.name, dir_fd=folder)


def take_folder(parent: int, name: str, trash: int) -> None:
    """Move a folder into the trash, from where `empty_folder` deletes it."""
    make_accessible(parent, name)
    os.rename(name, next(_make_names()), src_dir_fd=parent, dst_dir_fd=trash)


def list_some(folder: int) -> list[os.DirEntry[str]]:
    """List some of the entries of an open folder; none when it is empty."""
    with os.scandir(folder) as entries:
        return list(itertools.islice(entries, AT_ONCE))


def make_accessible(parent: int, name: str) -> None:
    """Let the owner list and change a folder that it closed to itself."""
    descriptor = os.open(name, O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode) and mode & OWNER_ALL != OWNER_ALL:
            # There is no fchmod for such a descriptor; this path names the same inode.
            os.chmod(f"/proc/self/fd/{descriptor}", stat.S_IMODE(mode) | OWNER_ALL)  # noqa: PTH101
    finally:
        os.close(descriptor)


def _delete_shallow(folder: int, name: str, names: Iterator[str]) -> None:
    make_accessible(folder, name)
    child = os.open(name, FOLDER, dir_fd=folder)
    try:
        while batch := list_some(child):
            for entry in batch:
                _move_up_or_delete(entry, child, folder, names)
    finally:
        os.close(child)
    os.rmdir(name, dir_fd=folder)


def _move_up_or_delete(
    entry: os.DirEntry[str], parent: int, above: int, names: Iterator[str]
) -> None:
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.name, dir_fd=parent)
        return
    make_accessible(parent, entry.name)
    os.rename(entry.name, next(names), src_dir_fd=parent, dst_dir_fd=above)


def _make_names() -> Iterator[str]:
    """Make names that are not in use."""
    token = secrets.token_hex(8)
    return (f"{token}-{number}" for number in itertools.count())
