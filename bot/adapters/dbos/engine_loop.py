"""The loop on which DBOS runs all stories, as other threads and loops of the process reach it."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from dbos import DBOS

from bot.adapters.dbos.record_errors import raise_unreachable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EngineLoop:
    """It is DBOS's own: it began with DBOS and ends with it."""

    loop: asyncio.AbstractEventLoop

    def is_alive(self, patience_s: float) -> bool:
        """Tell whether it answers."""
        if self.loop.is_closed():
            return False
        try:
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.loop).result(patience_s)
        except TimeoutError:
            return False
        return True

    def call_soon(self, act: Callable[[str], object], value: str) -> None:
        """Have it do something, unless the process ends and it is closed."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(act, value)

    def call_later(self, seconds: float, act: Callable[[], object]) -> None:
        """Have it do something after a while."""
        self.loop.call_soon_threadsafe(self.loop.call_later, seconds, act)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Work there, and wait for the end; not from a loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Work there, outside the context of any run.

        A caller who leaves does not tear it in the middle. Raises Unreachable without the record.
        """
        future = contextvars.Context().run(asyncio.run_coroutine_threadsafe, work, self.loop)
        with raise_unreachable():
            return await asyncio.shield(asyncio.wrap_future(future))


def find_engine_loop() -> EngineLoop:
    """Find the loop of the DBOS that is launched."""
    return EngineLoop(DBOS.run_step(None, _get_loop))


async def _get_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()
