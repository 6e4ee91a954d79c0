"""A wire to a server that a test can cut: what was connected breaks off, and nothing connects."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Wire:
    """Passes on what comes to `port` on 127.0.0.1 to a server there, unless it is cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._loop = asyncio.new_event_loop()
        self._writers = set[asyncio.StreamWriter]()
        self._readers = set[asyncio.StreamReader]()
        self._is_cut = False
        self._swallowed = set[asyncio.StreamReader]()
        self.port = 0

    def cut(self) -> None:
        """Break off all connections, and take none."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._break_off)

    def mend(self) -> None:
        """Take connections again."""
        self._is_cut = False

    def swallow(self) -> None:
        """From now on pass nothing on of what is connected. It stays so, and is told nothing."""
        self._loop.call_soon_threadsafe(lambda: self._swallowed.update(self._readers))

    def run(self, is_up: threading.Event) -> None:
        """Serve until the loop is stopped."""
        server = self._loop.run_until_complete(asyncio.start_server(self._pass_on, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        is_up.set()
        self._loop.run_forever()
        server.close()
        self._break_off()
        self._loop.run_until_complete(asyncio.sleep(0))
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def end(self) -> None:
        """Stop the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _break_off(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _pass_on(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        if self._is_cut:
            near_out.transport.abort()
            return
        try:
            far, far_out = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:  # the server is down
            near_out.transport.abort()
            return
        ends = {near_out, far_out}
        self._writers |= ends
        self._readers |= {near, far}
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._copy(near, far_out), self._copy(far, near_out))
        self._writers -= ends
        self._readers -= {near, far}
        for writer in ends:
            writer.close()

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if source not in self._swallowed:
                sink.write(data)
                await sink.drain()
        sink.close()


@contextmanager
def open_wire(database_url: str) -> Iterator[tuple[Wire, str]]:
    """Run a wire to a database in a thread until the block ends; with the address through it."""
    port = urlsplit(database_url).port or 0
    wire, is_up = Wire(port), threading.Event()
    thread = threading.Thread(target=wire.run, args=(is_up,), daemon=True)
    thread.start()
    is_up.wait()
    yield wire, database_url.replace(f":{port}/", f":{wire.port}/")
    wire.end()
    thread.join()
