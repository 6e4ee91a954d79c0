"""Speak with a language server: JSON-RPC over the pipes of a child that ends with its time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, Any

from bot.adapters.child_guard import ChildGuard
from bot.ports import Unreachable

Message = dict[str, Any]
MAX_MESSAGE_BYTES = 64_000_000


@dataclass(slots=True)
class LanguageServer:
    """One server, while it runs. What it asks of its client is answered with null."""

    stdin: IO[bytes]
    late: threading.Event  # set when its time was up
    messages: SimpleQueue[Message | None] = field(default_factory=SimpleQueue)
    _last_id: int = 0

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, questions: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Send all requests, then return their results in the same order; None for an error."""
        waiting: dict[int, int] = {}
        for index, params in enumerate(questions):
            self._last_id += 1
            waiting[self._last_id] = index
            self._send({"id": self._last_id, "method": method, "params": params})
        results: list[Any] = [None] * len(questions)
        while waiting:
            message = self._receive()
            if "method" in message:
                self._answer(message)
            elif (index := waiting.pop(message.get("id", 0), -1)) >= 0:
                results[index] = message.get("result")
        return results

    def _answer(self, request: Message) -> None:
        """Answer what the server asks: a null for each item of configuration that it wants."""
        if "id" not in request:
            return
        items = request.get("params", {}).get("items") if request.get("params") else None
        result = [None] * len(items) if isinstance(items, list) else None
        self._send({"id": request["id"], "result": result})

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        try:
            self.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self.stdin.flush()
        except OSError:
            raise self._describe_end() from None

    def _receive(self) -> Message:
        message = self.messages.get()
        if message is None:
            raise self._describe_end()
        return message

    def _describe_end(self) -> Unreachable:
        how = "did not end in time" if self.late.is_set() else "ended by itself"
        return Unreachable(f"the type checker {how}")


@contextmanager
def start_server(
    guard: ChildGuard, command: Sequence[str], folder: Path, timeout_s: float
) -> Iterator[LanguageServer]:
    """Start a server in a folder, with no environment but for a place for its own files beside it.

    Raises Unreachable when the program cannot be started.
    """
    child = _start_program(command, folder)
    stdin, stdout = child.stdin, child.stdout
    if stdin is None or stdout is None:
        raise Unreachable("the type checker has no pipes")
    with stdout, guard.guard(child, timeout_s) as late:
        server = LanguageServer(stdin, late)
        reader = threading.Thread(target=_read_all, args=(stdout, server.messages), daemon=True)
        reader.start()
        try:
            yield server
        finally:
            child.kill()
            reader.join()
            with suppress(OSError):  # what it no longer read
                stdin.close()


def _start_program(command: Sequence[str], folder: Path) -> Popen[bytes]:
    try:
        return Popen(
            command,
            cwd=folder,
            env={"TMPDIR": str(folder.parent)},
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise Unreachable(f"the type checker cannot be started: {error.strerror}") from None


def _read_all(stdout: IO[bytes], messages: SimpleQueue[Message | None]) -> None:
    """Read messages until the server ends: one that is not read to the end would stop."""
    try:
        while (message := _read_message(stdout)) is not None:
            messages.put(message)
    finally:
        messages.put(None)


def _read_message(stdout: IO[bytes]) -> Message | None:
    """Read one message; None at the end, or where it is not one."""
    length = 0
    while line := stdout.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
    if not 0 < length <= MAX_MESSAGE_BYTES:
        return None
    body = stdout.read(length)
    try:
        message = json.loads(body)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
