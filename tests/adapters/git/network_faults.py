"""Faults between a client and an ASGI app: slow, cut in the middle, or redirected."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class CutConnection(Exception):
    """The connection breaks here."""


@dataclass
class NetworkFaults:
    """Acts on requests whose path ends in `path_end`, as long as it is set."""

    path_end: str = "?"
    delay_s: float = 0.0
    cut_after: int | None = None  # bytes of the answer
    redirect_to: str = ""

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Put the faults before the app."""

        async def with_faults(scope: Scope, receive: Receive, send: Send) -> None:
            if not scope["path"].endswith(self.path_end):
                return await app(scope, receive, send)
            await asyncio.sleep(self.delay_s)
            if self.redirect_to:
                headers = [(b"location", (self.redirect_to + scope["path"]).encode())]
                await send({"type": "http.response.start", "status": 302, "headers": headers})
                return await send({"type": "http.response.body"})
            return await app(
                scope, receive, send if self.cut_after is None else self._cutting(send)
            )

        return with_faults

    def _cutting(self, send: Send) -> Send:
        left = self.cut_after or 0

        async def cutting(message: Message) -> None:
            nonlocal left
            body = message.get("body", b"")[:left]
            left -= len(body)
            if message["type"] == "http.response.start" or body:
                part = {"body": body, "more_body": True} if body else {}
                await send({**message, **part})

        return cutting
