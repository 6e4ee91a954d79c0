"""Ask parts of the bot whether they work, seldom, however often somebody wants to know."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread

log = logging.getLogger(__name__)

OK, BROKEN, LATE = "ok", "is broken", "does not answer"
PATIENCE_S = 5.0
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """How a part does, in words that anybody may read; the detail is for the log alone."""

    word: str = OK
    detail: str = ""


class Probe:
    """One part, and its newest answer, which is good for some seconds."""

    def __init__(self, name: str, ask: Callable[[], ProbeAnswer], keep_s: float) -> None:
        self.name = name
        self._ask = ask
        self._keep_s = keep_s
        self._answer = ProbeAnswer()
        self._answered_at = float("-inf")
        self._is_asking = False

    async def fetch_answer(self, patience_s: float = PATIENCE_S) -> ProbeAnswer:
        """Return how the part does. It is asked when its last answer is too old, by one at a time.

        Call it in one event loop only.
        """
        if not self._is_asking and time.monotonic() - self._answered_at > self._keep_s:
            self._is_asking = True
            # A daemon: an answer that never comes keeps no process from its end.
            Thread(target=self._refresh, daemon=True).start()
        deadline = time.monotonic() + patience_s
        while self._is_asking:
            if time.monotonic() > deadline:
                return ProbeAnswer(LATE)
            await asyncio.sleep(POLL_S)
        return self._answer

    def _refresh(self) -> None:
        answer = ProbeAnswer(BROKEN)
        try:
            answer = self._ask()
        finally:
            self._log_change(answer)
            self._answer, self._answered_at = answer, time.monotonic()
            self._is_asking = False

    def _log_change(self, answer: ProbeAnswer) -> None:
        if answer.word == self._answer.word:
            return
        if answer.word == OK:
            log.info("%s works again", self.name)
        else:
            detail = f": {answer.detail}" if answer.detail else ""
            log.warning("%s %s%s", self.name, answer.word, detail)


async def fetch_answers(
    probes: Sequence[Probe], patience_s: float = PATIENCE_S
) -> dict[str, ProbeAnswer]:
    """Ask all of them at once."""
    answers = await asyncio.gather(*(probe.fetch_answer(patience_s) for probe in probes))
    return {probe.name: answer for probe, answer in zip(probes, answers, strict=True)}
