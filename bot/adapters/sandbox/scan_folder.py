"""Look through a folder that hostile code has written to, as far as that can be borne."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from bot.adapters.sandbox.delete_folder import FOLDER
from bot.adapters.sandbox.openat2 import open_beneath

MOST_ENTRIES = 500_000
MOST_DEPTH = 100  # no path of a change is deeper
BLOCK_BYTES = 512  # st_blocks counts in them


def scan_folder(
    root: int, enters: Callable[[str], bool] = lambda _path: True
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Walk through an open folder: each entry that is no folder, with its path.

    Folders that `enters` refuses are left out; so is what is too deep, closed to its owner, or
    beyond half a million entries.
    """
    for path, entry in islice(_walk(root, enters), MOST_ENTRIES):
        if not entry.is_dir(follow_symlinks=False):
            yield path, entry


def _walk(root: int, enters: Callable[[str], bool]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    folders = [""]
    while folders:
        for path, entry in _list_folder(root, folders.pop()):
            yield path, entry
            is_near = path.count("/") < MOST_DEPTH
            if is_near and entry.is_dir(follow_symlinks=False) and enters(path):
                folders.append(path)


def measure_folder(root: int) -> int:
    """Measure the bytes on the disk of what `scan_folder` sees in an open folder."""
    size = 0
    for _, entry in scan_folder(root):
        with suppress(FileNotFoundError):
            size += entry.stat(follow_symlinks=False).st_blocks * BLOCK_BYTES
    return size


def _list_folder(root: int, folder: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """List a folder; nothing where it is closed."""
    try:
        descriptor = open_beneath(root, folder or ".", FOLDER)
    except OSError:
        return
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                yield f"{folder}/{entry.name}" if folder else entry.name, entry
    finally:
        os.close(descriptor)
