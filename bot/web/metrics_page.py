"""Answer Prometheus at `/metrics`, seldom, however often somebody asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from fastapi import Request, Response

from bot.web.probes import OK, Probe, fetch_answers

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
KEEP_S = 1.0  # for how long a text is good: whoever reaches the port may ask


class MetricsPage:
    """The newest text, which is written anew when it is too old, by one at a time."""

    def __init__(
        self,
        render: Callable[[Mapping[str, bool]], bytes],
        health: Sequence[Probe] = (),
        keep_s: float = KEEP_S,
    ) -> None:
        """`render` is told which parts work. It may take a while, and is called in a thread."""
        self._render = render
        self._health = health
        self._keep_s = keep_s
        self._lock = asyncio.Lock()
        self._text = b""
        self._written_at = float("-inf")

    async def send(self, _request: Request) -> Response:
        """Send the numbers of this process."""
        async with self._lock:
            if time.monotonic() - self._written_at > self._keep_s:
                answers = await fetch_answers(self._health)
                parts = {name: answer.word == OK for name, answer in answers.items()}
                self._text = await asyncio.to_thread(self._render, parts)
                self._written_at = time.monotonic()
        headers = {"cache-control": "no-store"}
        return Response(self._text, media_type=CONTENT_TYPE, headers=headers)
