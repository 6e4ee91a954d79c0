"""The slots of work in this process, and the gate that closes when the process ends."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial


class Slots:
    """Slots of work, so many in all and so many per repository; who asks first is served first.

    They are not in the record: when the process dies so does the work, and a replay needs a slot
    only where it goes on.
    """

    def __init__(self, total: int, per_repository: int) -> None:
        self._all = asyncio.Semaphore(total)
        self._of = defaultdict[str, asyncio.Semaphore](partial(asyncio.Semaphore, per_repository))

    async def take(self, repo: str) -> None:
        """Wait for a slot of the repository, then for one of all."""
        await self._of[repo].acquire()
        try:
            await self._all.acquire()
        except asyncio.CancelledError:
            self._of[repo].release()
            raise

    def leave(self, repo: str) -> None:
        """Give a slot back."""
        self._all.release()
        self._of[repo].release()


class ShutdownGate:
    """Lets runs in to work until it is shut; who is inside then may end and be recorded."""

    def __init__(self) -> None:
        self._inside = set[str]()
        self._is_shut = False

    async def enter(self, key: str) -> None:
        """Go in to work; wait for ever once the gate is shut."""
        if self._is_shut:
            await asyncio.Future()  # until the loop ends
        self._inside.add(key)

    def leave(self, key: str) -> None:
        """Come out, as the work is done and recorded."""
        self._inside.discard(key)

    async def shut(self) -> None:
        """Let nobody in any more, and wait for who is inside."""
        self._is_shut = True
        while self._inside:  # noqa: ASYNC110 - a moment at the end of the process
            await asyncio.sleep(0.02)
