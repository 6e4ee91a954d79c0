"""One run of a story: its steps, tries, waits and slots, each recorded by DBOS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, ParamSpec, TypeVar

from dbos import DBOS, error
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.dbos.slots import ShutdownGate, Slots
from bot.adapters.dbos.step_output import (
    RecordLost,
    RetryPolicy,
    StepFailed,
    StepOutput,
    capture,
    describe_error,
    unwrap,
)
from bot.ports import Ports
from bot.run import SignalRun, StartRun, Step, Story, from_json, to_json
from bot.values import Branch, LastRun, Outcome, Repo, RunKey, RunState, Signal, Subject

P = ParamSpec("P")
R = TypeVar("R")

INBOX = "inbox"
PAUSE = "(pause)"  # no step of a story is called so
STATE = "(state)"
ENDS: dict[str, Literal["refused", "gave up", "failed"]] = {
    "refused": "refused",
    "gone": "gave up",
    "failed": "failed",
}
OnRunFailed = Step[[Any, str, str, RunKey], None]  # value, how it ended, why, which run


@dataclass(frozen=True, slots=True)
class Runtime:
    """What all runs share."""

    ports: Ports
    executor: Executor
    shutdown_gate: ShutdownGate
    slots: Slots
    retry_policy: RetryPolicy
    on_run_failed: OnRunFailed | None
    start: Callable[[StartRun, str], Awaitable[tuple[RunKey, bool]]]
    signal: Callable[[SignalRun, str], Awaitable[bool]]
    find_last: Callable[[Subject], Awaitable[LastRun | None]]


class DurableRun:
    """Run, on DBOS. A story must do one thing at a time: the record is a line."""

    def __init__(self, runtime: Runtime, key: RunKey) -> None:
        self._runtime = runtime
        self._key = key
        self._repo = ""  # of the slot's block that the story is in
        self._has_slot = False  # only for as long as it works
        self._names = 0
        self._state: RunState | None = None
        self._diverged = False  # from the record: what still has to be done is done without it

    @property
    def key(self) -> RunKey:
        """The run's name."""
        return self._key

    async def __call__(self, step: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        """Do a step, unless the record holds its result already."""
        call = partial(step, self._runtime.ports, *values, **named)
        act = partial(self._run_in_thread, call)
        tries, began = 1, 0.0
        while True:
            schedule = partial(self._runtime.retry_policy.schedule, tries=tries, began=began)
            output = await self._record_step(step.name, act, schedule)
            if output.get("fault") != "again":
                result: R = _decode(step.name, unwrap(output), step.result_kind)
                return result
            tries, began = tries + 1, output["began"]
            self._leave_slot()
            await self._record_step(PAUSE, partial(_sleep_until, output["until"]), is_pause=True)

    async def wait(self, patience_s: float) -> Signal | None:
        """Take the next signal of the inbox, or None when the time has passed."""
        if patience_s:  # a look into the inbox is no waiting
            self._leave_slot()
        with self._guard_record():
            data = await DBOS.recv_async(INBOX, timeout_seconds=patience_s)
        return None if data is None else _decode("wait", data, Signal)

    @asynccontextmanager
    async def slot(self, repo: Repo) -> AsyncIterator[None]:
        """Hold a slot of work in the block."""
        if self._repo:
            raise RuntimeError("a run holds one slot at a time")
        self._repo = repo.name
        try:
            await self._record_step("slot", self._take_slot, is_pause=True)
            yield
        finally:
            self._leave_slot()
            self._repo = ""

    @property
    def state(self) -> RunState:
        """The newest state that was kept."""
        if self._state is None:
            raise RuntimeError("the run has kept no state yet")
        return self._state

    def keep(self, state: RunState) -> RunState:
        """Keep how the run stands: it is recorded at the end, and the same at replay."""
        self._state = state
        return state

    async def follow(self, branch: Branch) -> None:
        """Write the branch to the run's attributes, where signals about it look for the run."""
        if self._diverged:
            return
        with self._guard_record():
            await DBOS.update_workflow_attributes_async(self._key, {"branch": branch}, merge=True)

    async def start(self, start: StartRun) -> tuple[RunKey, bool]:
        """Start another story, once."""
        act = partial(self._runtime.start, start, self._next_name())
        key, is_new = unwrap(await self._record_step("start", act))
        return RunKey(key), is_new

    async def signal(self, signal: SignalRun) -> bool:
        """Signal another run, once."""
        act = partial(self._runtime.signal, signal, signal.key or self._next_name())
        return bool(unwrap(await self._record_step("signal", act)))

    async def find_last_run(self, subject: Subject) -> LastRun | None:
        """Read how the subject's newest run stands."""

        async def find() -> object:
            last = await self._runtime.find_last(subject)
            return None if last is None else to_json(last)

        data = unwrap(await self._record_step("find_last_run", find))
        return None if data is None else _decode("find_last_run", data, LastRun)

    async def run_story(self, story: Story, value: object) -> Outcome:
        """Run the story; turn any exception into an outcome, and tell it who waits for it."""
        output = await capture(partial(self._call_story, story, value), "in the story")
        if "ok" in output:
            outcome: Outcome = output["ok"]
        else:
            outcome = await self._report_failure(value, output)
        await self._record_state(outcome)
        return outcome

    async def _call_story(self, story: Story, value: object) -> Outcome:
        outcome: object = await story(self, value)
        if not isinstance(outcome, Outcome):
            kind = type(outcome).__name__
            raise TypeError(f"{story.__name__} ended with {kind}, not with an Outcome")
        return outcome

    async def _report_failure(self, value: object, output: StepOutput) -> Outcome:
        end, text = ENDS[output["fault"]], output["text"]
        if self._runtime.on_run_failed:
            # What goes wrong here is in the record, and nobody is left to be told.
            report = partial(self, self._runtime.on_run_failed, value, end, text, self._key)
            await capture(report, "in the report of the failure")
        return Outcome(end, text)

    async def _record_state(self, outcome: Outcome) -> None:
        """Write how the run stood at its end behind all that it did."""
        if self._state is None or self._diverged:
            return
        state = to_json(replace(self._state, outcome=outcome))

        async def give() -> object:
            return state

        await self._record_step(STATE, give)

    async def _run_in_thread(self, call: Callable[[], object]) -> object:
        await self._take_slot()
        await self._runtime.shutdown_gate.enter(self._key)
        loop = asyncio.get_running_loop()
        return to_json(await loop.run_in_executor(self._runtime.executor, call))

    async def _record_step(
        self,
        name: str,
        act: Callable[[], Awaitable[object]],
        schedule: Callable[[StepOutput], StepOutput] = lambda output: output,
        *,
        is_pause: bool = False,
    ) -> StepOutput:
        """Do the act and record how it ended, or read that from the record."""

        async def once() -> StepOutput:
            return schedule(await capture(act, f"in step {name}"))

        try:
            if self._diverged:
                return await once()
            with self._guard_record():
                return await DBOS.run_step_async({"name": name, "preemptible": is_pause}, once)
        finally:
            self._runtime.shutdown_gate.leave(self._key)

    @contextmanager
    def _guard_record(self) -> Iterator[None]:
        """Tell how DBOS itself fails from how an act fails."""
        try:
            yield
        except error.DBOSUnexpectedStepError as changed:
            self._diverged = True
            raise StepFailed(
                f"this run was begun by another version of its story: {describe_error(changed)}"
            ) from None
        except (SQLAlchemyError, RuntimeError) as lost:
            # No database, or no threads because the process ends.
            raise RecordLost(describe_error(lost)) from lost

    async def _take_slot(self) -> None:
        """Take a slot if the story is in a slot's block; a replay does not come here."""
        if self._repo and not self._has_slot:
            await self._runtime.slots.take(self._repo)
            self._has_slot = True

    def _leave_slot(self) -> None:
        if self._has_slot:
            self._has_slot = False
            self._runtime.slots.leave(self._repo)

    def _next_name(self) -> str:
        """Name this place in the story, the same at replay: what is begun here happens once."""
        self._names += 1
        return f"{self._key}@{self._names}"


def _decode(name: str, data: object, kind: Any) -> Any:
    try:
        return from_json(data, kind)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        raise StepFailed(
            f"in step {name}: its result does not read back at {first['loc']}: {first['msg']}"
        ) from None


async def _sleep_until(until: float) -> None:
    await asyncio.sleep(max(0.0, until - time.time()))
