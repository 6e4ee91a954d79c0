"""Go through a day, minute by minute.

Runs arrive with a peak at noon, work in slots, wait for CI without one, and some come back to mend
what CI found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate

from deploy.scaling.costs import Costs, Fleet, Work

MINUTES, PEAK_MINUTE = 24 * 60, 12 * 60
DAY_S = 60 * MINUTES
SLOTS_EXACT = 0.005  # nothing that goes in is known better


@dataclass(frozen=True)
class Day:
    """What a day came to."""

    runs: float
    peak_an_hour: float
    slots: int
    at_work: float  # slots in use in the busiest minute
    waiting: float  # runs that wait for CI in the busiest minute
    longest_wait_s: float

    @property
    def peak_a_second(self) -> float:
        """How many runs arrive in a second of the busiest minute."""
        return self.peak_an_hour / 3600


def simulate(costs: Costs, runs: float) -> Day:
    """Find the day with the fewest slots with which no run waits longer than it may."""
    work = costs.work
    work_s = work.first_s + (work.attempts_a_run - 1) * work.repair_s
    least = math.ceil(runs * work_s / DAY_S)  # what is at work on average
    most = math.ceil(least * costs.fleet.peak_factor) + 1
    while most - least > SLOTS_EXACT * most:
        middle = (least + most) // 2
        if go_through(costs, runs, middle).longest_wait_s > costs.fleet.patience_s:
            least = middle + 1
        else:
            most = middle
    return go_through(costs, runs, most)


def go_through(costs: Costs, runs: float, slots: int) -> Day:
    """Go through two days; the first one only leaves what the second one begins with."""
    arriving = [runs * share for share in _list_shares(costs.fleet)] * 2
    line = Line(costs.work, slots, len(arriving))
    busiest_s, longest_wait_s = 0.0, 0.0
    for minute, count in enumerate(arriving):
        worked_s = line.work(minute, count)
        if minute >= MINUTES:
            busiest_s = max(busiest_s, worked_s)
            longest_wait_s = max(longest_wait_s, line.wait_s)
    waiting = max(list(accumulate(line.begin_to_wait))[MINUTES:])
    return Day(runs, max(arriving) * 60, slots, busiest_s / 60, waiting, longest_wait_s)


class Line:
    """The line for the slots, and what comes back to it from CI."""

    def __init__(self, work: Work, slots: int, minutes: int) -> None:
        self._work = work
        self._slots = slots
        self._left_s = 0.0  # of work that was asked for
        self._returning = [[0.0] * minutes for _ in range(int(work.attempts))]
        self.begin_to_wait = [0.0] * minutes  # for CI, less those who cease to

    @property
    def wait_s(self) -> float:
        """For how long who comes now waits for a slot."""
        return self._left_s / self._slots

    def work(self, minute: int, arriving: float) -> float:
        """Take in what comes in this minute, and work; returns the seconds that slots worked."""
        for attempt, returning in enumerate(self._returning):
            count = returning[minute] if attempt else arriving
            busy_s = self._work.repair_s if attempt else self._work.first_s
            self._push_later(minute, attempt, count, self.wait_s + busy_s)
            self._left_s += count * busy_s
        worked_s = min(self._left_s, self._slots * 60.0)
        self._left_s -= worked_s
        return worked_s

    def _push_later(self, minute: int, attempt: int, count: float, busy_s: float) -> None:
        """Note when these wait for CI, and when some of them come back."""
        pushed = minute + round(busy_s / 60)
        judged = pushed + max(1, round(self._work.ci_s / 60))
        _add(self.begin_to_wait, pushed, count)
        _add(self.begin_to_wait, judged, -count)
        if attempt + 1 < len(self._returning):
            _add(self._returning[attempt + 1], judged, count * self._work.repair_share)


def _add(minutes: list[float], minute: int, count: float) -> None:
    """Add to a minute, where it is within the days that are gone through."""
    if minute < len(minutes):
        minutes[minute] += count


def _list_shares(fleet: Fleet) -> list[float]:
    """List which share of a day's runs comes in each minute: a night's level, and a bell on it."""
    height = fleet.peak_factor - fleet.night_share
    width = (1 - fleet.night_share) * MINUTES / (height * math.sqrt(2 * math.pi))
    levels = [
        fleet.night_share + height * math.exp(-(((minute - PEAK_MINUTE) / width) ** 2) / 2)
        for minute in range(MINUTES)
    ]
    return [level / sum(levels) for level in levels]
