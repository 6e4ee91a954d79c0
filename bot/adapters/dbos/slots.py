"""Here live the slots of work, and the gate through which runs go in to work."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from functools import partial


class Slots:
    """Slots of work in this process, so many in all and so many per repository; who asks first is
    served first.

    They are not in the record: when the process dies so does the work, and a replay needs a slot
    only where it goes on.
    """

    def __init__(self, total: int, each: int) -> None:
        self._all = asyncio.Semaphore(total)
        self._of = defaultdict[str, asyncio.Semaphore](partial(asyncio.Semaphore, each))

    async def take(self, repo: str) -> None:
        await self._of[repo].acquire()
        try:
            await self._all.acquire()
        except asyncio.CancelledError:
            self._of[repo].release()
            raise

    def leave(self, repo: str) -> None:
        self._all.release()
        self._of[repo].release()


class Gate:
    """Where runs go in to work. Once it is shut nobody goes in; who is inside may end and be
    remembered.
    """

    def __init__(self) -> None:
        self._inside = set[str]()
        self._shut = False

    async def enter(self, key: str) -> None:
        if self._shut:
            await asyncio.Future()  # until the loop ends
        self._inside.add(key)

    def leave(self, key: str) -> None:
        self._inside.discard(key)

    async def shut(self) -> None:
        self._shut = True
        while self._inside:  # noqa: ASYNC110 - a moment at the end of the process
            await asyncio.sleep(0.02)
