"""What was written into a workspace: it tells what a command or the next patch changes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class FileMark(NamedTuple):
    """A file as it was written. No user can set a file's ctime, so that a change always shows."""

    sha: str  # git's name of its content; a link's is its target
    mode: str  # git's
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def matches(self, status: os.stat_result | None) -> bool:
        """Tell whether the file is still the one that was written."""
        return (
            status is not None
            and self.ctime_ns == status.st_ctime_ns
            and self.inode == status.st_ino
            and self.mtime_ns == status.st_mtime_ns
            and self.size == status.st_size
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """The marks of a workspace's files by path, and what else is kept of it between its jobs."""

    marks: dict[str, FileMark] = field(default_factory=dict)
    repo: str = ""  # whose files they are: no other's come here
    environment: str = ""  # the key of the one whose files are laid over the workspace
    laid: tuple[str, ...] = ()  # where


def mark_file(sha: str, mode: str, status: os.stat_result) -> FileMark:
    """Mark a file by what the system tells of it."""
    return FileMark(
        sha, mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    )


def load_manifest(path: Path) -> Manifest | None:
    """Read a manifest; None where there is none, as after a crash."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    marks = {name: FileMark(*mark) for name, mark in content["marks"].items()}
    return Manifest(marks, content["repo"], content["environment"], tuple(content["laid"]))


def store_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest, all of it or nothing."""
    content = {
        "marks": manifest.marks,
        "repo": manifest.repo,
        "environment": manifest.environment,
        "laid": manifest.laid,
    }
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)
