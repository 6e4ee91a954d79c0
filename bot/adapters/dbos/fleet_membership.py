"""The engine of this process among those that share its record: what it hears reaches its runs."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS

from bot.adapters.dbos.engine_loop import EngineLoop
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_listener import Listener
from bot.adapters.dbos.fleet_member import FleetMember, name_worker
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record import Record
from bot.adapters.dbos.run_inbox import find_inbox_check
from bot.adapters.dbos.run_starts import read_value_kind
from bot.adapters.dbos.run_waits import RunWaits
from bot.adapters.dbos.runtime import EngineOptions
from bot.adapters.dbos.shared_slots import SharedSlots, SlotLimits
from bot.adapters.private_home import read_home_mark
from bot.run import StartRun, Story, from_json
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
        dbos: DBOS,
        loop: EngineLoop,
        waits: Mapping[str, RunWaits],
        tell_set_aside: Callable[[RunKey], Coroutine[None, None, None]],
        on_taken: Callable[[], None],
    ) -> None:
        """Take runs, and tell those that live on this loop what the others say."""

        def wake(key: str) -> None:
            loop.call_soon(partial(_wake, waits), key)
            # The engine hears by itself, but for what was said while it was without a connection.
            if check := find_inbox_check(dbos, key):
                check()

        def set_aside(key: str) -> None:
            asyncio.run_coroutine_threadsafe(tell_set_aside(RunKey(key)), loop.loop)

        listener = Listener(
            on_grants=partial(loop.call_soon, self.slots.look),
            on_signal=wake,
            on_set_aside=set_aside,
            on_expelled=self._end_expelled,
            on_outdated=self._end_outdated,
            find_active=dbos._active_workflows_set.activeList,  # noqa: SLF001
            on_limits=self.options.on_limits,
            on_taken=on_taken,
        )
        self.member.begin(listener)

    async def describe_death(self, key: RunKey, stories: Mapping[str, Story]) -> StartRun | None:
        """Find what tells people of a run that was set aside; None where nobody is to be told."""
        tell = self.options.tell_set_aside
        statuses = await DBOS.list_workflows_async(workflow_ids=[key], load_output=False)
        story = stories.get(statuses[0].name) if statuses else None
        if tell is None or story is None or statuses[0].input is None:
            return None
        start = tell(key, from_json(statuses[0].input["args"][0], read_value_kind(story)))
        # One that an operator brought back is told of again where it is set aside again.
        return start and replace(start, key=f"{start.key}:{statuses[0].completed_at}")

    def _end_outdated(self) -> None:
        log.error(
            "a newer version of Greenlit brought up the record, beside which this one cannot work: "
            "it ends, and its runs go on elsewhere; install the newer version"
        )
        self.options.on_expelled()

    def _end_expelled(self) -> None:
        log.error(
            "the record has not heard of this process for too long, and its runs go on elsewhere; "
            "it ends, so that a new one can begin"
        )
        self.options.on_expelled()


def join_fleet(
    home: Path,
    record: Record,
    database: sa.Engine,
    options: EngineOptions,
    fence: Fence,
    stories: Collection[str],
) -> Membership | None:
    """Become a member of those who share the record; None where this process has it alone."""
    if not isinstance(record, PostgresRecord):
        return None
    limits = SlotLimits(
        options.slots_per_repository, options.timing.dead_after_s, options.slots_in_all
    )
    name = name_worker(socket.gethostname(), read_home_mark(home))
    member = FleetMember(record, stories, options.slots, limits, fence, options.timing, name)
    member.join()
    return Membership(member, SharedSlots(database, member.name, limits), options)


def _wake(waits: Mapping[str, RunWaits], key: str) -> None:
    """Wake a run that waits beside its inbox; all of them without a key."""
    for waiting, run_waits in waits.items():
        if key in (waiting, ""):
            run_waits.wake()
