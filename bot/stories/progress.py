"""Here lives how a story tells people how it stands, and the two ways in which it ends early."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from bot.ports import Refusal
from bot.run import Run
from bot.steps.report import Progress, report
from bot.values import Outcome, Request


class Stopped(Exception):
    """People do not want the work any more; the text says who did what."""


class GaveUp(Exception):
    """The work cannot go on; the text says why and what people can do."""


class Tells(Protocol):
    """Whom a story tells how it stands: the issue's comment, or a terminal."""

    def note(self, **changed: Any) -> None:
        """Keep it for the next milestone."""

    async def __call__(self, **changed: Any) -> None:
        """Tell it now."""


class Teller:
    """Keeps the run's progress and tells it in the run's one comment."""

    def __init__(self, run: Run, request: Request) -> None:
        self.run = run
        self.progress = Progress(run.key, request)

    def note(self, **changed: Any) -> None:
        """Keep it for the next milestone."""
        self.progress = replace(self.progress, **changed)

    async def __call__(self, **changed: Any) -> None:
        """Keep it, and edit the comment."""
        self.note(**changed)
        await self.run(report, self.progress)

    async def end(self, outcome: Outcome) -> Outcome:
        """Tell the outcome. Where nobody can be told any more, as in an issue that was locked, it
        is the same.
        """
        with suppress(Refusal):
            await self(outcome=outcome)
        return outcome
