"""Processes of a measurement that take orders: what each uses of the processor is told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fork_server import CONTEXT

ENDED_S = 60.0


class MeasuredProcess:
    """A process that is given orders and answers each; `greeting` is what it said first."""

    def __init__(self, serve: Callable[..., None], *values: object) -> None:
        self._orders, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=serve, args=(theirs, *values))
        self._process.start()
        theirs.close()
        self.greeting = self._orders.recv()
        self.pid: int = self._process.pid or 0

    def ask(self, *order: object) -> Any:
        """Give an order, and return its answer."""
        self._orders.send(order)
        return self._orders.recv()

    def end(self) -> None:
        """Have it end, and wait until it has."""
        self._orders.send(None)
        self._process.join(ENDED_S)
        self._process.kill()
