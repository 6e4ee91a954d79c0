"""The operator's log of one run, and what is counted of it: a replay tells nothing again."""

from __future__ import annotations

import logging

from bot.ports import Metrics
from bot.values import Outcome, RunState, Waiting
from bot.views.run_events import RunEvent, describe_answer, describe_end, list_changes
from bot.views.step_names import describe_doing
from bot.views.wait_note import describe_waiting

log = logging.getLogger("bot.run")

QUIET_LEVELS = {"ignored": logging.DEBUG, "done": logging.DEBUG}


class RunLogger:
    """Logs what happens to a run, as its states tell.

    Whether the story replays is known by its last step: done now, or read from the record. Before
    the first step it is not known yet, so what happened waits for it.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._is_live: bool | None = None
        self._waiting: list[RunEvent] = []

    def note_step(self, *, is_done_now: bool) -> None:
        """Hear how the story got the result of a step."""
        if self._is_live is None and is_done_now:
            for event in self._waiting:
                _write(event)
        self._waiting.clear()
        self._is_live = is_done_now

    @property
    def is_replayed(self) -> bool:
        """Tell whether the last step was read from the record."""
        return self._is_live is False

    def log_changes(self, before: RunState | None, after: RunState) -> None:
        """Log what happened between two states, unless that was logged before a crash."""
        if self.is_replayed:
            return
        for event in list_changes(before, after):
            if self._is_live:
                _write(event)
            else:
                self._waiting.append(event)

    def log_retry(self, step: str, text: str, service: str = "") -> None:
        """Log that a step is tried again, for what it needs does not answer."""
        if self._is_live:
            self._metrics.count_retry(service)
            line = f"{describe_doing(step) or step} failed; tries {text}"
            _write(RunEvent("retry", line, {"step": step}), logging.WARNING)

    def log_wait(self, waiting: Waiting | None) -> None:
        """Log that the run stands in line; what else it waits for is told by other lines."""
        if waiting is not None and waiting.kind == "slot":
            _write(RunEvent("queued", describe_waiting(waiting)))

    def log_end(self, story: str, outcome: Outcome, state: RunState | None, value: object) -> None:
        """Log how the run ended; of what is no run, such as an answer to /status, less loudly."""
        if self.is_replayed:
            return
        self._metrics.count_end(story, outcome.state)
        level = _choose_level(outcome)
        if state is not None:
            _write(describe_end(outcome, state), level)
        else:
            _write(describe_answer(outcome, value), QUIET_LEVELS.get(outcome.state, level))


def _choose_level(outcome: Outcome) -> int:
    """Choose a level for an end: one with a detail for the operator is a warning at least."""
    if outcome.state == "failed":
        return logging.ERROR
    return logging.WARNING if outcome.detail else logging.INFO


def _write(event: RunEvent, level: int = logging.INFO) -> None:
    log.log(level, "%s", event.text, extra={"event": event.name, "details": event.details})
