"""Here lives the telling of flaky tests: what both passed and failed on one commit was not broken
by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.search.grammars import language_of
from bot.search.source_files import kind_of
from bot.text import as_code_span
from bot.values import Check, Failure

ROOTS = frozenset(
    ["app", "conftest", "index", "init", "lib", "main", "mod", "setup"]
)  # reach further than their name
PUNCTUATION = re.compile(r"[\W_]+")
READ_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Try:
    """What an earlier attempt on the same commit said of a job that fails now."""

    attempt: int
    passed: bool
    failures: tuple[Failure, ...] = ()


def flaky(failures: Sequence[Failure], tries: Mapping[Check, Sequence[Try]], *, far: bool) -> str:
    """Why all that failed is flaky, in words for people; empty where the earlier tries of a failed
    job do not say so.

    That other tests failed then counts only far from the change: a suite that stops at its first
    failure may never
    have come to the one that fails now.
    """
    whys = []
    for check, its in tries.items():
        now = [failure for failure in failures if check.name in failure.jobs]
        whys += (
            [_why(check, now, its if far else [one for one in its if one.passed])] if now else []
        )
    return whys[0] if whys and all(whys) else ""


def is_far(
    failures: Sequence[Failure], changed: Collection[str], texts: Mapping[str, bytes]
) -> bool:
    """Whether these are tests that the changed files do not seem to reach. In doubt they do.

    `texts` holds the files where the tests failed: to name a changed file, or to lie beside it, is
    to be within reach.
    """
    # A job that only gathers the others' results fails with them, and says no more than that.
    telling = [failure for failure in failures if failure.test or failure.frames]
    places = {frame.file for failure in telling for frame in failure.frames}
    known = bool(telling) and all(failure.test and failure.frames for failure in telling)
    if not known or not places.issubset(texts) or places & set(changed):
        return False
    said = _squeezed(" ".join(texts[path][:READ_BYTES].decode(errors="replace") for path in places))
    folders = {PurePosixPath(path).parent for path in places}
    return all(
        kind_of(path) == "docs" or _is_beyond(PurePosixPath(path), folders, said)
        for path in changed
    )


def _why(check: Check, now: Sequence[Failure], tries: Sequence[Try]) -> str:
    for one in tries:
        if one.passed:
            return (
                f"{as_code_span(check.name)} passed at attempt {one.attempt} "
                f"and failed at attempt {check.run_attempt} of the same commit"
            )
        if _others(one.failures, now):
            then = f"at attempt {one.attempt} of this commit {as_code_span(one.failures[0].test)} failed"
            return f"{then}, and at attempt {check.run_attempt} {as_code_span(now[0].test)} did instead"
    return ""


def _others(then: Sequence[Failure], now: Sequence[Failure]) -> bool:
    """Whether other tests failed then, and none of those that fail now."""
    before, after = ({failure.test for failure in failures} for failures in (then, now))
    return bool(before and after) and "" not in before | after and before.isdisjoint(after)


def _is_beyond(path: PurePosixPath, folders: Collection[PurePosixPath], said: str) -> bool:
    stem, folder = _squeezed(path.stem), _squeezed(path.parent.name)
    if not language_of(str(path)) or stem in ROOTS or path.parent in folders:
        return False
    return stem not in said and (not folder or folder not in said)


def _squeezed(text: str) -> str:
    """Without what differs between a file's name and how code speaks of it: user_account.rb,
    UserAccount.
    """
    return PUNCTUATION.sub("", text).casefold()
