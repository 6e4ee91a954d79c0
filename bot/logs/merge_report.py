"""Merge what a report of tests tells into the reading of a job's log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.values import Failure, Frame, Reading

# What a path in a test's name ends with, where the other name has the module.
_SUFFIX = re.compile(r"\.(?:py|[cm]?[jt]sx?|rb|php|go|rs|java|kt)(?=\W|$)")
# What tells apart the subtests of a test, of which a report may know only the test.
_SUBTEST = re.compile(r"\s+[(\[<].*$")


def leaves_open(reading: Reading) -> bool:
    """Tell whether a reading of a log leaves open what a report of tests may tell.

    An outage, and what a compiler or a linter says, leaves nothing open.
    """
    if reading.confidence == "low" or not reading.failures:
        return True
    is_of_tests = reading.category in {"test-failure", "crash"}
    return is_of_tests and not all(map(_has_line, reading.failures))


def _has_line(failure: Failure) -> bool:
    return any(frame.line for frame in failure.frames)


def is_vague(reading: Reading) -> bool:
    """Tell whether a reading says no more than that tests, or something, failed."""
    if reading.category not in {"test-failure", "crash"} or reading.action == "rerun":
        return False
    return not any(failure.test or failure.frames for failure in reading.failures)


def merge_report(reading: Reading, report: Reading) -> tuple[Reading, Reading]:
    """Give failures of the log what a report knows better of the same tests.

    Returns with it what is left of the report: the failures that the log does not tell.
    """
    if reading.confidence == "low":
        return reading, report
    merged = list(reading.failures)
    free = set(range(len(merged)))
    left = []
    for failure in report.failures:
        index = _find_same(merged, failure, free)
        if index is None:
            left.append(failure)
            continue
        merged[index] = _merge(merged[index], failure)
        free.discard(index)
    rest = replace(report, failures=tuple(left))
    if not any(failure.frames for failure in merged):
        return replace(reading, failures=tuple(merged)), rest
    confidence = "high" if reading.confidence == "medium" else reading.confidence
    return replace(reading, failures=tuple(merged), confidence=confidence), rest


def share_report(readings: Sequence[Reading], report: Reading) -> tuple[list[Reading], Reading]:
    """Merge a report of no job for sure into each reading, and return what is left of it."""
    merged, untold = [], set(report.failures)
    for reading in readings:
        better, rest = merge_report(reading, report)
        merged.append(better)
        untold &= set(rest.failures)
    left = tuple(failure for failure in report.failures if failure in untold)
    return merged, replace(report, failures=left)


def replace_vague(readings: Sequence[Reading], rest: Sequence[Reading]) -> list[Reading]:
    """Add what reports tell beside the logs; it takes the place of a log that says no more than
    that tests failed.
    """
    telling = [report for report in rest if report.failures]
    if not telling:
        return list(readings)
    return [reading for reading in readings if not is_vague(reading)] + telling


def add_report(reading: Reading, report: Reading) -> Reading:
    """Add what the log of the job does not tell to its reading.

    A guess, and what has neither a test nor a place, is said better by the report.
    """
    if not report.failures:
        return reading
    if reading.confidence == "low" or is_vague(reading):
        return replace(report, excerpt=reading.excerpt)
    telling = [failure for failure in reading.failures if failure.test or failure.frames]
    category = "test-failure" if reading.category == "crash" else reading.category
    return replace(reading, category=category, failures=(*telling, *report.failures))


def _find_same(known: Sequence[Failure], failure: Failure, free: set[int]) -> int | None:
    """Find the failure that is the same; one that none was merged into goes before."""
    same = [index for index, each in enumerate(known) if is_same_failure(each, failure)]
    at_place = [index for index in same if known[index].frames[-1:] == failure.frames[-1:]]
    unmerged = [index for index in (*at_place, *same) if index in free]
    return next(iter((*unmerged, *at_place)), None)


def is_same_failure(first: Failure, second: Failure) -> bool:
    """Tell whether two sources speak of one failure: of one test, or of one place."""
    if first.test and second.test:
        return _is_same_test(first.test, second.test)
    if not first.place or first.place != second.place:
        return False
    return _contains(first.message, second.message) or _contains(second.message, first.message)


def _is_same_test(first: str, second: str) -> bool:
    """Compare names as different reporters write them: one may begin with more than the other."""
    names = (first, second), (_SUBTEST.sub("", first), _SUBTEST.sub("", second))
    for pair in names:
        shorter, longer = sorted(map(_list_words, pair), key=len)
        if shorter and longer[-len(shorter) :] == shorter:
            return True
    return False


def _list_words(test: str) -> list[str]:
    return re.findall(r"\w+", _SUFFIX.sub("", test))


def _contains(text: str, part: str) -> bool:
    return " ".join(part.split("\n", maxsplit=1)[0].split()) in " ".join(text.split())


def _merge(known: Failure, reported: Failure) -> Failure:
    """Take the better of each. The fingerprint stays: the same log elsewhere has the same."""
    is_more = reported.message.startswith(known.message.strip())
    return replace(
        known,
        test=known.test or reported.test,
        error=known.error or reported.error,
        message=reported.message if is_more else known.message,
        root_cause=known.root_cause or reported.root_cause,
        frames=_choose_frames(known.frames, reported.frames),
    )


def _choose_frames(known: tuple[Frame, ...], reported: tuple[Frame, ...]) -> tuple[Frame, ...]:
    if not any(frame.line for frame in known):
        return reported or known
    is_longer = reported[-1:] == known[-1:] and len(reported) > len(known)
    return reported if is_longer else known
