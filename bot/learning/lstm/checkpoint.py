"""Where training stands, kept so that it goes on bit for bit."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bot.learning.damaged_file import DAMAGES, explain_damage

Array = NDArray[Any]


class BrokenCheckpoint(Exception):
    """A checkpoint that cannot be gone on from; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of steps came to: a point of the learning curves."""

    step: int
    characters: int  # learnt from, since the beginning
    elapsed_s: float
    training_bits: float
    held_out_bits: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is. `of` tells the corpus and the course that it belongs to."""

    of: str
    step: int = 0
    elapsed_s: float = 0.0
    rounds: tuple[Round, ...] = ()
    ended: str = ""  # by what, where it has

    @property
    def best(self) -> Round | None:
        """The round that was judged best."""
        return min(self.rounds, key=lambda point: point.held_out_bits, default=None)

    def count_rounds_since_best(self) -> int:
        """Count the rounds since the best one."""
        return len(self.rounds) - 1 - self.rounds.index(self.best) if self.best else 0

    def close_round(self, point: Round) -> Progress:
        """Add a round."""
        return replace(self, rounds=(*self.rounds, point))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A progress with all arrays of its moment, and the weights of the best round."""

    progress: Progress
    arrays: list[Array]
    best: list[Array] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Save it; the one before stays until this one is whole on the disk."""
        named = {f"moment_{number:03}": array for number, array in enumerate(self.arrays)}
        named |= {f"best_{number:03}": array for number, array in enumerate(self.best)}
        progress = np.frombuffer(json.dumps(asdict(self.progress)).encode(), np.uint8)
        replace_file(path, lambda file: np.savez(file, progress=progress, **named))  # type: ignore[arg-type]


def load_checkpoint(path: Path) -> Checkpoint:
    """Load a checkpoint. Raises BrokenCheckpoint; nothing in it is run."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            fields = json.loads(kept["progress"].tobytes())
            moment = _read_arrays(kept, "moment_")
            best = _read_arrays(kept, "best_")
        rounds = tuple(Round(**point) for point in fields["rounds"])
        progress = Progress(**{**fields, "rounds": rounds})
    except DAMAGES as error:
        why = explain_damage(error)
        raise BrokenCheckpoint(
            f"{path} cannot be read: {why}. Delete it to learn from the beginning."
        ) from None
    return Checkpoint(progress, moment, best)


def _read_arrays(kept: Any, group: str) -> list[Array]:
    return [kept[name] for name in sorted(kept.files) if name.startswith(group)]


def replace_file(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file whole or not at all. An error names the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False)  # noqa: SIM115
    try:
        with draft:
            write(draft.file)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        Path(draft.name).unlink(missing_ok=True)
