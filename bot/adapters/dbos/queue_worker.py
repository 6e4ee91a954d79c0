"""Work on a queue as soon as something comes into it, and look by itself only now and then.

The engine's own loop would ask the database for ever, several times a second, whether something
came. Whoever puts a run into the queue knows that it did, and rings.
"""

from __future__ import annotations

import threading
import time

from dbos import DBOS
from dbos._queue import queue_worker_thread

PAUSE_S = 0.05  # from one look to the next: in a burst a look takes many runs at once
# After a launch the engine puts runs back into the queue without ringing.
RECOVERY_S, RECOVERY_LOOK_S = 10.0, 0.25


class QueueBell(threading.Event):
    """What the engine's loop takes for the event that stops it: its wait ends at a ring, too."""

    def __init__(self, recovery_s: float = RECOVERY_S) -> None:
        super().__init__()
        self._rung = threading.Event()
        self._recovers_until = time.monotonic() + recovery_s

    def ring(self) -> None:
        """Have the loop look into the queue."""
        self._rung.set()

    def set(self) -> None:
        """Have the loop end."""
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the next look; True where there is to be none."""
        if super().wait(PAUSE_S):
            return True
        recovers = time.monotonic() < self._recovers_until
        self._rung.wait(RECOVERY_LOOK_S if recovers else timeout)
        self._rung.clear()
        return self.is_set()


class QueueWorker:
    """The engine's loop over one queue, in a thread of its own, with a bell."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._bell = QueueBell()
        self._thread: threading.Thread | None = None

    def begin(self, dbos: DBOS) -> None:
        """Work on the queue until `stop`."""
        queue = dbos._sys_db.get_queue(self._queue)  # noqa: SLF001
        self._thread = threading.Thread(
            target=queue_worker_thread, args=(self._bell, dbos, queue), name="queue", daemon=True
        )
        self._thread.start()

    def ring(self) -> None:
        """Have it look into the queue now; from any thread."""
        self._bell.ring()

    def stop(self) -> None:
        """Stop, and wait until what it has taken out of the queue is handed on."""
        self._bell.set()
        if self._thread:
            self._thread.join()
