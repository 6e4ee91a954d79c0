"""Pace the looks at the commits of one installation: within its limits, seldom when they fail."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.adapters.dbos.step_output import StepOutput
from bot.values import InstallationId, Repo, RequestBudget

MOST_HEADS, LEAST_HEADS = 50, 10  # of a query; fewer after one that GitHub did not answer
# What looks of all processes may use of the points that an installation has in an hour; the runs'
# own looks may use as much again. Where others have used so much that no more than this is left,
# nobody looks.
SHARE = 0.25
POINTS = 5000  # until GitHub has told how many it takes in an hour
HOUR_S = 3600.0
MOST_DOUBLINGS = 3  # of the pause, while looks fail

log = logging.getLogger("greenlit")


@dataclass(frozen=True, slots=True)
class HeadLook:
    """What one look at all watched commits of an installation came to."""

    cost: int
    budget: RequestBudget | None
    hidden: frozenset[Repo]  # repositories of which GitHub showed no commit


@dataclass(slots=True)
class InstallationWatch:
    """How the looks at one installation's commits went so far. Times are as of `time.time`."""

    installation: InstallationId
    poll_s: float
    heads: int = 0  # that are watched
    sharers: int = 1  # processes that use the same limit, each for runs of its own
    next_at: float = 0.0
    most_heads: int = MOST_HEADS  # of a query
    is_looking: bool = False
    is_blind: bool = False  # nothing was seen at the last look
    hidden: frozenset[Repo] = frozenset()
    _points: int = POINTS
    _failures: int = 0  # in a row
    _trouble: str = ""

    def is_due(self, now: float) -> bool:
        """Tell whether to look now. A timer that is early by a moment does not cost a turn."""
        return not self.is_looking and now >= self.next_at - self.poll_s / 10

    def note_own_look(self, now: float) -> None:
        """Note that a run asks by itself: where it is the only one, that is a look at all."""
        if self.heads == 1:
            self.next_at = max(self.next_at, now + self.poll_s)

    def compute_interval_s(self, cost: int) -> float:
        """Compute how far apart looks must be that cost so many points together."""
        return HOUR_S * cost * self.sharers / (self._points * SHARE)

    def is_short(self, budget: RequestBudget | None) -> bool:
        """Tell whether what is left is for the runs."""
        return budget is not None and budget.left < budget.limit * SHARE

    def note_look(self, look: HeadLook, began: float) -> None:
        """Note what a look came to, and when the next one is."""
        self.hidden, self.is_blind, self._failures = look.hidden, False, 0
        self.most_heads = min(self.most_heads + 1, MOST_HEADS)
        if look.budget and look.budget.limit > 0:
            self._points = look.budget.limit
        self.next_at = began + max(self.poll_s, self.compute_interval_s(look.cost))
        if look.budget and self.is_short(look.budget):
            self._wait_until(look.budget.resets_at, began)
        if self._trouble:
            log.info("CI is watched again for installation %d", self.installation)
        self._trouble = ""

    def note_failure(self, output: StepOutput, began: float) -> None:
        """Note why a look failed, and when the next one is. A limit is no reason to be blind: who
        asks by himself would meet it too.
        """
        self.is_blind = "limited" not in output
        if self.is_blind:
            self._failures = min(self._failures + 1, MOST_DOUBLINGS)
            self.most_heads = max(self.most_heads // 2, LEAST_HEADS)
        pause_s = self.poll_s * 2**self._failures
        self.next_at = began + pause_s
        self._wait_until(output.get("until", 0.0), began)
        if not self._trouble:
            text = "CI is not watched for installation %d: %s"
            log.warning(text, self.installation, output["text"])
        self._trouble = output["text"]

    def _wait_until(self, reset_at: float, began: float) -> None:
        """Look no earlier, but within an hour: who tells of more may have a wrong clock."""
        self.next_at = max(self.next_at, min(reset_at, began + HOUR_S))
