"""Start many runs, as a door does whose connections each wait for the record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.run import StartRun

AT_ONCE = 50


async def start_all(engine: DurableEngine, starts: Iterable[StartRun]) -> None:
    """Start all of them, fifty at a time."""
    left = iter(starts)

    async def connection() -> None:
        """Start what is left, one after the other."""
        for start in left:
            await engine.start(start)

    await asyncio.gather(*(connection() for _ in range(AT_ONCE)))
