"""Normalize paths as the laxest file system would, and refuse those never to be written."""

from __future__ import annotations

import unicodedata

from bot.text.invisible_chars import is_invisible


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
