"""Train a network: rounds of steps, each judged, with checkpoints from which it goes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.learning.lstm.checkpoint import (
    Array,
    BrokenCheckpoint,
    Checkpoint,
    Progress,
    Round,
    load_checkpoint,
)
from bot.learning.lstm.network import Trainer
from bot.learning.lstm.shape import WINDOW, Course
from bot.learning.lstm.windows import Windows
from bot.learning.split_corpus import CorpusSplit, FileSpan

SAVE_EACH_S = 60.0
LOOK_EACH = 10  # steps; looking at a loss waits for it
CHECKPOINT = "checkpoints/last.npz"
Watch = Callable[[Progress, float], None]  # what it has come to, and the bits of the last batch


@dataclass(frozen=True, slots=True)
class Trained:
    """The best weights of a training, how it went, and on what."""

    weights: list[Array]
    progress: Progress
    devices: str
    precision: str


def train_network(
    split: CorpusSplit, course: Course, folder: Path, watch: Watch, trainer: Trainer | None = None
) -> Trained:
    """Train on the split's files until the course ends, going on from the folder's checkpoint.

    A trainer of the same course may be given, which is compiled already. A KeyboardInterrupt saves
    a checkpoint first. Raises BrokenCheckpoint, TooSmall, OSError.
    """
    session = _Session(split, course, folder / CHECKPOINT, trainer or Trainer(course))
    try:
        session.run(watch)
    except KeyboardInterrupt:
        session.save()
        raise
    return session.finish()


class _Session:
    """One process's part of a training."""

    def __init__(self, split: CorpusSplit, course: Course, path: Path, trainer: Trainer) -> None:
        self._windows = Windows(split.training, course.seed)
        self._judged = Windows(split.held_out, course.seed)
        self._course, self._path, self._trainer = course, path, trainer
        self._batch = trainer.fit_batch(course.batch)
        before = _find_checkpoint(path, identify_training(split, course))
        try:
            self._moment = trainer.restore(before.progress.step, before.arrays)
        except ValueError as error:
            raise BrokenCheckpoint(f"{path}: {error}. Delete it to begin anew.") from None
        self._progress, self._best = before.progress, before.best
        self._began = time.monotonic() - self._progress.elapsed_s
        self._saved = time.monotonic()
        self._losses: list[Any] = []

    def run(self, watch: Watch) -> None:
        """Learn, round by round, until the course's end."""
        self._compile()
        while not (ended := self._find_end()):
            self._learn_batch(watch)
            if self._moment.step % self._course.steps_a_round == 0:
                self._close_round()
            elif time.monotonic() - self._saved > SAVE_EACH_S:
                self.save()
        self._progress = replace(self._progress, ended=ended)

    def _compile(self) -> None:
        """Have both computations compiled, which takes no time of the course's."""
        if self._find_end():
            return
        began = time.monotonic()
        batch = self._windows.read_batch(0, self._batch)
        self._trainer.judge(self._moment, *batch)
        float(self._trainer.learn(self._moment, *batch, 0.0)[0])
        self._began += time.monotonic() - began

    def finish(self) -> Trained:
        """Judge what came after the last round, and give the best."""
        if self._losses or not self._progress.rounds:
            self._close_round()
        self.save()
        trainer = self._trainer
        return Trained(self._best, self._tell_progress(), trainer.devices, trainer.precision)

    def save(self) -> None:
        """Save where it stands."""
        progress = self._tell_progress()
        Checkpoint(progress, self._moment.list_arrays(), self._best).save(self._path)
        self._saved = time.monotonic()

    def _tell_progress(self) -> Progress:
        elapsed_s = time.monotonic() - self._began
        return replace(self._progress, step=self._moment.step, elapsed_s=elapsed_s)

    def _find_end(self) -> str:
        course = self._course
        if self._progress.count_rounds_since_best() >= course.patience:
            return "no better"
        if course.most_steps and self._moment.step >= course.most_steps:
            return "steps"
        return "minutes" if time.monotonic() - self._began >= 60 * course.minutes else ""

    def _learn_batch(self, watch: Watch) -> None:
        step = self._moment.step
        rate = self._course.compute_rate(step, time.monotonic() - self._began)
        batch = self._windows.read_batch(step, self._batch)
        bits, self._moment = self._trainer.learn(self._moment, *batch, rate)
        self._losses.append(bits)
        if step % LOOK_EACH == 0:
            watch(self._tell_progress(), float(bits))

    def _close_round(self) -> None:
        held_out_bits = self._judge()
        if not self._progress.best or held_out_bits < self._progress.best.held_out_bits:
            self._best = [np.asarray(weight) for weight in self._moment.weights]
        point = Round(
            self._moment.step,
            self._moment.step * self._batch * WINDOW,
            time.monotonic() - self._began,
            float(np.mean(self._losses)) if self._losses else float("nan"),
            held_out_bits,
        )
        self._losses = []
        self._progress = self._progress.close_round(point)
        self.save()

    def _judge(self) -> float:
        """Judge on the same windows of the held-out files each time."""
        count = max(min(self._judged.count, self._course.judged_windows) // self._batch, 1)
        batches = (self._judged.read_batch(number, self._batch) for number in range(count))
        return float(np.mean([self._trainer.judge(self._moment, *batch) for batch in batches]))


def _find_checkpoint(path: Path, of: str) -> Checkpoint:
    """Find the checkpoint of this training; of another one nothing is taken."""
    kept = load_checkpoint(path) if path.exists() else None
    if not kept or kept.progress.of != of:
        return Checkpoint(Progress(of), [])
    return replace(kept, progress=replace(kept.progress, ended=""))


def identify_training(split: CorpusSplit, course: Course) -> str:
    """Name what decides how a training goes: the files, and the course but for its length."""
    files = [_identify(span) for span in (*split.training, *split.held_out)]
    settings = {**asdict(course), "minutes": None, "most_steps": None}
    return hashlib.sha256(json.dumps([files, settings]).encode()).hexdigest()


def _identify(span: FileSpan) -> tuple[str, str, int, int]:
    return (span.text.name, span.text.commit, span.start, span.end)
