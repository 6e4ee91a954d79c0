"""The ways in which a run ends before its story does; each carries its outcome."""

from __future__ import annotations

from bot.values import Brief, Outcome, Split, ToolResult


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


class TooBig(Exception):
    """The request is too big for one change, and its parts wait for people's decision.

    The call that gave them stays open until then; `results` are those of its whole turn.
    """

    def __init__(
        self, split: Split, brief: Brief | None, call_id: str, results: tuple[ToolResult, ...]
    ) -> None:
        super().__init__("the request is too big for one change")
        self.split = split
        self.brief = brief
        self.call_id = call_id
        self.results = results
