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
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)
from rich.text import Text

NAME_CHARS = 34


@dataclass(frozen=True, slots=True)
class CorpusProgress:
    """Two lines on a terminal: all repositories, and what is done to the one under way."""

    progress: Progress
    all: TaskID
    one: TaskID

    def begin(self, name: str) -> None:
        """Show that a repository is looked at."""
        self._show(f"Looking at {name}", None, 0)

    def end(self) -> None:
        """Show that one more is done."""
        self.progress.advance(self.all)

    def show_fetched(self, fetched_bytes: int) -> None:
        """Show how many bytes the clone has."""
        self._change("Fetching", None, fetched_bytes)

    def show_read(self, read_bytes: int, of_bytes: int) -> None:
        """Show how many bytes of the source were judged."""
        self._change("Reading", of_bytes, read_bytes)

    def _change(self, doing: str, of_bytes: int | None, done_bytes: int) -> None:
        task = next(task for task in self.progress.tasks if task.id == self.one)
        verb, _, name = task.description.rpartition(" ")
        if verb != doing:
            self._show(f"{doing} {name}", of_bytes, done_bytes)
        self.progress.update(self.one, completed=done_bytes)

    def _show(self, words: str, of_bytes: int | None, done_bytes: int) -> None:
        self.progress.reset(
            self.one, description=words[:NAME_CHARS], total=of_bytes, completed=done_bytes
        )


@contextmanager
def show_corpus_progress(console: Console, count: int) -> Iterator[CorpusProgress]:
    """Show progress while the block lasts, on terminals; gone after it."""
    shown = console.file.isatty() and not console.is_dumb_terminal
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=14),
        _AmountColumn(),
        _SpeedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        every = progress.add_task("Repositories", total=count, counts=True)
        one = progress.add_task("", total=None, counts=False)
        yield CorpusProgress(progress, every, one)


class _AmountColumn(DownloadColumn):
    """Repositories as a count, a repository in bytes."""

    def render(self, task: Task) -> Text:
        """Show it."""
        if task.fields["counts"]:
            return MofNCompleteColumn().render(task)
        return super().render(task)


class _SpeedColumn(TransferSpeedColumn):
    """Bytes a second, of the one repository alone."""

    def render(self, task: Task) -> Text:
        """Show it."""
        return Text() if task.fields["counts"] else super().render(task)
