"""One run of a story: its steps, tries, waits and slots, each recorded by DBOS."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final, Literal, ParamSpec, TypeVar

from dbos import DBOS

from bot.adapters.dbos.recorded_lookups import RecordedLookups
from bot.adapters.dbos.run_inbox import INBOX
from bot.adapters.dbos.run_logger import RunLogger
from bot.adapters.dbos.run_waits import INTERRUPTED, RunWaits
from bot.adapters.dbos.runtime import Runtime
from bot.adapters.dbos.step_output import Interrupted, StepOutput, capture, unwrap
from bot.adapters.dbos.step_recorder import StepRecorder, decode_result
from bot.adapters.dbos.wait_reports import LEAST_S, WaitReports, describe_pause
from bot.log_fields import call_with_fields, read_log_fields
from bot.run import RunFault, SignalRun, SlotWait, StartRun, Step, Story, to_json
from bot.values import Branch, Outcome, Repo, RunKey, RunReport, RunState, Signal, Waiting

P = ParamSpec("P")
R = TypeVar("R")

PAUSE = "(pause)"  # no step of a story is called so
STATE = "(state)"
OLD_WAIT: Final[SlotWait] = "waited"
ENDS: dict[str, Literal["refused", "gave up", "failed"]] = {
    "refused": "refused",
    "gone": "gave up",
    "failed": "failed",
}
FAULT_DETAILS = ("step", "detail", "service", "since", "most_tries")  # of what a fault may carry


class DurableRun(RecordedLookups):
    """Run, on DBOS. A story must do one thing at a time: the record is a line."""

    def __init__(self, runtime: Runtime, key: RunKey) -> None:
        self._runtime = runtime
        self._key = key
        self._traces = runtime.options.traces
        reports = WaitReports(self._write_report, runtime.options.wait_policy, self._traces)
        self._waits = RunWaits(key, runtime.slots, reports)
        self._names = 0
        self._state: RunState | None = None
        self._logger = RunLogger(runtime.options.metrics)
        self._recorder = StepRecorder(key, runtime.shutdown_gate, self._logger)

    @property
    def key(self) -> RunKey:
        """The run's name."""
        return self._key

    async def __call__(self, step: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        """Do a step, unless the record holds its result already."""
        call = partial(step, self._runtime.ports, *values, **named)
        act = partial(self._run_in_thread, step.name, call)
        tries, began = 1, 0.0
        while True:
            schedule = partial(
                self._runtime.options.retry_policy.schedule, tries=tries, began=began
            )
            output = await self._recorder.record(step.name, act, schedule)
            match output.get("fault"):
                case "again":
                    self._logger.log_retry(step.name, output["text"], output.get("service", ""))
                    tries, began = tries + 1, output["began"]
                    await self._pause(output)
                case "interrupted":
                    await self._waits.hear()
                case _:
                    if tries > 1 and "ok" in output:
                        await self._waits.reports.end(self._state)
                    result: R = decode_result(step.name, unwrap(output), step.result_kind)
                    return result

    async def wait(self, patience_s: float, waiting: Waiting | None = None) -> Signal | None:
        """Take the next signal of the inbox, or None when the time has passed."""
        if not patience_s:  # a look into the inbox is no waiting
            return await self._receive(0)
        self._waits.leave_slot()
        settle = partial(self._runtime.slots.settle, self._key)
        settling = asyncio.get_running_loop().call_later(LEAST_S, settle)
        try:
            async with self._waits.reports.during(self._state, lambda: waiting):
                return await self._receive(patience_s)
        finally:
            settling.cancel()
            self._waits.reports.report = None

    @asynccontextmanager
    async def slot(self, repo: Repo, asked_at: str = "") -> AsyncIterator[SlotWait]:
        """Hold a slot of work in the block."""
        self._waits.enter_block(repo.name, asked_at)
        try:
            yield await self._wait_for_slot()
        finally:
            self._waits.leave_block()

    def heed(self, listen: Callable[[], Awaitable[None]] | None) -> None:
        """Have this done when a signal comes during a pause or in the line for a slot."""
        self._waits.heed(listen)

    @property
    def state(self) -> RunState:
        """The newest state that was kept."""
        if self._state is None:
            raise RuntimeError("the run has kept no state yet")
        return self._state

    def keep(self, state: RunState) -> RunState:
        """Keep how the run stands: it is recorded at the end, and the same at replay."""
        self._logger.log_changes(self._state, state)
        self._state = self._runtime.prefixes.share(self._state, state)
        return self._state

    async def follow(self, branch: Branch) -> None:
        """Write the branch to the run's attributes, where signals about it look for the run."""
        if self._recorder.has_diverged:
            return
        with self._recorder.guard():
            await DBOS.update_workflow_attributes_async(self._key, {"branch": branch}, merge=True)

    async def start(self, start: StartRun) -> tuple[RunKey, bool]:
        """Start another story, once; where it has a key and a subject, once for all who do."""
        started_by = self._next_name()
        if start.subject and start.key:
            started_by = start.key
        act = partial(self._runtime.start, start, started_by)
        key, is_new = unwrap(await self._recorder.record("start", act))
        return RunKey(key), is_new

    async def signal(self, signal: SignalRun) -> bool:
        """Signal another run, once."""
        act = partial(self._runtime.signal, signal, signal.key or self._next_name())
        return bool(unwrap(await self._recorder.record("signal", act)))

    async def run_story(self, story: Story, value: object) -> Outcome:
        """Run the story; turn any exception into an outcome, and tell it who waits for it."""
        self._runtime.waits[self._key] = self._waits
        try:
            output = await capture(partial(self._call_story, story, value), "in the story")
            if "ok" in output:
                outcome: Outcome = output["ok"]
            else:
                outcome = await self._report_failure(value, output)
            await self._record_state(outcome)
            await self._follow_end()
            self._logger.log_end(story.__name__, outcome, self._state, value)
            return outcome
        finally:
            self._runtime.waits.pop(self._key, None)
            self._runtime.slots.settle(self._key)

    @property
    def is_replayed(self) -> bool:
        """Tell whether the last that the story did was read from the record."""
        return self._logger.is_replayed

    def add_cost(self, outcome: Outcome) -> Outcome:
        """Write what the run cost into its outcome, so that a list of runs can tell it."""
        return outcome if self._state is None else replace(outcome, usd=self._state.usage.usd)

    async def _call_story(self, story: Story, value: object) -> Outcome:
        outcome: object = await story(self, value)
        if not isinstance(outcome, Outcome):
            kind = type(outcome).__name__
            raise TypeError(f"{story.__name__} ended with {kind}, not with an Outcome")
        return outcome

    async def _report_failure(self, value: object, output: StepOutput) -> Outcome:
        """Let people be told, and return the outcome that they were told.

        What goes wrong here is in the record, and nobody is left to be told.
        """
        details = {name: output[name] for name in FAULT_DETAILS if name in output}
        fault = RunFault(output["fault"], output["text"], **details, state=self._state)
        silent_outcome = Outcome(ENDS[fault.kind], detail=fault.text)
        if not self._runtime.options.on_run_failed:
            return silent_outcome
        report = partial(self._runtime.options.on_run_failed, self, value, fault)
        report_output = await capture(report, "in the report of the failure")
        outcome: Outcome = report_output.get("ok", silent_outcome)
        return outcome

    async def _record_state(self, outcome: Outcome) -> None:
        """Write how the run stood at its end behind all that it did."""
        if self._state is None or self._recorder.has_diverged:
            return
        state = to_json(replace(self._state, outcome=outcome))

        async def give() -> object:
            return state

        await self._recorder.record(STATE, give)

    async def _follow_end(self) -> None:
        """Let others go on that waited for this end. What goes wrong there is not this run's."""
        on_run_ended = self._runtime.options.on_run_ended
        if self._state is None or on_run_ended is None or self._recorder.has_diverged:
            return
        await capture(partial(on_run_ended, self), "behind the end")

    async def _run_in_thread(self, name: str, call: Callable[[], object]) -> object:
        if await self._take_slot() == INTERRUPTED:
            raise Interrupted
        await self._runtime.shutdown_gate.enter(self._key)
        began = time.perf_counter()
        try:
            with self._traces.span(name):
                return to_json(await self._call_in_thread(call))
        finally:
            self._runtime.options.metrics.time_step(name, time.perf_counter() - began)

    async def _call_in_thread(self, call: Callable[[], R]) -> R:
        """Call in one of the steps' threads, where the log has the fields that it has here."""
        act = partial(call_with_fields, read_log_fields(), call)
        return await asyncio.get_running_loop().run_in_executor(self._runtime.executor, act)

    async def _receive(self, patience_s: float) -> Signal | None:
        with self._recorder.guard():
            data = await DBOS.recv_async(INBOX, timeout_seconds=patience_s)
        return None if data is None else decode_result("wait", data, Signal)

    async def _pause(self, output: StepOutput) -> None:
        """Wait until the next try, without a slot; the story hears what people say meanwhile."""
        self._waits.leave_slot()
        waiting = describe_pause(output)
        # Elsewhere, where it may be earlier by the clock, the pause is no longer than it was to be.
        until = min(output["until"], time.time() + output.get("pause_s", math.inf))
        sleep = partial(self._waits.sleep_until, until)
        is_over = False
        while not is_over:
            async with self._waits.reports.during(self._state, lambda: waiting):
                paused = await self._recorder.record(PAUSE, sleep, is_pause=True)
            is_over = unwrap(paused) != INTERRUPTED
            if not is_over:
                await self._waits.hear()

    async def _wait_for_slot(self) -> SlotWait:
        """Take a slot, and tell how it was waited for."""
        wait: SlotWait = ""
        while True:
            output = unwrap(await self._recorder.record("slot", self._take_slot, is_pause=True))
            if output != INTERRUPTED:
                return output or wait
            wait = OLD_WAIT
            await self._waits.hear()

    async def _write_report(self, state: RunState) -> RunReport | None:
        """Tell people how the run stands, beside the record; None when that did not work."""
        step, gate = self._runtime.options.on_run_waits, self._runtime.shutdown_gate
        if step is None or gate.is_shut:
            return None
        self._logger.log_wait(state.waiting)
        write = partial(step, self._runtime.ports, state)
        name = f"{self._key} waits"
        await gate.enter(name)
        with self._traces.span(step.name):
            act = partial(self._call_in_thread, write)
            output = await capture(act, "in the report of a wait")
        gate.leave(name)
        return output.get("ok")

    async def _take_slot(self) -> str | None:
        return await self._waits.take_slot(self._state)

    def _next_name(self) -> str:
        """Name this place in the story, the same at replay: what is begun here happens once."""
        self._names += 1
        return f"{self._key}@{self._names}"
