"""Here lives the reading of git objects: trees, contents and commits, in as few processes as there
can be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, cast

from bot.adapters.git.git_process import GitError, Plumbing
from bot.values import CommitInfo, Sha, TreeEntry

# A file that the clone lacks has no size that could be told: git says "BAD".
ENTRY = re.compile(rb"(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-|BAD)\t([^\0]+)\0")
COMMIT = re.compile(rb"\x01([0-9a-f]{40})\0")  # no message holds a NUL
MESSAGE_BYTES = 4_000
LOG = (
    "--no-walk=unsorted",
    "--no-renames",
    "--name-only",
    "--diff-merges=off",
    "-z",
    "--format=%x01%H%x00%B%x00",
)
DIFF = (
    "-p",
    "--no-color",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-decorate",
    "--format=",
)


def entries(listed: bytes) -> Iterator[TreeEntry]:
    for mode, sha, size, path in ENTRY.findall(listed):
        try:
            name = path.decode()
        except UnicodeDecodeError:
            continue
        yield TreeEntry(
            name, cast("Any", mode.decode()), Sha(sha.decode()), int(size) if size.isdigit() else 0
        )


def blobs(git: Plumbing, shas: Iterable[Sha]) -> Iterator[tuple[Sha, bytes | None]]:
    """Each with its bytes, or None when it is no file or not here."""
    wanted = list(shas)
    out = git.run("cat-file", "--batch", "--buffer", given=_lines(wanted))
    start = 0
    for sha in wanted:
        head_end = out.find(b"\n", start)
        kind, _, size = (
            out[start:head_end].decode("utf-8", "replace").removeprefix(f"{sha} ").partition(" ")
        )
        start = head_end + 1
        if not size.isdigit():
            yield sha, None
            continue
        yield sha, out[start : start + int(size)] if kind == "blob" else None
        start += int(size) + 1


def log(git: Plumbing, sha: Sha, limit: int) -> tuple[Sha, ...]:
    listed = git.run("rev-list", "--no-merges", f"--max-count={limit:d}", sha)
    return tuple(Sha(name) for name in listed.decode().split())


def past(git: Plumbing, commits: Collection[Sha]) -> Iterator[CommitInfo]:
    """What the commits said and changed; without those whose files the clone does not know."""
    try:
        told = _logged(git, commits)
    except GitError:
        told = _logged(git, _whole(git, commits))
    parts = COMMIT.split(told)
    for sha, rest in zip(parts[1::2], parts[2::2], strict=True):
        message, _, listed = rest.partition(b"\0")
        paths = tuple(
            path.decode("utf-8", "replace") for path in listed.strip(b"\0\n").split(b"\0") if path
        )
        yield CommitInfo(
            Sha(sha.decode()), message[:MESSAGE_BYTES].decode("utf-8", "replace"), paths
        )


def _logged(git: Plumbing, commits: Collection[Sha]) -> bytes:
    return git.run("log", "--stdin", *LOG, given=_lines(commits)) if commits else b""


def _whole(git: Plumbing, commits: Collection[Sha]) -> list[Sha]:
    """Those of them whose trees are here, and whose parents' are, to tell what they changed."""
    listed = git.run(
        "rev-list", "--no-walk", "--parents", "--stdin", given=_lines(commits)
    ).decode()
    families = [line.split() for line in listed.splitlines()]
    everybody = {name for family in families for name in family}
    listed = git.run(
        "log", "--no-walk", "--format=%H %T", "--stdin", given=_lines(everybody)
    ).decode()
    trees = dict(line.split() for line in listed.splitlines())
    missing = set(missing_trees(git, everybody))
    return [
        Sha(family[0])
        for family in families
        if not missing.intersection(trees[name] for name in family)
    ]


def missing_trees(git: Plumbing, commits: Collection[str]) -> list[str]:
    """The root trees of these commits that are not here. Nothing is sent for."""
    how = (
        "--objects",
        "--no-object-names",
        "--missing=print",
        "--no-walk",
        "--filter=tree:1",
        "--stdin",
    )
    listed = git.run("rev-list", *how, given=_lines(commits)).decode()
    return [line[1:] for line in listed.split() if line.startswith("?")]


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def change(git: Plumbing, commit: Sha, limit_chars: int) -> str:
    try:
        shown = git.first(
            "show",
            *DIFF,
            commit,
            "--",
            lines=limit_chars,
            limit_bytes=4 * limit_chars,
            timeout_s=20.0,
        )
    except GitError:
        return ""
    return shown.decode("utf-8", "replace")[:limit_chars]
