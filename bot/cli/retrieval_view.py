"""Here lives how clues look in a terminal: files with the reasons, under each its definitions, then
the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from bot.text.terminal_text import strip_control
from bot.values import Retrieval, SearchHit

MOST_SYMBOLS = 6  # under one file
MOST_TESTS = 8
MOST_SKIPPED = 5


def show(out: Console, clues: Retrieval) -> None:
    """For people, at any width."""
    if not clues.files and not clues.symbols:
        out.print(
            "Nothing here answers that. Name a file, a function or an error, or use the code's own words."
        )
    for place, clue in enumerate(clues.files, 1):
        _show_file(
            out, place, clue, [symbol for symbol in clues.symbols if symbol.path == clue.path]
        )
    if clues.tests:
        out.print(Text("\nTests", "bold"))
        for clue in clues.tests[:MOST_TESTS]:
            out.print(Text(f"    {strip_control(clue.path)}"), soft_wrap=True)
    if clues.skipped:
        more = " ..." if len(clues.skipped) > MOST_SKIPPED else ""
        told = "; ".join(clues.skipped[:MOST_SKIPPED])
        out.print(Text(strip_control(f"\nNot read: {told}{more}"), "dim"))


def _show_file(out: Console, place: int, clue: SearchHit, symbols: Sequence[SearchHit]) -> None:
    head = Text.assemble(
        f"{place:>2}  ", (strip_control(clue.path), "bold cyan"), (f"  {clue.score:.2f}", "dim")
    )
    out.print(head, soft_wrap=True)
    for line in wrap(strip_control("; ".join(clue.why)), max(20, out.width - 4)):
        out.print(Text(f"    {line}", "dim"), soft_wrap=True)
    for symbol in symbols[:MOST_SYMBOLS]:
        lines = (f"    {f'{symbol.line}-{symbol.end_line}':<11}", "magenta")
        out.print(
            Text.assemble(lines, strip_control(f"{symbol.kind} {symbol.name}")), soft_wrap=True
        )
