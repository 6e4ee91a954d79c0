"""Read git objects: trees, contents and commits, in as few processes as there can be.

GitPython's odb asks for each object in turn: for the 702 files of a repository that took 391 ms,
where one buffered `cat-file` took 108 ms. So it serves the few trees of an overlay only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from bot.adapters.git.git_errors import GitError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.overlay import is_tree_path
from bot.values import CommitInfo, Sha, TreeEntry

# A file that the clone lacks has no size that could be told: git says "BAD".
LISTED = re.compile(rb"(\d{6}) \w+ ([0-9a-f]{40}) +(\d+|-|BAD)\t([^\0]+)\0")
COMMIT = re.compile(rb"\x01([0-9a-f]{40})\0")  # no message holds a NUL
# A changed file before and after; a submodule's commit is in another repository.
CHANGED = re.compile(rb":(?!160000)\d+ (?!160000)\d+ ([0-9a-f]{40}) ([0-9a-f]{40}) ")
RAW = ("-r", "--raw", "--root", "--no-renames", "--no-abbrev", "--no-commit-id", "-z")
WIDE_CHANGE_FILES = 40
MESSAGE_BYTES = 4_000
PATHS_AT_ONCE = 200  # an argument list has an end
DIFF_S = 20.0
NAMES = ("--no-renames", "--name-only", "-z", "--format=%x01%H%x00%B%x00")
LOG = ("--no-walk=unsorted", "--diff-merges=off", *NAMES)
DIFF = (
    "-p",
    "--no-color",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-decorate",
    "--format=",
)


def parse_entries(listed: bytes) -> Iterator[TreeEntry]:
    """Read the output of `git ls-tree -l -z`; names that are not UTF-8 are left out."""
    for mode, sha, size, path in LISTED.findall(listed):
        try:
            name = path.decode()
        except UnicodeDecodeError:
            continue
        size_bytes = int(size) if size.isdigit() else 0
        yield TreeEntry(name, cast("Any", mode.decode()), Sha(sha.decode()), size_bytes)


def list_at(git: GitProcess, sha: Sha, paths: Sequence[str]) -> Iterator[TreeEntry]:
    """List the entries at these paths; a directory's line has no size and is passed over."""
    valid = [path for path in paths if is_tree_path(path)]
    for start in range(0, len(valid), PATHS_AT_ONCE):
        some = valid[start : start + PATHS_AT_ONCE]
        command = ("--literal-pathspecs", "ls-tree", "-l", "-z", "--full-tree", sha, "--", *some)
        yield from parse_entries(git.run(*command))


def read_blobs(git: GitProcess, shas: Iterable[Sha]) -> Iterator[tuple[Sha, bytes | None]]:
    """Read each with its bytes, or None when it is no file or not here."""
    wanted = list(shas)
    if not wanted:
        return
    out = git.run("cat-file", "--batch", "--buffer", stdin=as_lines(wanted))
    start = 0
    for sha in wanted:
        kind, size, start = _parse_head(out, start)
        if kind is None:
            yield sha, None
            continue
        yield sha, out[start : start + size] if kind == b"blob" else None
        start += size + 1


def _parse_head(out: bytes, start: int) -> tuple[bytes | None, int, int]:
    """Return the kind, the size in bytes, and where the content starts; no kind when missing."""
    end = out.find(b"\n", start)
    _, _, description = out[start:end].partition(b" ")
    kind, _, size = description.partition(b" ")
    return (kind, int(size), end + 1) if size.isdigit() else (None, 0, end + 1)


def list_commits(git: GitProcess, sha: Sha, limit: int, base: Sha | None) -> dict[Sha, int]:
    """List the newest commits that led here and not to `base`, without merges, with their times."""
    without = [f"^{base}"] if base else []
    form = ("--no-merges", "--timestamp", f"--max-count={limit:d}")
    words = git.run("rev-list", *form, sha, *without).decode().split()
    return dict(zip(map(Sha, words[1::2]), map(int, words[::2]), strict=True))


