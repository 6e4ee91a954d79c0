"""Merge three files with git's own line merge, so that only its conflicts are left to solve."""

from __future__ import annotations

import os
from pathlib import Path

from bot.adapters.git.git_errors import GitError
from bot.adapters.git.git_process import GitProcess

MOST_CONFLICTS = 127  # git tells so many by its status, and more as that many


def merge_file(base: Path, ours: Path, theirs: Path, marker_size: int) -> bytes:
    """Return the merged bytes, conflicts with all three sides between markers of that size.

    Raises GitError when git cannot merge them, as with binary files.
    """
    command = ["git", "merge-file", "-p", "--diff3", f"--marker-size={marker_size}"]
    labels = [word for label in ("ours", "base", "theirs") for word in ("-L", label)]
    files = [str(path.absolute()) for path in (ours, base, theirs)]
    with GitProcess(Path(os.devnull), Path("/")).open_git() as git:
        process, _ = git.start([*command, *labels, "--", *files])
        merged, errors = process.communicate()
    if not 0 <= process.returncode <= MOST_CONFLICTS:
        raise GitError(errors.decode("utf-8", "replace").strip())
    return merged
