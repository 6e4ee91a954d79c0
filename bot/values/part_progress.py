"""How the parts of a request that was split stand, and which of them can begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.values.request import Branch, Repo, RunKey
from bot.values.split import Part

PartState = Literal[
    "waiting",  # not begun
    "live",
    "asked",  # something that people must answer
    "open",  # its pull request is in people's hands
    "green",  # its pull request is open and ready
    "failed",
    "done",
    "dropped",  # its issue was closed otherwise, or is gone
]
HOPELESS = ("failed", "dropped")
ENDED = ("done", "dropped")


@dataclass(frozen=True, slots=True)
class PartsNews:
    """Something happened to a part of a request, or to the request itself.

    `key` names what happened; `after` is the run whose end it was, if it was one.
    """

    repo: Repo
    parent: int
    key: str
    issue: int = 0  # of the part that it is about
    after: RunKey | None = None


@dataclass(frozen=True, slots=True)
class PartPull:
    """The pull request of a part."""

    number: int
    url: str
    head: Branch
    base: Branch
    is_open: bool = True
    is_draft: bool = False
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class PartStanding:
    """How a part stands: by its newest run, its issue and its pull request.

    `obstacle` is a sentence that says why it did not begin although it could.
    """

    part: Part
    state: PartState
    pull: PartPull | None = None
    run: RunKey | None = None
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class PartsStanding:
    """How all parts of a request stand. `is_wanted`: its own issue is open."""

    parts: tuple[PartStanding, ...] = ()
    is_wanted: bool = True

    def find(self, number: int) -> PartStanding:
        """Find a part's by its number. Raises KeyError."""
        return {standing.part.number: standing for standing in self.parts}[number]

    def drop_obstacles(self) -> PartsStanding:
        """Return how they stand on GitHub, where no obstacle is known."""
        return replace(self, parts=tuple(replace(each, obstacle="") for each in self.parts))

    def list_needs(self, standing: PartStanding) -> list[PartStanding]:
        """List how those stand that a part needs."""
        return [self.find(number) for number in standing.part.needs]

    def find_culprit(self, standing: PartStanding) -> PartStanding | None:
        """Find what keeps a part from ever beginning as it stands: of what it needs, directly or
        not, the first that came to no good end.
        """
        for need in self.list_needs(standing):
            if need.state in HOPELESS:
                return need
            if need.state == "waiting" and (culprit := self.find_culprit(need)):
                return culprit
        return None

    def list_tips(self, standing: PartStanding) -> list[PartPull]:
        """List the open pull requests that hold what a part needs, and that no other one of them
        holds besides.
        """
        tips = {}
        for need in self.list_needs(standing):
            if tip := self._find_tip(need.pull):
                tips[tip.head] = tip
        covered = {pull.head for tip in tips.values() for pull in self._list_below(tip)}
        return [tip for head, tip in tips.items() if head not in covered]

    def is_ready(self, standing: PartStanding, *, may_stack: bool) -> bool:
        """Tell whether a part that has not begun can begin: all that it needs is done, or is green
        in one pull request that it can be stacked on.
        """
        if standing.state != "waiting":
            return False
        tips = self.list_tips(standing)
        good: tuple[PartState, ...] = ("done", "green") if may_stack else ("done",)
        is_met = all(need.state in good for need in self.list_needs(standing))
        return is_met and len(tips) <= (1 if may_stack else 0)

    def list_stranded(self) -> list[tuple[PartStanding, PartPull | None]]:
        """List the parts whose open pull request goes into the branch of one that was merged, each
        with the pull request that it belongs on now; None: on the default branch.
        """
        merged = {pull.head for pull in self._list_pulls() if pull.is_merged}
        return [
            (standing, self._find_tip(self.find_below(standing.pull)))
            for standing in self.parts
            if standing.pull and standing.pull.is_open and standing.pull.base in merged
        ]

    def _find_tip(self, pull: PartPull | None) -> PartPull | None:
        """Find the open pull request that holds a change: its own, or what it was merged into."""
        below = [pull, *self._list_below(pull)] if pull else []
        return next((each for each in below if each.is_open), None)

    def _list_below(self, pull: PartPull) -> Iterator[PartPull]:
        """List what a pull request is stacked on, from the top down."""
        for _ in self.parts:
            below = self.find_below(pull)
            if below is None:
                return
            yield below
            pull = below

    def find_below(self, pull: PartPull | None) -> PartPull | None:
        """Find the pull request whose branch another one goes into."""
        pulls = self._list_pulls()
        return next((each for each in pulls if pull and each.head == pull.base), None)

    def _list_pulls(self) -> Sequence[PartPull]:
        return [standing.pull for standing in self.parts if standing.pull]


@dataclass(frozen=True, slots=True)
class EarlierPart:
    """What a part needs, as it stood when the work on the part began."""

    issue: int
    title: str
    is_done: bool
    pull: int = 0
    pull_title: str = ""


@dataclass(frozen=True, slots=True)
class PlaceInSplit:
    """Where the work on an issue stands in the request that it is a part of.

    `base` is the branch that it is stacked on; None: the default branch.
    """

    parent: int
    number: int
    count: int
    base: Branch | None = None
    base_pull: int = 0
    earlier: tuple[EarlierPart, ...] = ()
