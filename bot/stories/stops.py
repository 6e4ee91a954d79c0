"""The ways in which a run ends before its story does; each carries its outcome."""

from __future__ import annotations

from bot.values import Outcome


class EndsEarly(Exception):
    """The work cannot go on, or shall not. The outcome says why; `bot.stories.ends` writes it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


class Stopped(EndsEarly):
    """People do not want the work any more."""


class GaveUp(EndsEarly):
    """The writing of the change came to no end."""


class StaysRed(EndsEarly):
    """CI is not green, and another fix would not help."""


class Asks(EndsEarly):
    """The brief or the plan has questions that the asker must answer first."""


class Answered(EndsEarly):
    """The request was a question, and has its answer in words."""
