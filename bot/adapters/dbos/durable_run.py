"""Here lives one run of a story: its steps, tries, waits and slots, each remembered by DBOS."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, ParamSpec, TypeVar

from dbos import DBOS, error
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.dbos.slots import Gate, Slots
from bot.ports import Ports, RateLimited, Refusal, Unreachable
from bot.run import SignalRun, StartRun, Step, Story, from_json, to_json
from bot.text import mask_secrets
from bot.values import Outcome, Repo, RunKey, RunState, Signal

P = ParamSpec("P")
R = TypeVar("R")

INBOX = "inbox"
PAUSE = "(pause)"  # no step of a story is called so
STATE = "(state)"
MOST_TEXT = 2000

WORDS: dict[str, Literal["refused", "gave up", "failed"]] = {
    "refused": "refused",
    "gone": "gave up",
    "failed": "failed",
}

Told = dict[
    str, Any
]  # what a step left in the record: {"ok": data} or {"fault": ..., "text": ..., ...}
Farewell = Step[[Any, str, str, RunKey], None]  # value, how it ended, why, which run


class StepFailed(Exception):
    """A bug in a step, as the record tells it."""


class RecordLost(BaseException):
    """The record cannot be written: no fault of the run, which stays as it is and goes on at the
    next launch.
    """


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try again when a port is unreachable."""

    tries: int = 8
    total_s: float = 2 * 3600.0  # GitHub's limits last an hour by its own clock
    first_s: float = 1.0  # then doubled
    most_s: float = 60.0

    def weigh(self, told: Told, tries: int, began: float) -> Told:
        """Turn `gone` into `again`, with the time of the next try, unless this was the last one."""
        if told.get("fault") != "gone":
            return told
        now = time.time()
        began = began or now
        until = max(told["until"], now + min(self.first_s * 2 ** (tries - 1), self.most_s))
        if tries >= self.tries or until - began > self.total_s:
            return told
        text = f"again in {round(until - now, 2):g} s: {told['text']}"
        return {"fault": "again", "text": text, "until": until, "began": began}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all runs share."""

    ports: Ports
    hands: Executor
    gate: Gate
    slots: Slots
    patience: Patience
    farewell: Farewell | None
    start: Callable[[StartRun, str], Awaitable[tuple[RunKey, bool]]]
    signal: Callable[[SignalRun, str], Awaitable[bool]]


class DurableRun:
    """Run, on DBOS. A story must do one thing at a time: the record is a line."""

    def __init__(self, shop: Workshop, key: RunKey) -> None:
        self._shop = shop
        self._key = key
        self._repo = ""  # of the slot's block that the story is in
        self._holds = False  # a slot; only for as long as it works
        self._begun = 0
        self._state: RunState | None = None
        self._adrift = False  # from the record: what still has to be done is done without it

    @property
    def key(self) -> RunKey:
        return self._key

    async def __call__(self, step: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        name = step.name
        act = partial(self._act, partial(step, self._shop.ports, *values, **named))
        tries, began = 1, 0.0
        while True:
            told = await self._remember(
                name, act, partial(self._shop.patience.weigh, tries=tries, began=began)
            )
            if told.get("fault") != "again":
                result: R = _read(name, _opened(told), step.result_kind)
                return result
            tries, began = tries + 1, told["began"]
            self._rest()
            await self._remember(PAUSE, partial(_sleep_until, told["until"]), preemptible=True)

    async def wait(self, patience_s: float) -> Signal | None:
        if patience_s:  # a look into the inbox is no waiting
            self._rest()
        with self._record():
            data = await DBOS.recv_async(INBOX, timeout_seconds=patience_s)
        return None if data is None else _read("wait", data, Signal)

    @asynccontextmanager
    async def slot(self, repo: Repo) -> AsyncIterator[None]:
        if self._repo:
            raise RuntimeError("a run holds one slot at a time")
        self._repo = repo.name
        try:
            await self._remember("slot", self._hold, preemptible=True)
            yield
        finally:
            self._rest()
            self._repo = ""

    @property
    def state(self) -> RunState:
        if self._state is None:
            raise RuntimeError("the run has kept no state yet")
        return self._state

    def keep(self, state: RunState) -> RunState:
        self._state = state
        return state

    async def start(self, start: StartRun) -> tuple[RunKey, bool]:
        key, new = _opened(
            await self._remember("start", partial(self._shop.start, start, self._next()))
        )
        return RunKey(key), new

    async def signal(self, signal: SignalRun) -> bool:
        told = await self._remember(
            "signal", partial(self._shop.signal, signal, signal.key or self._next())
        )
        return bool(_opened(told))

    async def through(self, story: Story, value: object) -> Outcome:
        """The whole story. However it ends, it ends with an outcome, and who waits for it hears
        why.
        """
        told = await settled(partial(self._ended, story, value), "in the story")
        outcome: Outcome = told["ok"] if "ok" in told else await self._fail(value, told)
        await self._record_state(outcome)
        return outcome

    async def _record_state(self, outcome: Outcome) -> None:
        """Write how the run stood at its end behind all that it did."""
        if self._state is None or self._adrift:
            return
        state = to_json(replace(self._state, outcome=outcome))

        async def give() -> object:
            return state

        await self._remember(STATE, give)

    async def _fail(self, value: object, told: Told) -> Outcome:
        kind, text = WORDS[told["fault"]], told["text"]
        if self._shop.farewell:
            # What goes wrong here is in the record, and nobody is left to be told.
            await settled(
                partial(self, self._shop.farewell, value, kind, text, self._key), "in the farewell"
            )
        return Outcome(kind, text)

    async def _ended(self, story: Story, value: object) -> Outcome:
        outcome: object = await story(self, value)
        if not isinstance(outcome, Outcome):
            raise TypeError(
                f"{story.__name__} ended with {type(outcome).__name__}, not with an Outcome"
            )
        return outcome

    async def _act(self, call: Callable[[], object]) -> object:
        await self._hold()
        await self._shop.gate.enter(self._key)
        return to_json(await asyncio.get_running_loop().run_in_executor(self._shop.hands, call))

    async def _remember(
        self,
        name: str,
        act: Callable[[], Awaitable[object]],
        weigh: Callable[[Told], Told] = lambda told: told,
        *,
        preemptible: bool = False,
    ) -> Told:
        async def once() -> Told:
            return weigh(await settled(act, f"in step {name}"))

        try:
            if self._adrift:
                return await once()
            with self._record():
                return await DBOS.run_step_async({"name": name, "preemptible": preemptible}, once)
        finally:
            self._shop.gate.leave(self._key)

    @contextmanager
    def _record(self) -> Iterator[None]:
        """Around what DBOS does alone: how it fails is not how an act fails."""
        try:
            yield
        except error.DBOSUnexpectedStepError as changed:
            self._adrift = True
            raise StepFailed(
                f"this run was begun by another version of its story: {_told(changed)}"
            ) from None
        except (
            SQLAlchemyError,
            RuntimeError,
        ) as lost:  # no database, or no threads because the process ends
            raise RecordLost(_told(lost)) from lost

    async def _hold(self) -> None:
        """Hold a slot if the story is in a slot's block. Only a step that is really done comes
        here, not its replay.
        """
        if self._repo and not self._holds:
            await self._shop.slots.take(self._repo)
            self._holds = True

    def _rest(self) -> None:
        if self._holds:
            self._holds = False
            self._shop.slots.leave(self._repo)

    def _next(self) -> str:
        """A name for this place in the story, the same at replay: what is begun or told here
        happens once.
        """
        self._begun += 1
        return f"{self._key}@{self._begun}"


async def settled(act: Callable[[], Awaitable[object]], where: str) -> Told:
    """What an act gives, or how it failed, as data: here every exception ends, and nowhere else.

    Cancellation and DBOS's control of runs are no `Exception`s and pass.
    """
    try:
        return {"ok": await act()}
    except Refusal as refusal:
        return {"fault": "refused", "text": _told(refusal)}
    except Unreachable as gone:
        return {
            "fault": "gone",
            "text": _told(gone),
            "until": gone.until if isinstance(gone, RateLimited) else 0.0,
        }
    except StepFailed as failed:
        return {"fault": "failed", "text": str(failed)}
    except Exception as bug:  # noqa: BLE001 - the root of a run
        trace = mask_secrets("".join(traceback.format_exception(bug)))
        logging.getLogger(__name__).error("%s: %s", where, trace)  # noqa: TRY400 - not with secrets
        return {"fault": "failed", "text": f"{where}: {type(bug).__name__}: {_told(bug)}"}


def _opened(told: Told) -> Any:
    """The result, or its fault raised again: the same at the first pass as at replay."""
    if "ok" in told:
        return told["ok"]
    match told["fault"]:
        case "refused":
            raise Refusal(told["text"])
        case "gone":
            raise Unreachable(told["text"])
        case _:
            raise StepFailed(told["text"])


def _read(name: str, data: object, kind: Any) -> Any:
    try:
        return from_json(data, kind)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        raise StepFailed(
            f"in step {name}: its result does not read back at {first['loc']}: {first['msg']}"
        ) from None


def _told(error: Exception) -> str:
    """What an error says, without secrets and not at any length."""
    return mask_secrets(str(error))[:MOST_TEXT]


async def _sleep_until(until: float) -> None:
    await asyncio.sleep(max(0.0, until - time.time()))
