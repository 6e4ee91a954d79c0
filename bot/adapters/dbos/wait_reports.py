"""Tell people what a run waits for, once that has taken a while, and that it goes on again.

That is no part of the record: at a replay nothing is waited for, so nothing is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.adapters.dbos.step_output import StepOutput
from bot.ports import NoTraces, Traces, TraceSpan
from bot.text.durations import format_iso_time
from bot.values import RunReport, RunState, Waiting, WatchedHead

OTHER = "other"  # a wait of which people are not told
LEAST_S = 0.2  # what the record answers takes less, and is no wait

WriteReport = Callable[[RunState], Awaitable[RunReport | None]]


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """How long a wait takes before it is told, and how often it is told how it stands."""

    first_s: float = 4.0
    again_s: float = 60.0
    gap_s: float = 30.0  # waits of one kind that are no longer apart count as one


class WaitReports:
    """What one run's readers were told of its waits. Lives on one loop."""

    def __init__(
        self, write: WriteReport, policy: WaitPolicy, traces: Traces | None = None
    ) -> None:
        self._write = write
        self._policy = policy
        self._traces = traces or NoTraces()
        self._last: Waiting | None = None
        self._last_at = 0.0
        self._kind = ""  # of the wait that goes on, or went on a moment ago
        self._began_at = self._left_at = 0.0
        self.waiting_for = ""  # the kind of the wait that goes on now
        self.head: WatchedHead | None = None  # whose CI is waited for now
        self.report: RunReport | None = None  # what people read now, while it is of a wait

    @asynccontextmanager
    async def during(
        self, state: RunState | None, describe: Callable[[], Waiting | None]
    ) -> AsyncIterator[None]:
        """Tell of the wait in the block, when it is long enough."""
        waiting = describe()
        self.waiting_for = waiting.kind if waiting else OTHER
        self.head = waiting.head if waiting else None
        began = time.time()
        try:
            async with self._tell_during(state, waiting, describe):
                yield
        finally:
            self.waiting_for, self.head = "", None
            self._trace(waiting, began)

    @asynccontextmanager
    async def _tell_during(
        self,
        state: RunState | None,
        waiting: Waiting | None,
        describe: Callable[[], Waiting | None],
    ) -> AsyncIterator[None]:
        if state is None or waiting is None:
            yield
            return
        self._join(waiting.kind)
        over = asyncio.Event()
        telling = asyncio.create_task(self._tell_until(over, state, describe))
        try:
            yield
        finally:
            over.set()
            await telling
            self._left_at = _read_loop_time()

    def _trace(self, waiting: Waiting | None, began: float) -> None:
        """Keep the wait in the run's trace; what the record answered at once was none."""
        if time.time() - began < LEAST_S:
            return
        span = TraceSpan(f"wait for {waiting.kind}" if waiting else "wait")
        if waiting and waiting.service:
            span.attributes["greenlit.service"] = waiting.service
        self._traces.keep(span, began)

    async def end(self, state: RunState | None) -> None:
        """Tell that the run goes on, if people were told that it waits."""
        if self.report is not None and state is not None:
            await self._write(state)
        self.forget()

    def forget(self) -> None:
        """Take what was told for overtaken: the story has told something newer."""
        self._last, self.report, self._kind = None, None, ""

    async def _tell_until(
        self, over: asyncio.Event, state: RunState, describe: Callable[[], Waiting | None]
    ) -> None:
        while not await wait_for_event(over, self._pause_s(describe())):
            waiting = describe()
            if waiting is None:
                continue
            # What is as it was told is looked at again as late: thousands may wait for CI.
            self._last_at = _read_loop_time()
            if waiting == self._last:
                continue
            self._last = waiting
            self.report = await self._write(replace(state, waiting=waiting)) or self.report

    def _join(self, kind: str) -> None:
        """Go on with the wait that was interrupted a moment ago, or begin one."""
        now = _read_loop_time()
        if kind != self._kind or now - self._left_at > self._policy.gap_s:
            self._kind, self._began_at = kind, now

    def _pause_s(self, waiting: Waiting | None) -> float:
        """Compute how long to be silent: longer where this kind of wait was told already."""
        if waiting is not None and self._last is not None and waiting.kind == self._last.kind:
            until = self._last_at + self._policy.again_s
        else:
            until = self._began_at + self._policy.first_s
        return max(LEAST_S, until - _read_loop_time())


def _read_loop_time() -> float:
    return asyncio.get_running_loop().time()


async def wait_for_event(event: asyncio.Event, patience_s: float) -> bool:
    """Wait until the event is set, and tell whether it was before the time had passed."""
    try:
        async with asyncio.timeout(max(0.0, patience_s)):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True


async def wait_for_either(first: asyncio.Event, second: asyncio.Event) -> None:
    """Wait until one of two events is set."""
    tasks = [asyncio.ensure_future(event.wait()) for event in (first, second)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def describe_pause(output: StepOutput) -> Waiting:
    """Tell of the pause before a step is tried again, from what its record says."""
    return Waiting(
        "service",
        since=format_iso_time(output["began"]),
        service=output.get("service", ""),
        next_try=format_iso_time(output["until"]),
        is_limited=output.get("limited", False),
    )
