"""What runs are told while they live: signals, and that they were cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbos import DBOS

from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.journal import LIVE
from bot.adapters.dbos.run_inbox import INBOX, find_inbox_check
from bot.adapters.dbos.run_lookup import find_live_runs
from bot.adapters.dbos.run_waits import RunWaits
from bot.run import SignalRun, to_json
from bot.values import RunKey, Signal


@dataclass(frozen=True, slots=True)
class RunMessages:
    """Puts messages into the inboxes of runs, and wakes who waits; on the engine's loop."""

    dbos: DBOS
    waits: Mapping[str, RunWaits]  # of the runs that live in this process
    member: FleetMember | None  # None where this process has the record alone

    async def signal(self, signal: SignalRun, once: str) -> tuple[RunKey, ...]:
        """Signal the live runs that the signal is for, and return their keys."""
        runs = await find_live_runs(signal.to)
        for run in runs:
            await self.send_signal(run, signal.signal, once)
        return tuple(runs)

    async def send_signal(self, key: RunKey, signal: Signal, once: str) -> None:
        """Signal one run; `once` names what is sent once however often this is asked."""
        await self._send(key, to_json(signal), once)

    async def cancel(self, key: RunKey) -> None:
        """Cancel a run that lives."""
        if await DBOS.list_workflows_async(
            workflow_ids=[key], status=list(LIVE), load_input=False, load_output=False
        ):
            await DBOS.cancel_workflow_async(key)
            # Cancelling alone does not wake a run that waits.
            await self._send(key, {"kind": "poke"}, "")

    async def _send(self, key: RunKey, message: dict[str, Any], once: str) -> None:
        await DBOS.send_async(key, message, INBOX, idempotency_key=once or None)
        if waits := self.waits.get(key):
            waits.wake()
        if self.member:
            await asyncio.to_thread(self.member.tell, key)
            return
        # On SQLite DBOS asks for each waiting run in turn, so it must ask seldom. We are its only
        # sender, and have it ask for this one at once.
        if check := find_inbox_check(self.dbos, key):
            await asyncio.to_thread(check)
