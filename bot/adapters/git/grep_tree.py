"""Search the files of a tree for lines that match a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.adapters.git.git_errors import GitError, GitTimeoutError, summarize
from bot.adapters.git.git_process import GitProcess
from bot.values import GrepMatch, Sha

MATCH = re.compile(rb"[0-9a-f]{40}:([^\0]+)\0(\d+)\0([^\n]*)(?:\n|$)")
BAD_GREP = re.compile("^fatal: -e option, |outside repository")
PATTERN_CHARS = 10_000
TIMEOUT_S = 20.0
OUTPUT_BYTES = 4_000_000
MATCH_CHARS = 1_000
GREP = ("grep", "-n", "-E", "-I", "-z", "--no-color")


def grep_tree(
    git: GitProcess, sha: Sha, pattern: str, under: str, limit: int
) -> tuple[GrepMatch, ...]:
    """Find at most `limit` lines that match an extended regular expression.

    `under` is a directory, a file or a glob. Raises ValueError for a pattern that git refuses, that
    is too long, or that takes too long.
    """
    if len(pattern) + len(under) > PATTERN_CHARS:
        raise ValueError("the pattern is too long")
    command = (*GREP, "-e", pattern, sha, "--", *_make_pathspecs(under))
    quick = replace(git, timeout_s=TIMEOUT_S)
    try:
        output = quick.run_until(*command, lines=limit, limit_bytes=OUTPUT_BYTES)
    except GitError as failed:
        if isinstance(failed, GitTimeoutError) or BAD_GREP.search(str(failed)):
            raise ValueError(summarize(failed)) from None
        raise
    return tuple(_parse_matches(output))[:limit]


def _make_pathspecs(under: str) -> tuple[str, ...]:
    if not under.strip("/"):
        return ()
    glob = under if "/" in under else f"**/{under}"
    return f":(literal){under.rstrip('/')}", f":(glob){glob}"


def _parse_matches(output: bytes) -> Iterator[GrepMatch]:
    for path, line, text in MATCH.findall(output):
        try:
            name = path.decode()
        except UnicodeDecodeError:
            continue
        shown = text.decode("utf-8", "replace").rstrip("\r")[:MATCH_CHARS]
        yield GrepMatch(name, int(line), shown)
