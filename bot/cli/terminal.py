"""Show the work in a terminal: steps, diffs and Markdown, at any width, light or dark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, TableElement
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from bot.text.terminal_text import strip_control

# No background of our own, and no yellow for what must be read: it is lost on white.
THEME = Theme(
    {
        "markdown.code": "cyan",
        "markdown.code_block": "cyan",
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.h4": "bold",
        "markdown.block_quote": "default",
        "markdown.table.header": "bold",
        "markdown.table.border": "dim",
    }
)
TIME_CHARS, NAME_CHARS = 6, 16
NARROW_COLUMNS = 60
HIDDEN = re.compile(r"<!--.*?-->\n?|</?sub>", re.DOTALL)
BOXES = {"- [x] ": "- ☑ ", "- [ ] ": "- ☐ "}
DIFF = (
    ("+++", "bold"),
    ("---", "bold"),
    ("diff ", "bold"),
    ("index ", "dim"),
    ("@@", "cyan"),
    ("+", "green"),
    ("-", "red"),
)


class _Console(Console):
    """A console whose reader may go away, and may be a program: a pipe's lines end where texts say.

    That the reader went is the command's to end with, as with any pipe.
    """

    def print(self, *objects: Any, soft_wrap: bool | None = None, **options: Any) -> None:
        """Print; what is no table is wrapped for a terminal alone."""
        if soft_wrap is None and not self.file.isatty():
            soft_wrap = all(isinstance(each, (str, *PROSE)) for each in objects)
        super().print(*objects, soft_wrap=soft_wrap, **options)

    def on_broken_pipe(self) -> None:
        """Say so; rich itself would end the process with code 1."""
        raise BrokenPipeError


def open_console(*, stderr: bool = False) -> Console:
    """Open a console that takes no markup from texts."""
    return _Console(theme=THEME, stderr=stderr, highlight=False, markup=False, emoji=False)


@dataclass(frozen=True, slots=True)
class HangingText:
    """A text behind its head; what does not fit goes on below itself, without trailing blanks."""

    head: Text
    body: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        indent = self.head.cell_len
        head = self.head
        width = max(options.max_width - indent, 1)
        wrapped = self.body.wrap(console, width, overflow="fold")
        for line in self.body.split("\n") if options.no_wrap else wrapped:
            row = head + line
            row.rstrip()
            yield row
            head = Text(" " * indent)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line for a step: how long it took, what was done, and what came of it.

    On a narrow terminal the last stands below the rest.
    """

    took_s: float
    name: str
    result: Text

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        time = Text(f"{self.took_s:.1f} s  ".rjust(TIME_CHARS + 2), "dim")
        if options.max_width < NARROW_COLUMNS:
            yield time + Text(self.name, "bold")
            yield HangingText(Text(" " * len(time)), self.result)
        else:
            yield HangingText(time + Text(f"{self.name:{NAME_CHARS}}  ", "bold"), self.result)


PROSE = (Text, HangingText, StepLine)


def print_sentences(console: Console, text: Text | str, style: str = "") -> None:
    """Print prose: a terminal's lines end between words, and a file's or pipe's where it says."""
    console.print(text, style=style, soft_wrap=not console.file.isatty())


def colour_diff(text: str) -> Text:
    """Colour a unified diff, every line whole."""
    shown = Text()
    for line in strip_control(text).splitlines():
        shown.append(
            f"{line}\n", next((style for sign, style in DIFF if line.startswith(sign)), "")
        )
    return shown


def render_markdown(body: str) -> Markdown:
    """Markdown as its reader on GitHub sees it: without what is hidden there, small print as print,
    boxes as boxes.
    """
    text = HIDDEN.sub("", strip_control(body))
    for box, sign in BOXES.items():
        text = text.replace(box, sign)
    return _Whole(text)


class _WholeTable(TableElement):
    """Cells fold; rich cuts off words that are longer than their column."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            for column in table.columns if isinstance(table, Table) else ():
                column.overflow = "fold"
            yield table


class _Whole(Markdown):
    elements = {**Markdown.elements, "table_open": _WholeTable}  # noqa: RUF012 - as in rich
