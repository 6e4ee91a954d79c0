"""Merge readings: several jobs, attempts or logs become one reading."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from bot.values import Failure, Reading


def merge_readings(readings: Sequence[Reading]) -> Reading:
    """Merge the readings of several jobs into one.

    Equal failures become one; where code is to blame in one job, outages of others are left out.
    """
    chosen = _choose(readings)
    merged: dict[Hashable, Failure] = {}
    for reading in chosen:
        for failure in reading.failures:
            key = (failure.fingerprint, failure.message, failure.test, failure.frames[-1:])
            merged[key] = _count_again(merged.get(key, failure), failure)
    return replace(chosen[0], failures=tuple(merged.values()))


def attach_job(reading: Reading, job: str) -> Reading:
    """Write the job's name on each failure."""
    failures = [replace(failure, jobs=(job,)) for failure in reading.failures]
    return replace(reading, failures=tuple(failures))


def _choose(readings: Sequence[Reading]) -> Sequence[Reading]:
    to_fix = [reading for reading in readings if reading.action == "fix"]
    failed = [reading for reading in readings if reading.category != "passed"]
    return to_fix or failed or readings[:1]


def _count_again(failure: Failure, again: Failure) -> Failure:
    jobs = tuple(dict.fromkeys((*failure.jobs, *again.jobs)))
    return replace(failure, count=max(failure.count, again.count), jobs=jobs)
