"""Tell a person at the terminal what takes its time, and how long it has taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task
from rich.text import Text

from bot.cli.terminal import open_console

QUIET_S = 0.7  # what is done sooner needs no word
Describe = Callable[[str], None]


@contextmanager
def show_progress(doing: str, console: Console | None = None) -> Iterator[Describe]:
    """Show what is being done during the block; call what is given to say what comes next.

    It is on standard error where no console is given, gone after the block, and only on terminals.
    """
    console = console or open_console(stderr=True)
    columns = (_PatientSpinner(), _WorkColumn())
    shown = console.file.isatty() and not console.is_dumb_terminal
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(doing, total=None)

        def describe(doing: str) -> None:
            progress.reset(task, description=doing)

        yield describe


class _PatientSpinner(SpinnerColumn):
    """A spinner that shows after a moment."""

    def render(self, task: Task) -> Text:
        """Turn it."""
        return Text() if _is_early(task) else Text.assemble(super().render(task))  # type: ignore[arg-type]


class _WorkColumn(ProgressColumn):
    """What is being done, and for how many seconds."""

    def render(self, task: Task) -> Text:
        """Say it in a line."""
        if _is_early(task):
            return Text()
        line = Text(task.description, overflow="ellipsis", no_wrap=True)
        return line.append(f"  {task.elapsed or 0:.0f} s", "dim")


def _is_early(task: Task) -> bool:
    return (task.elapsed or 0) < QUIET_S
