"""Here lives the merging of readings: several jobs, attempts or logs told as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.values import Failure, Reading


def merge_readings(readings: Sequence[Reading]) -> Reading:
    """The readings of several jobs as one: equal failures told once, and code before outages only
    if there is code.
    """
    telling = [reading for reading in readings if reading.action == "fix"] or [
        *(reading for reading in readings if reading.category != "passed"),
        *readings[:1],
    ]
    told: dict[tuple[object, ...], Failure] = {}
    for failure in (failure for reading in telling for failure in reading.failures):
        name = (failure.fingerprint, failure.message, failure.test, failure.frames[-1:])
        told[name] = _counted(told[name], failure) if name in told else failure
    return replace(telling[0], failures=tuple(told.values()))


def attach_job(reading: Reading, job: str) -> Reading:
    """The reading with the job's name on each failure."""
    return replace(
        reading, failures=tuple(replace(failure, jobs=(job,)) for failure in reading.failures)
    )


def _counted(seen: Failure, more: Failure) -> Failure:
    jobs = tuple(dict.fromkeys((*seen.jobs, *more.jobs)))
    return replace(seen, count=max(seen.count, more.count), jobs=jobs)
