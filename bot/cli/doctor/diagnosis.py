"""What the doctor says of each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

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

    def render(self) -> Table:
        """Render it as a line of the terminal; what does not fit goes on below itself."""
        sign, style = SIGNS[self.state]
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(style=style, no_wrap=True)
        row.add_column(width=NAME_CHARS, style="bold", no_wrap=True)
        row.add_column(overflow="fold")
        text = "\n".join(filter(None, (self.text, self.fix)))
        row.add_row(sign, self.what, Text(strip_control(text)))
        return row


def make_healthy(what: str, text: str) -> Diagnosis:
    """Make the diagnosis of what is as it should be."""
    return Diagnosis(what, text, state="well")
