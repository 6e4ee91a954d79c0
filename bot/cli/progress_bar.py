"""Show how much of a long work is done: a bar at a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot.cli.terminal import open_console, print_sentences

LINE_EVERY_S = 10.0


class WorkBar:
    """What is being done and how much of it; `total` is None where nobody knows yet."""

    def __init__(self, console: Console, progress: Progress) -> None:
        self._console = console
        self._progress = progress
        self._task = progress.add_task("", total=None)
        self._doing = ""
        self._next_line_s = time.monotonic() + LINE_EVERY_S

    def update(self, doing: str, done: int, total: int | None) -> None:
        """Show what is done by now."""
        self._progress.update(self._task, description=doing, completed=done, total=total)
        is_news = self._doing not in ("", doing)
        self._doing = doing
        if not self._progress.disable or (time.monotonic() < self._next_line_s and not is_news):
            return
        self._next_line_s = time.monotonic() + LINE_EVERY_S
        print_sentences(self._console, f"{doing}: {_render_amount(done, total)}")


@contextmanager
def show_bar(console: Console | None = None) -> Iterator[WorkBar]:
    """Show a bar during the block, gone after it; on standard error where no console is given."""
    console = console or open_console(stderr=True)
    shown = console.file.isatty() and not console.is_dumb_terminal
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),  # with it a line has room on 80 columns
        _AmountColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        yield WorkBar(console, progress)


class _AmountColumn(ProgressColumn):
    """How much is done, of how much."""

    def render(self, task: Task) -> Text:
        """Say it."""
        total = None if task.total is None else int(task.total)
        return Text(_render_amount(int(task.completed), total), no_wrap=True)


def _render_amount(done: int, total: int | None) -> str:
    return f"{done:,}" if total is None else f"{done:,} of {total:,}"
