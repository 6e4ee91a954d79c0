"""Serve a web app to a test, over real connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from bot.web.server import create_server, open_listener


@contextmanager
def serve_app(app: FastAPI) -> Iterator[str]:
    """Serve an app for as long as the block lasts, and give its address."""
    with open_listener("127.0.0.1", 0) as listener:
        server = create_server(app, "127.0.0.1", 0)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()
