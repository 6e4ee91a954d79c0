"""Lines of the terminal: at any width each goes on below itself, and none ends in blanks."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console
from rich.text import Text

from bot.cli.terminal import StepLine

RESULT = "one two three four five six seven eight nine ten eleven twelve thirteen"


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (100, [f" 2.0 s  push              {RESULT}"]),
        (
            60,
            [
                " 2.0 s  push              one two three four five six seven",
                "                          eight nine ten eleven twelve",
                "                          thirteen",
            ],
        ),
        (
            40,
            [
                " 2.0 s  push",
                "        one two three four five six",
                "        seven eight nine ten eleven",
                "        twelve thirteen",
            ],
        ),
    ],
)
def test_a_step_is_told_in_lines_that_fit(width, expected):
    """Its result beside its name, or below it where there is little room."""
    screen = StringIO()
    Console(file=screen, width=width).print(StepLine(2.0, "push", Text(RESULT)))

    assert expected == screen.getvalue().splitlines()
