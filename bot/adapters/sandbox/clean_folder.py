"""Delete what is no file of a tree from a folder that hostile code has written to."""

from __future__ import annotations

from collections.abc import Collection

from bot.adapters.sandbox.untrusted_folder import UntrustedFolder


def delete_others(folder: UntrustedFolder, paths: Collection[str]) -> None:
    """Delete all that is not at these paths, nor a folder on the way to one.

    What is at them may be anything: whoever knows how a file was written tells whether it is that.
    """
    kept = _list_folders(paths)
    waiting = [""]
    while waiting:
        above = waiting.pop()
        for name, is_folder in folder.list_folder(above):
            path = f"{above}/{name}" if above else name
            if is_folder and path in kept:
                waiting.append(path)
            elif is_folder or path not in paths:
                folder.delete(path)


def _list_folders(paths: Collection[str]) -> set[str]:
    """List all folders that lead to the paths."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders
