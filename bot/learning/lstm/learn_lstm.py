"""Learn a network from a corpus, judge it, and write all that people and programs want of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.learning.lstm.checkpoint import Progress
from bot.learning.lstm.curves import EventLog, draw_curves
from bot.learning.lstm.save_network import save_network
from bot.learning.lstm.shape import WINDOW, Course
from bot.learning.lstm.training import Trained, Watch, train_network
from bot.learning.lstm_model import NETWORK, LstmModel, load_lstm
from bot.learning.measure_bits import JUDGED_CHARACTERS, measure_bits, take_files
from bot.learning.model_card import ModelCard, list_corpus_parts, write_card
from bot.learning.model_folder import replace_model
from bot.learning.model_readme import render_readme
from bot.learning.split_corpus import CorpusSplit

ABOUT = (
    "A recurrent network (LSTM) that reads code character by character, 100 of them known, and "
    "tells which comes next. It was trained with Keras on windows of 100 characters, with a loss "
    "at each of the 100; it was judged after each round on windows of the held-out files, and "
    "the weights of the best round are kept. `curves.png` and `events/` (TensorBoard) show how it "
    "went; `greenlit learn` with more `--minutes` goes on from `checkpoints/`."
)


@dataclass(frozen=True, slots=True)
class LstmLesson:
    """What is to be learnt, and where it is to be kept. `beside` are other models' bits."""

    split: CorpusSplit
    course: Course
    folder: Path
    beside: dict[str, float]


def learn_lstm(lesson: LstmLesson, watch: Watch) -> ModelCard:
    """Learn the model and write it, its curves, its card and its README into a folder.

    A model that stood in the folder stays until the new one is whole. Raises BrokenCheckpoint,
    TooSmall, OSError; a KeyboardInterrupt leaves a checkpoint.
    """
    log = EventLog(lesson.folder)

    def watch_and_log(progress: Progress, bits: float) -> None:
        log.follow(progress.rounds)
        watch(progress, bits)

    try:
        trained = train_network(lesson.split, lesson.course, lesson.folder, watch_and_log)
        log.follow(trained.progress.rounds)
    finally:
        log.close()
    return _write_model(lesson, trained)


def _write_model(lesson: LstmLesson, trained: Trained) -> ModelCard:
    with replace_model(lesson.folder) as draft:
        draw_curves(trained.progress, lesson.beside, draft / "curves.png")
        save_network(lesson.course.shape, trained.weights, draft / NETWORK)
        card = _make_card(lesson, trained, load_lstm(draft))
        (draft / "README.md").write_text(render_readme(card, "LSTM model", ABOUT), "utf-8")
        write_card(card, draft)
    return card


def _make_card(lesson: LstmLesson, trained: Trained, model: LstmModel) -> ModelCard:
    """Judge the model as it is served, read from its file."""
    split = lesson.split
    progress = trained.progress
    last = progress.rounds[-1]
    best = progress.best or last
    return ModelCard(
        kind="lstm",
        held_out_bits=measure_bits(model, split.held_out, JUDGED_CHARACTERS),
        held_out_by=split.by,
        held_out_characters=sum(map(len, take_files(split.held_out, JUDGED_CHARACTERS))),
        made_at=datetime.now(UTC),
        corpus=list_corpus_parts(split),
        settings=_list_settings(lesson.course, trained),
        figures={
            "bits_of_held_out_windows": best.held_out_bits,
            "minutes": round(progress.elapsed_s / 60, 1),
            "steps": progress.step,
            "characters_read": last.characters,
            "characters_a_second": round(last.characters / max(last.elapsed_s, 1e-6)),
        },
    )


def _list_settings(course: Course, trained: Trained) -> dict[str, int | float | str]:
    shape = course.shape
    return {
        "layers": shape.layers,
        "units": shape.units,
        "dropout": shape.dropout,
        "embedding": shape.embedding,
        "window": WINDOW,
        "batch": course.batch,
        "rate": course.rate,
        "seed": course.seed,
        "devices": trained.devices,
        "precision": trained.precision,
        "ended_by": trained.progress.ended,
    }
