"""The engine of this process among those that share its record: what it hears reaches its runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember, Listener
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record import Record
from bot.adapters.dbos.run_waits import RunWaits
from bot.adapters.dbos.runtime import EngineOptions
from bot.adapters.dbos.shared_slots import SharedSlots
from bot.values import RunKey

log = logging.getLogger("greenlit")


@dataclass(frozen=True, slots=True)
class Membership:
    """This process as a member, and the slots that it shares with the others."""

    member: FleetMember
    slots: SharedSlots
    options: EngineOptions

    def begin(
        self,
        loop: asyncio.AbstractEventLoop,
        waits: Mapping[str, RunWaits],
        tell_set_aside: Callable[[RunKey], Coroutine[None, None, None]],
    ) -> None:
        """Take runs, and tell those that live on this loop what the others say."""

        def look() -> None:
            asyncio.run_coroutine_threadsafe(self.slots.look(), loop)

        def wake(key: str) -> None:
            loop.call_soon_threadsafe(_wake, waits, key)

        def set_aside(key: str) -> None:
            log.error("%s is set aside: process after process died while it worked", key)
            asyncio.run_coroutine_threadsafe(tell_set_aside(RunKey(key)), loop)

        self.member.begin(Listener(look, wake, set_aside, self._end))

    def _end(self) -> None:
        log.error(
            "the record has not heard of this process for too long, and its runs go on elsewhere; "
            "it ends, so that a new one can begin"
        )
        self.options.on_expelled()


def join_fleet(
    record: Record, database: sa.Engine, options: EngineOptions, fence: Fence
) -> Membership | None:
    """Become a member of those who share the record; None where this process has it alone."""
    if not isinstance(record, PostgresRecord):
        return None
    member = FleetMember(record, options.slots, options.slots_per_repository, fence, options.timing)
    member.join()
    return Membership(member, SharedSlots(database, member.name, member.limits), options)


def _wake(waits: Mapping[str, RunWaits], key: str) -> None:
    """Wake a run that waits beside its inbox; all of them without a key."""
    for waiting, run_waits in waits.items():
        if key in (waiting, ""):
            run_waits.wake()
