"""Normalize paths as the laxest file system would, and refuse those never to be written."""

from __future__ import annotations

import unicodedata

from bot.text.invisible_chars import is_invisible

MAX_NAME_BYTES = 255  # what Linux, macOS and Windows take for one name
MAX_PATH_BYTES = 1_000  # macOS takes 1,024 with the folder of the checkout


def path_refusal(path: str) -> str:
    """Say why no file may ever be written at this path; empty when one may."""
    parts = normalize_path(path).split("/")
    if any(is_invisible(char) or char in "\t\n\r\f" for char in path):
        return "a path may not hold control or invisible characters."
    if (
        not path
        or path.startswith(("/", "\\"))
        or ".." in path.replace("\\", "/").split("/")
        or path[1:2] == ":"
    ):
        return "a path must be relative and stay inside the repository."
    if any(part == ".git" or part.startswith("git~") for part in parts):
        return "git's own directory can never be changed."
    return _explain_length(path)


def _explain_length(path: str) -> str:
    """Say why no file system takes a path of this length; empty when they do."""
    longest = max(len(part.encode(errors="replace")) for part in path.split("/"))
    if longest > MAX_NAME_BYTES:
        return (
            f"a name in the path has {longest:,} bytes, and file systems take at most "
            f"{MAX_NAME_BYTES}."
        )
    size_bytes = len(path.encode(errors="replace"))
    if size_bytes > MAX_PATH_BYTES:
        return f"the path has {size_bytes:,} bytes; at most {MAX_PATH_BYTES:,} can be checked out."
    return ""


def normalize_path(path: str) -> str:
    """Write the path as the laxest file system takes it.

    NTFS and APFS fold case, HFS+ drops what is invisible.
    """
    normalized = unicodedata.normalize("NFKC", path)
    visible = "".join(char for char in normalized if not is_invisible(char))
    folded = unicodedata.normalize("NFKC", visible.casefold()).replace("\\", "/")
    parts = []
    for part in folded.split("/"):
        if part == "..":
            parts.append(part)
        elif name := part.partition(":")[0].rstrip(". "):
            parts.append(name)
    return "/".join(parts)
