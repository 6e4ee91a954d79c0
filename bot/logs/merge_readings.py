"""Merge readings: several jobs, attempts or logs become one reading."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from itertools import chain

from bot.logs.fingerprint import drop_addresses
from bot.logs.merge_report import is_same_failure
from bot.values import Failure, Reading

_CONFIDENCE = ("high", "medium", "low")
_SECONDS = re.compile(r"\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds?|minutes?)\b")


def merge_readings(readings: Sequence[Reading]) -> Reading:
    """Merge the readings of several jobs into one.

    What fails alike in several jobs is one failure with their names; where code is to blame in one
    job, outages of others are left out. The kind is that of the reading which is surest.
    """
    chosen = _choose(readings)
    merged: list[Failure] = []
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for reading in chosen:
        earlier = set(range(len(merged)))
        for failure in reading.failures:
            indices = alike[_identify(failure)]
            index = _find_same(merged, failure, indices, earlier)
            if index is None:
                indices.append(len(merged))
                merged.append(failure)
            else:
                merged[index] = _count_again(merged[index], failure)
                earlier.discard(index)
    surest = min(chosen, key=lambda reading: _CONFIDENCE.index(reading.confidence))
    return replace(surest, failures=tuple(merged))


def attach_job(reading: Reading, job: str) -> Reading:
    """Write the job's name on each failure."""
    failures = [replace(failure, jobs=(job,)) for failure in reading.failures]
    return replace(reading, failures=tuple(failures))


def _choose(readings: Sequence[Reading]) -> Sequence[Reading]:
    to_fix = [reading for reading in readings if reading.action == "fix"]
    failed = [reading for reading in readings if reading.category != "passed"]
    return to_fix or failed or readings[:1]


def _find_same(
    merged: Sequence[Failure], failure: Failure, indices: Sequence[int], earlier: Collection[int]
) -> int | None:
    """Find the failure among those alike: with the same words at the same place, or of an earlier
    job, which none of this one's is merged into yet.

    A note of another check may tell of the same place without the name of the test.
    """
    for index in indices:
        known = merged[index]
        if (known.message, known.frames[-1:]) == (failure.message, failure.frames[-1:]):
            return index
    alike = (index for index in indices if index in earlier)
    noted = (index for index in sorted(earlier) if _is_named_once(merged[index], failure))
    return next(chain(alike, noted), None)


def _is_named_once(first: Failure, second: Failure) -> bool:
    """Tell whether they are one failure, of which only one knows the test."""
    return bool(first.test) != bool(second.test) and is_same_failure(first, second)


def _identify(failure: Failure) -> Hashable:
    """Name what fails alike on every machine and with every version of a language.

    Paths, addresses and times may differ, and the line of a test; the words may not.
    """
    message = " ".join(_SECONDS.sub("<time>", drop_addresses(failure.message)).split())
    test = failure.test.replace("\\", "/")
    innermost = failure.frames[-1:]
    if test and innermost:
        return (test, failure.error, message, innermost[0].file)
    return (test, failure.error, message, innermost)


def _count_again(failure: Failure, again: Failure) -> Failure:
    jobs = tuple(dict.fromkeys((*failure.jobs, *again.jobs)))
    named = again if again.test and not failure.test else failure
    frames = max(named.frames, failure.frames, again.frames, key=len)
    count = max(failure.count, again.count)
    return replace(named, count=count, jobs=jobs, frames=frames)
