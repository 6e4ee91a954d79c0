"""Tell flaky tests: what both passed and failed on one commit was not broken by it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.search.grammars import language_of
from bot.search.source_files import kind_of
from bot.text import as_code_span
from bot.values import Check, Failure

# Files that reach further than their name tells.
ROOTS = frozenset(["app", "conftest", "index", "init", "lib", "main", "mod", "setup"])
PUNCTUATION = re.compile(r"[\W_]+")
READ_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class EarlierAttempt:
    """An earlier attempt on the same commit of a job that fails now."""

    number: int
    passed: bool
    failures: tuple[Failure, ...] = ()


def explain_flakiness(
    failures: Sequence[Failure],
    attempts: Mapping[Check, Sequence[EarlierAttempt]],
    *,
    out_of_reach: bool,
) -> str:
    """Explain to people why all that failed is flaky; "" where earlier attempts do not say so.

    If other tests failed earlier, that counts only where the tests are out of the change's reach: a
    suite that stops at its first failure may not have come to the one that fails now.
    """
    reasons = []
    for check, earlier in attempts.items():
        current = [failure for failure in failures if check.name in failure.jobs]
        if not current:
            continue
        weighed = [attempt for attempt in earlier if out_of_reach or attempt.passed]
        reasons.append(_explain_job(check, current, weighed))
    return reasons[0] if reasons and all(reasons) else ""


def _explain_job(
    check: Check, current: Sequence[Failure], attempts: Sequence[EarlierAttempt]
) -> str:
    for attempt in attempts:
        if attempt.passed:
            return (
                f"{as_code_span(check.name)} passed at attempt {attempt.number} "
                f"and failed at attempt {check.run_attempt} of the same commit"
            )
        if _are_other_tests(attempt.failures, current):
            before = as_code_span(attempt.failures[0].test)
            now = as_code_span(current[0].test)
            return (
                f"at attempt {attempt.number} of this commit {before} failed, "
                f"and at attempt {check.run_attempt} {now} did instead"
            )
    return ""


def _are_other_tests(before: Sequence[Failure], now: Sequence[Failure]) -> bool:
    """Tell whether tests failed before, and none of those that fail now."""
    tests_before = {failure.test for failure in before}
    tests_now = {failure.test for failure in now}
    if not tests_before or not tests_now or "" in tests_before | tests_now:
        return False
    return tests_before.isdisjoint(tests_now)


def is_out_of_reach(
    failures: Sequence[Failure], changed: Collection[str], texts: Mapping[str, bytes]
) -> bool:
    """Tell whether these are tests that the changed files do not seem to reach; in doubt they do.

    `texts` holds the files where the tests failed. A test file that names a changed file, or lies
    beside one, is within its reach.
    """
    # A job that only gathers the others' results fails with them, and says no more than that.
    telling = [failure for failure in failures if failure.test or failure.frames]
    if not telling or not all(failure.test and failure.frames for failure in telling):
        return False
    paths = {frame.file for failure in telling for frame in failure.frames}
    if not paths.issubset(texts) or paths & set(changed):
        return False
    code = " ".join(texts[path][:READ_BYTES].decode(errors="replace") for path in paths)
    words = _squeeze(code)
    folders = {PurePosixPath(path).parent for path in paths}
    return all(
        kind_of(path) == "docs" or _is_unnamed(PurePosixPath(path), folders, words)
        for path in changed
    )


def _is_unnamed(path: PurePosixPath, folders: Collection[PurePosixPath], words: str) -> bool:
    """Tell whether the words name neither file nor folder, and the file lies in no such folder."""
    stem, folder = _squeeze(path.stem), _squeeze(path.parent.name)
    if not language_of(str(path)) or stem in ROOTS or path.parent in folders:
        return False
    return stem not in words and (not folder or folder not in words)


def _squeeze(text: str) -> str:
    """Drop what differs between a file's name and code: user_account.rb and UserAccount."""
    return PUNCTUATION.sub("", text).casefold()
