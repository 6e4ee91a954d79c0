"""How one run waits for a slot or for its next try: woken by signals, and told to people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.adapters.dbos.shared_slots import SharedSlots
from bot.adapters.dbos.slots import Slots, SlotTicket
from bot.adapters.dbos.wait_reports import WaitReports, wait_for_either, wait_for_event
from bot.run import SlotWait
from bot.values import RunKey, RunState

WAITED: Final[SlotWait] = "waited, asked anew"
INTERRUPTED = "interrupted"

Listen = Callable[[], Awaitable[None]]


class RunWaits:
    """The waits of one run of this process. Lives on one loop; nothing of it is in the record."""

    def __init__(self, key: RunKey, slots: Slots | SharedSlots, reports: WaitReports) -> None:
        self.reports = reports
        self._key = key
        self._slots = slots
        self._listen: Listen | None = None
        self._signalled = asyncio.Event()  # since the story listened last
        self._ticket: SlotTicket | None = None  # of the slot's block that the story is in
        self._has_slot = False  # only for as long as it works
        self._was_interrupted = False  # in the line for its slot
        self._is_hearing = False  # what that takes needs no slot
        self._has_waited = False  # in this process

    def wake(self) -> None:
        """End the wait, as a signal came."""
        self._signalled.set()

    def heed(self, listen: Listen | None) -> None:
        """Have this done when a signal comes during a wait."""
        self._listen = listen
        self._signalled.set()  # what came before this process began is in the inbox

    async def hear(self) -> None:
        """Have the story listen to the signals that came."""
        self._signalled.clear()
        self._is_hearing = True
        try:
            if self._listen:
                await self._listen()
        finally:
            self._is_hearing = False

    async def sleep_until(self, until: float) -> str | None:
        """Sleep; "interrupted" when a signal came before the time had passed."""
        self._slots.settle(self._key)
        patience_s = until - time.time()
        if self._listen is None:
            await asyncio.sleep(max(0.0, patience_s))
            return None
        self._begin_to_wait()
        if await wait_for_event(self._signalled, patience_s):
            return INTERRUPTED
        return None

    def _begin_to_wait(self) -> None:
        """Listen anew at the first wait of a process: what it heard before that was a replay, and
        what came meanwhile is in the inbox.
        """
        if not self._has_waited:
            self._has_waited = True
            self._signalled.set()

    def enter_block(self, repo: str, asked_at: str) -> None:
        """Go into a block that holds a slot while it works. Raises RuntimeError inside of one."""
        if self._ticket:
            raise RuntimeError("a run holds one slot at a time")
        self._ticket = SlotTicket(repo, self._key, asked_at)
        self._was_interrupted = False

    def leave_block(self) -> None:
        """Leave the block, and give the slot back."""
        self.leave_slot()
        self._ticket = None

    async def take_slot(self, state: RunState | None) -> str | None:
        """Take a slot if the story is in a slot's block; a replay does not come here.

        Returns WAITED when there was none at once, or "interrupted" when a signal came first.
        """
        ticket = self._ticket
        if ticket is None or self._has_slot or self._is_hearing:
            self._slots.settle(self._key)  # what the record does not know yet is no replay
            return None
        if await self._slots.enter(ticket):
            self._has_slot = True
            return WAITED if self._was_interrupted else None
        async with self.reports.during(state, partial(self._slots.describe, ticket)):
            await self._wait_in_line(ticket)
        self._has_slot = ticket.granted.is_set()
        self._was_interrupted = not self._has_slot
        if not self._has_slot:
            return INTERRUPTED  # its place in the line is kept meanwhile
        await self.reports.end(state)
        return WAITED

    def leave_slot(self) -> None:
        """Give the slot back, or the place in the line, until the next work."""
        self._has_slot = False
        if self._ticket:
            self._slots.leave(self._ticket)

    async def _wait_in_line(self, ticket: SlotTicket) -> None:
        if self._listen is None:
            await ticket.granted.wait()
        else:
            self._begin_to_wait()
            await wait_for_either(ticket.granted, self._signalled)
