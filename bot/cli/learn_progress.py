"""Show how far learning is: a line that moves on a terminal, a line for each round elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from bot.cli.terminal import print_sentences
from bot.learning.lstm.checkpoint import Progress as LstmProgress
from bot.learning.lstm.shape import WINDOW


@dataclass(slots=True)
class LearnProgress:
    """A line about the model that is learnt now."""

    console: Console
    progress: Progress
    moves: bool
    _rounds_printed: int = field(default=0)

    def begin(self, doing: str) -> None:
        """Say what is being done, of which nobody knows yet how far it is."""
        for task in self.progress.tasks:
            self.progress.reset(task.id, description=doing, total=None, words="")

    def print_sentence(self, console: Console, text: str) -> None:
        """Print a sentence, above the line that moves where that is on the same terminal."""
        is_beside = self.moves and console.file.isatty()
        print_sentences(self.progress.console if is_beside else console, text)

    def show_share(self, share: float) -> None:
        """Show which share of it is done."""
        for task in self.progress.tasks:
            self.progress.update(task.id, total=1.0, completed=share)

    def show_training(
        self, progress: LstmProgress, bits: float, batch: int, minutes: float
    ) -> None:
        """Show how a training goes: time, characters a second, bits a character."""
        self.show_share(min(progress.elapsed_s / (60 * minutes), 1.0))
        rate = progress.step * batch * WINDOW / max(progress.elapsed_s, 1e-6)
        best = progress.best
        held_out = f", held out {best.held_out_bits:.2f}" if best else ""
        words = f"{_tell_time(progress.elapsed_s)}  {rate:,.0f}/s  {bits:.2f} bits{held_out}"
        for task in self.progress.tasks:
            self.progress.update(task.id, words=words)
        self._print_rounds(progress)

    def _print_rounds(self, progress: LstmProgress) -> None:
        """Print a line for each round, where no line moves."""
        for point in () if self.moves else progress.rounds[self._rounds_printed :]:
            millions = f"{point.characters / 1e6:,.1f} million characters"
            bits = f"{point.training_bits:.3f} bits a character, held out {point.held_out_bits:.3f}"
            print_sentences(self.console, f"{_tell_time(point.elapsed_s)}  {millions}: {bits}")
        self._rounds_printed = len(progress.rounds)


@contextmanager
def show_learning(console: Console) -> Iterator[LearnProgress]:
    """Show progress while the block lasts; the line is gone after it."""
    moves = console.file.isatty() and not console.is_dumb_terminal
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=10),
        TextColumn("{task.fields[words]}", style="dim"),
    )
    with Progress(*columns, console=console, transient=True, disable=not moves) as progress:
        progress.add_task("", total=None, words="")
        yield LearnProgress(console, progress, moves)


def _tell_time(elapsed_s: float) -> str:
    minutes, seconds = divmod(int(elapsed_s), 60)
    return f"{minutes}:{seconds:02}"
