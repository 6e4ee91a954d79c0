"""The slots of work in this process, and the gate that closes when the process ends."""

from __future__ import annotations

import asyncio
import time
from bisect import insort
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.values import QueueLength, Waiting


@dataclass(eq=False, slots=True)
class SlotTicket:
    """A run's place in the line for a slot, by the time at which a person asked for the run."""

    repo: str
    key: str
    asked_at: str = ""  # ISO 8601, UTC
    entered_at: float = 0.0  # the line, in seconds since the epoch
    granted: asyncio.Event = field(default_factory=asyncio.Event)

    def __lt__(self, other: SlotTicket) -> bool:
        """Order by time; of one second, as when many issues are labelled at once, by number."""
        return self._rank < other._rank

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return self.repo.partition("/")[0]

    @property
    def _rank(self) -> tuple[str, int, str]:
        return self.asked_at, len(self.key), self.key


class Slots:
    """Slots of work, so many in all and so many per repository.

    The owner with the fewest runs at work is served first, of such owners the one who was served
    longest ago, and of an owner's runs the oldest: five hundred labels let the others through.

    They are not in the record: when the process dies so does the work, and a replay needs a slot
    only where it goes on. So that the line is the same after a restart, nobody is served before
    all the runs that lived have come back to where they were. Lives on one loop.
    """

    def __init__(self, total: int, per_repository: int) -> None:
        self._total = total
        self._per_repository = per_repository
        self._working: list[SlotTicket] = []
        self._line: list[SlotTicket] = []
        self._served: dict[str, int] = {}  # when each owner got a slot last, as a count
        self._replaying: set[str] = set()

    def hold_for(self, keys: Collection[str]) -> None:
        """Serve nobody until these runs have settled."""
        self._replaying = set(keys)

    def settle(self, key: str) -> None:
        """Note that a run has come back to where it was before the restart."""
        if key in self._replaying:
            self._replaying.discard(key)
            self._serve()

    def settle_all(self) -> None:
        """Wait for no more runs to come back."""
        self._replaying.clear()
        self._serve()

    async def enter(self, ticket: SlotTicket) -> bool:
        """Go into the line, or stay in it; True when there is a slot for the ticket now."""
        if not ticket.granted.is_set() and ticket not in self._line:
            ticket.entered_at = time.time()
            insort(self._line, ticket)
        self._replaying.discard(ticket.key)
        self._serve()
        return ticket.granted.is_set()

    def leave(self, ticket: SlotTicket) -> None:
        """Give the slot back, or the place in the line up."""
        held = self._working if ticket.granted.is_set() else self._line
        if ticket in held:
            held.remove(ticket)
        ticket.granted.clear()
        self._serve()

    def describe(self, ticket: SlotTicket) -> Waiting | None:
        """Tell the place of a ticket among those that wait for the same slots; None with a slot."""
        if ticket.granted.is_set():
            return None
        is_held_up = self._is_full(ticket.repo)
        if is_held_up:
            line = [queued for queued in self._line if queued.repo == ticket.repo]
        else:
            line = [queued for queued in self._line if not self._is_full(queued.repo)]
        place = line.index(ticket) + 1 if ticket in line else 1
        behind = [working.key for working in self._working if working.repo == ticket.repo]
        return Waiting(
            "slot",
            place=place,
            line_length=max(len(line), 1),
            behind=tuple(behind) if is_held_up else (),
        )

    def count_held(self) -> int:
        """Count the slots at work."""
        return len(self._working)

    def measure_line(self, now: float) -> QueueLength:
        """Measure the line: how many wait, and how long the first one does."""
        entered = [ticket.entered_at for ticket in self._line.copy()]
        return QueueLength(len(entered), max(0.0, now - min(entered, default=now)))

    def _serve(self) -> None:
        """Give free slots to those in the line whose turn it is."""
        while not self._replaying and len(self._working) < self._total:
            ready = [ticket for ticket in self._line if not self._is_full(ticket.repo)]
            if not ready:
                return
            ticket = min(ready, key=self._find_turn)
            self._line.remove(ticket)
            self._working.append(ticket)
            self._served[ticket.owner] = max(self._served.values(), default=0) + 1
            ticket.granted.set()

    def _find_turn(self, ticket: SlotTicket) -> tuple[int, int, SlotTicket]:
        """Find when a ticket is served: the owners take turns, and of one's the oldest is first."""
        at_work = sum(working.owner == ticket.owner for working in self._working)
        return at_work, self._served.get(ticket.owner, 0), ticket

    def _is_full(self, repo: str) -> bool:
        working = sum(ticket.repo == repo for ticket in self._working)
        return working >= self._per_repository


class ShutdownGate:
    """Lets runs in to work until it is shut; who is inside then may end and be recorded."""

    def __init__(self) -> None:
        self._inside = set[str]()
        self.is_shut = False

    async def enter(self, key: str) -> None:
        """Go in to work; wait for ever once the gate is shut."""
        if self.is_shut:
            await asyncio.Future()  # until the loop ends
        self._inside.add(key)

    def leave(self, key: str) -> None:
        """Come out, as the work is done and recorded."""
        self._inside.discard(key)

    async def shut(self) -> None:
        """Let nobody in any more, and wait for who is inside."""
        self.is_shut = True
        while self._inside:  # noqa: ASYNC110 - a moment at the end of the process
            await asyncio.sleep(0.02)
