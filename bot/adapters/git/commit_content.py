"""Read what a commit says and changes, so that somebody else can make it again."""

from __future__ import annotations

import re

from bot.adapters.git.git_errors import GitError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.objects import read_blobs
from bot.values import CommitContent, Sha

GONE, FILE = b"000000", b"100644"
PARENT = re.compile(rb"^parent ([0-9a-f]{40})$", re.MULTILINE)
CHANGED = re.compile(rb":(\d{6}) (\d{6}) [0-9a-f]{40} ([0-9a-f]{40}) \w\0([^\0]+)\0")
DIFF = ("diff-tree", "-r", "--raw", "--no-renames", "--no-abbrev", "--no-commit-id", "-z")


def read_commit_content(git: GitProcess, sha: Sha) -> CommitContent | None:
    """Read a commit. None for one without exactly one parent, or that changes anything but plain
    files: modes, links, submodules. Raises GitError where something is not here.
    """
    header, _, message = git.run("cat-file", "commit", sha).partition(b"\n\n")
    parents = PARENT.findall(header)
    if len(parents) != 1:
        return None
    parent = parents[0].decode()
    blobs = _parse_changes(git.run(*DIFF, parent, sha))
    if blobs is None:
        return None
    contents = dict(read_blobs(git, filter(None, blobs.values())))
    if None in contents.values():
        raise GitError(f"files of {sha} missing")
    tree, parent_tree = git.run("rev-parse", f"{sha}^{{tree}}", f"{parent}^{{tree}}").split()
    return CommitContent(
        Sha(tree.decode()),
        Sha(parent),
        Sha(parent_tree.decode()),
        message.decode("utf-8", "replace"),
        {path: contents[blob] if blob else None for path, blob in blobs.items()},
    )


def _parse_changes(listed: bytes) -> dict[str, Sha | None] | None:
    """Read which file each path has now, None for one that is gone; None for other changes."""
    blobs: dict[str, Sha | None] = {}
    for old_mode, mode, blob, path in CHANGED.findall(listed):
        is_plain = mode == FILE and old_mode in (GONE, FILE)
        if mode != GONE and not is_plain:
            return None
        try:
            blobs[path.decode()] = Sha(blob.decode()) if is_plain else None
        except UnicodeDecodeError:
            return None
    return blobs
