"""How a training went, as a picture and for TensorBoard."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from bot.learning.lstm.checkpoint import Progress, Round

EVENTS = "events"


def draw_curves(progress: Progress, beside: Mapping[str, float], path: Path) -> None:
    """Draw the bits a character of each round; models `beside` it are lines across."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    read = [point.characters / 1e6 for point in progress.rounds]
    mark = "o" if len(read) < 40 else None
    for label, name, colour in (
        ("learnt from", "training_bits", "tab:blue"),
        ("held out", "held_out_bits", "tab:orange"),
    ):
        bits = [getattr(point, name) for point in progress.rounds]
        axes.plot(read, bits, color=colour, marker=mark, markersize=4, label=label)
    for label, level in beside.items():
        axes.axhline(level, color="tab:gray", linestyle="--", label=f"{label}, held out")
    axes.set(xlabel="characters read, in millions", ylabel="bits per character")
    axes.set_title("LSTM: what a character costs, the fewer bits the better")
    axes.grid(alpha=0.3)
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(path, dpi=120)


class EventLog:
    """Writes rounds in TensorBoard's format, as they come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / EVENTS
        self._written = 0
        self._began = 0.0
        self._writer: EventFileWriter | None = None

    def follow(self, rounds: Sequence[Round]) -> None:
        """Write the rounds that are new; all of them where this is the first that one sees."""
        if len(rounds) <= self._written:
            return
        if not self._writer:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._writer = EventFileWriter(str(self._folder))
            self._began = time.time() - rounds[-1].elapsed_s
        for point in rounds[self._written :]:
            self._writer.add_event(_render_event(point, self._began))
        self._writer.flush()
        self._written = len(rounds)

    def close(self) -> None:
        """Close the file."""
        if self._writer:
            self._writer.close()


def _render_event(point: Round, began: float) -> Event:
    values = [
        Summary.Value(tag=f"bits per character/{name}", simple_value=bits)
        for name, bits in (
            ("training", point.training_bits),
            ("held out", point.held_out_bits),
        )
    ]
    summary = Summary(value=values)
    return Event(step=point.step, wall_time=began + point.elapsed_s, summary=summary)
