"""Work on the latest request of each client alone: an older one is of no use to anybody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Generic, TypeVar

Result = TypeVar("Result")
Work = Callable[[Callable[[], bool]], Result]


@dataclass(frozen=True, slots=True)
class TimedResult(Generic[Result]):
    """What came of a request, and how long it took from its arrival."""

    result: Result
    took_s: float
    is_cancelled: bool


class LatestRequests:
    """Does work in one thread, in its order; a client's new request cancels the one before.

    Call it in one event loop only.
    """

    def __init__(self) -> None:
        self._cancels: dict[str, Event] = {}
        # One: models are used by one thread at a time, and two cores are soon busy.
        self._thread = ThreadPoolExecutor(1, "completion")

    async def run(self, client: str, work: Work[Result]) -> TimedResult[Result]:
        """Do the work, and give it a way to learn that it is cancelled. No name, no cancelling."""
        began = time.perf_counter()
        cancel = Event()
        if client:
            self._cancels.pop(client, Event()).set()
            self._cancels[client] = cancel
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(self._thread, work, cancel.is_set)
        finally:
            if self._cancels.get(client) is cancel:
                del self._cancels[client]
        return TimedResult(result, time.perf_counter() - began, cancel.is_set())
