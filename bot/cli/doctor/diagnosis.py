"""What the doctor says of each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.text import Text

from bot.cli.terminal import HangingText
from bot.text.terminal_text import strip_control

Health = Literal["well", "note", "odd", "sick"]
SIGNS = {
    "well": ("✓", "green"),
    "note": ("·", "dim"),
    "odd": ("!", "magenta"),
    "sick": ("✗", "red"),
}
NAME_CHARS = 12


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at, and below it how to mend it.

    "odd" may be meant; "note" is what was not looked at, because of something else that is told.
    """

    what: str
    text: str
    fix: str = ""
    state: Health = "sick"

    def render(self) -> HangingText:
        """Render it as a line of the terminal."""
        head = Text.assemble(SIGNS[self.state], (f" {self.what:{NAME_CHARS}} ", "bold"))
        text = "\n".join(filter(None, (self.text, self.fix)))
        return HangingText(head, Text(strip_control(text)))


def make_healthy(what: str, text: str) -> Diagnosis:
    """Make the diagnosis of what is as it should be."""
    return Diagnosis(what, text, state="well")
