"""Here lives the reading of git objects: trees, contents and commits, in as few processes as there can be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast

from bot.adapters.git_plumbing import GitError, Plumbing
from bot.values import Entry, Past, Sha

# A file that the clone lacks has no size that could be told: git says "BAD".
ENTRY = re.compile(rb"(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-|BAD)\t([^\0]+)\0")
COMMIT = re.compile(rb"\x01([0-9a-f]{40})\0")  # no message holds a NUL
MESSAGE_BYTES = 4_000
LOG = ("--no-walk=unsorted", "--no-renames", "--name-only", "--diff-merges=off", "-z", "--format=%x01%H%x00%B%x00")
DIFF = ("-p", "--no-color", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-decorate", "--format=")


def entries(listed: bytes) -> Iterator[Entry]:
    for mode, sha, size, path in ENTRY.findall(listed):
        try:
            name = path.decode()
        except UnicodeDecodeError:
            continue
        yield Entry(name, cast("Any", mode.decode()), Sha(sha.decode()), int(size) if size.isdigit() else 0)


def blobs(git: Plumbing, shas: Iterable[Sha]) -> Iterator[tuple[Sha, bytes | None]]:
    """Each with its bytes, or None when it is no file or not here."""
    wanted = list(shas)
    out = git.run("cat-file", "--batch", "--buffer", given="".join(f"{sha}\n" for sha in wanted).encode())
    start = 0
    for sha in wanted:
        head_end = out.find(b"\n", start)
        kind, _, size = out[start:head_end].decode("utf-8", "replace").removeprefix(f"{sha} ").partition(" ")
        start = head_end + 1
        if not size.isdigit():
            yield sha, None
            continue
        yield sha, out[start : start + int(size)] if kind == "blob" else None
        start += int(size) + 1


def log(git: Plumbing, sha: Sha, limit: int) -> tuple[Sha, ...]:
    listed = git.run("rev-list", "--no-merges", f"--max-count={limit:d}", sha)
    return tuple(Sha(name) for name in listed.decode().split())


def past(git: Plumbing, commits: Collection[Sha]) -> Iterator[Past]:
    if not commits:
        return
    told = git.run("log", "--stdin", *LOG, given="".join(f"{sha}\n" for sha in commits).encode())
    parts = COMMIT.split(told)
    for sha, rest in zip(parts[1::2], parts[2::2], strict=True):
        message, _, listed = rest.partition(b"\0")
        paths = tuple(path.decode("utf-8", "replace") for path in listed.strip(b"\0\n").split(b"\0") if path)
        yield Past(Sha(sha.decode()), message[:MESSAGE_BYTES].decode("utf-8", "replace"), paths)


def change(git: Plumbing, commit: Sha, limit_chars: int) -> str:
    try:
        shown = git.first("show", *DIFF, commit, "--", lines=limit_chars, limit_bytes=4 * limit_chars, timeout_s=20.0)
    except GitError:
        return ""
    return shown.decode("utf-8", "replace")[:limit_chars]
