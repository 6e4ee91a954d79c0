"""The ways in which a run ends before its story does."""

from __future__ import annotations


class Stopped(Exception):
    """People do not want the work any more; the text says who did what."""


class GaveUp(Exception):
    """The work cannot go on; the text says why, as the end of a sentence."""


class StaysRed(Exception):
    """CI is not green, and another fix would not help; the text is a sentence that says why."""


class Asks(Exception):
    """The plan has questions that the asker must answer first."""

    def __init__(self, questions: tuple[str, ...]) -> None:
        super().__init__(" ".join(questions))
        self.questions = questions
