"""Do a run's steps once: what they gave is recorded by DBOS, or read from its record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dbos import DBOS, StepOptions, error
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.dbos.run_logger import RunLogger
from bot.adapters.dbos.slots import ShutdownGate
from bot.adapters.dbos.step_output import (
    RecordLost,
    StepFailed,
    StepOutput,
    capture,
    describe_error,
)
from bot.run import from_json
from bot.values import RunKey


class StepRecorder:
    """The record of one run, as it is written and replayed."""

    def __init__(self, key: RunKey, gate: ShutdownGate, logger: RunLogger) -> None:
        self._key = key
        self._gate = gate
        self._logger = logger
        # From the record: what still has to be done is done without it.
        self.has_diverged = False

    async def record(
        self,
        name: str,
        act: Callable[[], Awaitable[object]],
        schedule: Callable[[StepOutput], StepOutput] = lambda output: output,
        *,
        is_pause: bool = False,
    ) -> StepOutput:
        """Do the act and record how it ended, or read that from the record."""
        is_done_now = False

        async def once() -> StepOutput:
            nonlocal is_done_now
            is_done_now = True
            return schedule(await capture(act, f"in step {name}", name))

        try:
            if self.has_diverged:
                self._logger.note_step(is_done_now=True)
                return await once()
            with self.guard():
                options: StepOptions = {"name": name, "preemptible": is_pause}
                output = await DBOS.run_step_async(options, once)
            self._logger.note_step(is_done_now=is_done_now)
            return output
        finally:
            self._gate.leave(self._key)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Tell how DBOS itself fails from how an act fails."""
        try:
            yield
        except error.DBOSUnexpectedStepError as changed:
            self.has_diverged = True
            raise StepFailed(
                f"this run was begun by another version of its story: {describe_error(changed)}"
            ) from None
        except (SQLAlchemyError, RuntimeError) as lost:
            # No database, or no threads because the process ends.
            raise RecordLost(describe_error(lost)) from lost


def decode_result(name: str, data: object, kind: Any) -> Any:
    """Read back what a step gave. Raises StepFailed for what another version has written."""
    try:
        return from_json(data, kind)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        raise StepFailed(
            f"in step {name}: its result does not read back at {first['loc']}: {first['msg']}",
            name,
        ) from None
