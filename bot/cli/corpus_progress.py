"""Show how far the building of a corpus is: repositories, megabytes, and megabytes a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.text import Text

from bot.text.terminal_text import strip_control

WORDS_CHARS = 34


@dataclass(slots=True)
class CorpusProgress:
    """Two lines on a terminal: all repositories, and what is done to the one under way."""

    progress: Progress
    count: int
    name: str = ""
    doing: str = ""
    _task: TaskID | None = None
    _all: TaskID | None = None

    def begin(self, name: str) -> None:
        """Show that a repository is looked at."""
        if self._all is None:
            self._all = self.progress.add_task("Repositories", total=self.count, counts=True)
        self.name = strip_control(name)
        self._show("Looking at", 0, None)

    def end(self) -> None:
        """Show that one more is done."""
        if self._all is not None:
            self.progress.advance(self._all)

    def show_fetched(self, fetched_bytes: int) -> None:
        """Show how many bytes the clone has."""
        self._show("Fetching", fetched_bytes, None)

    def show_read(self, read_bytes: int, of_bytes: int) -> None:
        """Show how many bytes of the source were judged."""
        self._show("Reading", read_bytes, of_bytes)

    def _show(self, doing: str, done_bytes: int, of_bytes: int | None) -> None:
        if doing != self.doing or self._task is None:
            if self._task is not None:
                self.progress.remove_task(self._task)
            words = f"{doing} {self.name}"[:WORDS_CHARS]
            self._task = self.progress.add_task(words, total=of_bytes, counts=False)
            self.doing = doing
        self.progress.update(self._task, completed=done_bytes)


@contextmanager
def show_corpus_progress(console: Console, count: int) -> Iterator[CorpusProgress]:
    """Show progress while the block lasts, on terminals; gone after it."""
    shown = console.file.isatty() and not console.is_dumb_terminal
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=14),
        _CountOrBytesColumn(),
        _SpeedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        yield CorpusProgress(progress, count)


class _CountOrBytesColumn(DownloadColumn):
    """Repositories as a count, a repository in bytes."""

    def render(self, task: Task) -> Text:
        """Show it."""
        if task.fields["counts"]:
            return MofNCompleteColumn().render(task)
        return super().render(task) if task.completed else Text()


class _SpeedColumn(ProgressColumn):
    """Megabytes a second since this work on this repository began."""

    def render(self, task: Task) -> Text:
        """Show it."""
        if task.fields["counts"] or not task.completed or not task.elapsed:
            return Text()
        return Text(f"{task.completed / task.elapsed / 1e6:.1f} MB/s")
