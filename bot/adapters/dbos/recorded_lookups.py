"""What a run looks up of other runs: each answer is in its record, the same at replay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bot.adapters.dbos.runtime import Runtime
from bot.adapters.dbos.step_output import unwrap
from bot.adapters.dbos.step_recorder import StepRecorder, decode_result
from bot.run import to_json
from bot.values import Attempt, Branch, LastRun, Repo, RunState, Subject


class RecordedLookups:
    """The part of a run that reads the record of others."""

    _runtime: Runtime
    _recorder: StepRecorder

    async def find_last_run(self, subject: Subject) -> LastRun | None:
        """Read how the subject's newest run stands."""

        async def find() -> object:
            last = await self._runtime.find_last(subject)
            return None if last is None else to_json(last)

        data = unwrap(await self._recorder.record("find_last_run", find))
        return None if data is None else decode_result("find_last_run", data, LastRun)

    async def find_last_state(self, subject: Subject) -> RunState | None:
        """Read how the subject's newest ended run that got to work stood at its end."""
        name = "find_last_state"
        data = await self._look_up(name, partial(self._runtime.find_last_state, subject))
        return None if data is None else decode_result(name, data, RunState)

    async def find_attempts(self, subject: Subject) -> tuple[Attempt, ...]:
        """Read the attempts of all ended runs of the subject."""
        name = "find_attempts"
        data = await self._look_up(name, partial(self._runtime.find_attempts, subject))
        attempts: tuple[Attempt, ...] = decode_result(name, data, tuple[Attempt, ...])
        return attempts

    async def find_subject(self, repo: Repo, branch: Branch) -> Subject | None:
        """Read what the newest run was about that followed this branch."""
        find = partial(self._runtime.find_subject, repo, branch)
        subject = await self._look_up("find_subject", find)
        return None if subject is None else Subject(str(subject))

    async def _look_up(self, name: str, find: Callable[[], object]) -> object:
        """Look something up in the record, once; as JSON data."""

        async def act() -> object:
            value = await asyncio.to_thread(find)
            return None if value is None else to_json(value)

        return unwrap(await self._recorder.record(name, act))