def read_commits(git: GitProcess, commits: Collection[Sha]) -> Iterator[CommitInfo]:
    """Read what commits said and changed; without those whose files the clone does not know."""
    try:
        logged = _run_log(git, commits)
    except GitError:
        logged = _run_log(git, _list_whole(git, commits))
    yield from _parse_log(logged)


def _parse_log(logged: bytes) -> Iterator[CommitInfo]:
    parts = COMMIT.split(logged)
    for sha, rest in zip(parts[1::2], parts[2::2], strict=True):
        message, _, listed = rest.partition(b"\0")
        paths = listed.strip(b"\0\n").decode("utf-8", "replace").split("\0")
        text = message[:MESSAGE_BYTES].decode("utf-8", "replace")
        yield CommitInfo(Sha(sha.decode()), text, tuple(filter(None, paths)))


def read_branch(git: GitProcess, sha: Sha, limit: int) -> Iterator[CommitInfo]:
    """Read what the newest commits of a branch's own line said and changed; of a merge, all that it
    brought. None where the clone does not know.
    """
    form = ("--first-parent", "--diff-merges=first-parent", f"--max-count={limit:d}")
    return _parse_log(git.run("log", *form, *NAMES, sha))


def _run_log(git: GitProcess, commits: Collection[Sha]) -> bytes:
    return git.run("log", "--stdin", *LOG, stdin=as_lines(commits)) if commits else b""


def _list_whole(git: GitProcess, commits: Collection[Sha]) -> list[Sha]:
    """List those whose trees are here, and whose parents' are, to tell what they changed."""
    listed = git.run("rev-list", "--no-walk", "--parents", "--stdin", stdin=as_lines(commits))
    families = [line.split() for line in listed.decode().splitlines()]
    everybody = {name for family in families for name in family}
    listed = git.run("log", "--no-walk", "--format=%H %T", "--stdin", stdin=as_lines(everybody))
    trees = dict(line.split() for line in listed.decode().splitlines())
    missing = set(list_missing_trees(git, everybody))
    return [
        Sha(family[0]) for family in families if missing.isdisjoint(map(trees.__getitem__, family))
    ]


def list_missing_trees(git: GitProcess, commits: Collection[str]) -> list[str]:
    """List the root trees of these commits that are not here. Nothing is sent for."""
    walk = ("--no-walk", "--filter=tree:1", "--stdin")
    return list_missing(git, *walk, stdin=as_lines(commits))


def list_missing(git: GitProcess, *walk: str, stdin: bytes = b"") -> list[str]:
    """List the objects that are not here of those that `git rev-list --objects` walks."""
    form = ("--objects", "--no-object-names", "--missing=print")
    listed = git.run("rev-list", *form, *walk, stdin=stdin).decode()
    return [line[1:] for line in listed.split() if line.startswith("?")]


def list_missing_changes(git: GitProcess, commits: Collection[Sha]) -> list[str]:
    """List the files before and after these commits that are not here; of wide commits, none."""
    names: dict[str, None] = {}
    for commit in commits:
        changed = CHANGED.findall(git.run("diff-tree", *RAW, commit))
        if len(changed) <= WIDE_CHANGE_FILES:
            names.update(dict.fromkeys(name.decode() for pair in changed for name in pair))
    tips = [tip for commit in commits for tip in (commit, f"{commit}^@")]
    missing = set(list_missing(git, "--no-walk", "--stdin", stdin=as_lines(tips)))
    return [name for name in names if name in missing]


def read_diff(git: GitProcess, commit: Sha, limit_chars: int) -> str:
    """Read the beginning of a commit's diff; empty when it cannot be told."""
    limits = {"lines": limit_chars, "limit_bytes": 4 * limit_chars}
    try:
        shown = replace(git, timeout_s=DIFF_S).run_until("show", *DIFF, commit, "--", **limits)
    except GitError:
        return ""
    return shown.decode("utf-8", "replace")[:limit_chars]


def as_lines(names: Iterable[str]) -> bytes:
    """Write names as git reads them from its standard input."""
    return "".join(f"{name}\n" for name in names).encode()
