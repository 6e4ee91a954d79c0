"""`greenlit learn --check`: try all of learning on a tiny corpus, and keep nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console

import bot
from bot.cli.progress_line import show_progress
from bot.cli.terminal import print_sentences
from bot.corpus.alphabet import ALPHABET, Codes
from bot.corpus.repository_text import RepositoryText
from bot.corpus.text_writer import TextFiles, write_text
from bot.learning.character_model import Bits
from bot.learning.learn_ngram import learn_ngram
from bot.learning.load_model import load_model
from bot.learning.lstm.checkpoint import Progress
from bot.learning.lstm.learn_lstm import LstmLesson, learn_lstm
from bot.learning.lstm.network import Trainer
from bot.learning.lstm.save_network import compute_with_keras
from bot.learning.lstm.shape import BEFORE_FILE, Course, Shape
from bot.learning.lstm.training import Trained, train_network
from bot.learning.lstm_model import NETWORK
from bot.learning.split_corpus import CorpusSplit, split_corpus

FINE, NOT_FINE = 0, 1
COURSE = Course(
    Shape(layers=1, units=64, dropout=0.2, embedding=16),
    batch=16,
    rate=2e-2,
    minutes=1000,  # steps end it
    most_steps=60,
    steps_to_warm=10,
    steps_a_round=20,
    judged_windows=64,
)
STOPPED_AFTER = 31
FOLDERS = ("corpus", "learning", "text")  # of our own code, which is the corpus


class _PlannedStop(KeyboardInterrupt):
    """The training is stopped on purpose, as Ctrl-C would."""


def check_learning(console: Console) -> int:
    """Check that models learn, are kept and read, and that training goes on; return 1 if not."""
    failures = 0
    with TemporaryDirectory(prefix="greenlit-learn-") as folder, show_progress("Checking") as say:
        say("Writing a tiny corpus")
        split = split_corpus([_write_corpus(Path(folder))])
        for doing, check in CHECKS:
            say(doing)
            for is_fine, sentence in check(split, Path(folder)):
                failures += not is_fine
                print_sentences(console, f"{'ok ' if is_fine else 'NOT'}  {sentence}")
    return NOT_FINE if failures else FINE


Findings = Iterator[tuple[bool, str]]


def _check_ngram(split: CorpusSplit, folder: Path) -> Findings:
    card = learn_ngram(split, folder / "ngram")
    load_model(folder / "ngram")
    bits = card.held_out_bits
    yield bits < np.log2(len(ALPHABET)), f"The n-gram model learns: {bits:.2f} bits a character."


def _check_training(split: CorpusSplit, folder: Path) -> Findings:
    trainer = Trainer(COURSE)
    whole = train_network(split, COURSE, folder / "whole", _look_away, trainer)
    first, last = whole.progress.rounds[0], whole.progress.rounds[-1]
    sentence = (
        f"The network learns on {whole.devices}: {first.held_out_bits:.2f} bits a character after "
        f"{first.step} steps, {last.held_out_bits:.2f} after {last.step}."
    )
    yield last.held_out_bits < first.held_out_bits, sentence
    try:
        train_network(split, COURSE, folder / "lstm", _stop, trainer)
    except _PlannedStop:
        resumed = train_network(split, COURSE, folder / "lstm", _look_away)
        sentence = f"Training that was stopped after {STOPPED_AFTER} steps goes on bit for bit."
        yield _is_same(whole, resumed), sentence


def _check_file(split: CorpusSplit, folder: Path) -> Findings:
    card = learn_lstm(LstmLesson(split, COURSE, folder / "lstm", {}), _look_away)
    model = load_model(folder / "lstm")
    codes = split.held_out[0].read_codes()[:500]
    by_keras = _ask_keras(folder / "lstm" / NETWORK, codes)
    by_numpy = model.compute_bits([model.read(model.begin(codes[:0]), codes)])[0]
    sentence = (
        "Keras opens its file in safe mode, and computes what NumPy does: "
        f"{card.held_out_bits:.2f} bits a character."
    )
    yield bool(np.allclose(by_keras, by_numpy, atol=1e-3)), sentence


CHECKS = (
    ("Learning the n-gram model", _check_ngram),
    ("Training the network, three times", _check_training),
    ("Reading its file", _check_file),
)


def _write_corpus(folder: Path) -> RepositoryText:
    files = TextFiles.of(folder, "greenlit")
    with write_text(files) as writer:
        for name in FOLDERS:
            for path in sorted((Path(bot.__file__).parent / name).glob("*.py")):
                writer.add(path.read_text("utf-8"))
    return RepositoryText("greenlit", "MIT", "0" * 40, files.codes, files.starts)


def _look_away(_progress: Progress, _bits: float) -> None:
    """Let it go on."""


def _stop(progress: Progress, _bits: float) -> None:
    if progress.step >= STOPPED_AFTER:
        raise _PlannedStop


def _is_same(whole: Trained, resumed: Trained) -> bool:
    pairs = zip(whole.weights, resumed.weights, strict=True)
    return all(np.array_equal(weight, again) for weight, again in pairs)


def _ask_keras(path: Path, codes: Codes) -> Bits:
    """Ask Keras how many bits each character costs behind the text."""
    rows = compute_with_keras(path, np.append(BEFORE_FILE, codes))
    bits: Bits = -np.log2(rows[-1])
    return bits
