"""Show in a terminal how a request that is too big is divided."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from bot.stories.stops import TooBig
from bot.text.terminal_text import strip_control
from bot.values import Part
from bot.views.markdown_parts import join_names

INDENT = "   "
NEXT = (
    "Put each part into a file of its own, and solve these in this order; commit one before the "
    "next. To have all of it in one change, add --whole."
)


def print_split(console: Console, too_big: TooBig) -> None:
    """Print what makes it too big, the parts in their order, and what can be done."""
    split = too_big.split
    console.print(Text.assemble(("\nToo big for one change. ", "bold red"), split.why))
    for part in split.parts:
        heading = f"\n{part.number}. {part.title}{_name_needs(part)}"
        console.print(Text(strip_control(heading), "bold"))
        text = "\n".join(_list_lines(part, too_big))
        console.print(Text(textwrap.indent(strip_control(text), INDENT)))
    console.print(f"\n{NEXT}")


def _name_needs(part: Part) -> str:
    numbers = [str(number) for number in part.needs]
    return f" (after {join_names(numbers, len(numbers))})" if numbers else ""


def _list_lines(part: Part, too_big: TooBig) -> Iterator[str]:
    """List what a part is about; with its title that is the file of a request."""
    yield part.text
    criteria = too_big.brief.criteria if too_big.brief else ()
    if part.criteria:
        yield "\nDone when:"
        yield from (f"- {criteria[place].text}" for place in part.criteria)
    yield f"\nFiles: {', '.join(part.files)}"
