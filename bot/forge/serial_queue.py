"""Do work in order, one piece after the other, beside the one who asks for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from bot.forge.forge_state import ForgeState


class SerialQueue:
    """A queue with a thread that lives as long as there is work."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], object]] = deque()
        self._is_running = False

    def add(self, work: Callable[[], object]) -> None:
        """Do the work soon, after what was added before."""
        self._state.begin_work()
        with self._lock:
            self._waiting.append(work)
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_running = False
                    return
                work = self._waiting.popleft()
            try:
                work()
            finally:
                self._state.end_work()
