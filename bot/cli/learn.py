"""`greenlit learn`: learn models from the corpus, and say which one serves."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from bot.adapters.corpus.build_errors import CorpusBusyError
from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.adapters.corpus.engine import CorpusUnavailable
from bot.cli.command_line import FULL
from bot.cli.learn_progress import LearnProgress, show_learning
from bot.cli.terminal import open_console, print_sentences
from bot.completion.choose_model import choose_model
from bot.corpus.repository_text import RepositoryText
from bot.learning.learn_ngram import learn_ngram
from bot.learning.lstm.checkpoint import BrokenCheckpoint
from bot.learning.lstm.learn_lstm import LstmLesson, learn_lstm
from bot.learning.lstm.shape import PRESETS, Course
from bot.learning.model_card import BadModel, ModelCard
from bot.learning.split_corpus import CorpusSplit, TooSmall, split_corpus
from bot.settings import CorpusSettings
from bot.text.amounts import count_noun

DONE, NOT_DONE, STOPPED = 0, 1, 130
NO_CORPUS = "There is no corpus yet. Make one of repositories: greenlit corpus clone PATH"


class NotLearnt(Exception):
    """Nothing can be learnt as things are; the text says why and what to do."""


PROBLEMS = (
    BadModel, BrokenCheckpoint, CorpusBusyError, CorpusUnavailable, NotLearnt, TooSmall,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LearnOptions:
    """What to learn: the network's preset, for how long, and one kind alone, "" for both."""

    preset: str
    minutes: float | None
    only: str
    seed: int

    def make_course(self) -> Course:
        """Make the course of the network's training."""
        course = replace(PRESETS[self.preset], seed=self.seed)
        return replace(course, minutes=self.minutes) if self.minutes else course


def learn_models(console: Console, settings: CorpusSettings, options: LearnOptions) -> int:
    """Learn the models into `models` of the home. Return 0, or 1 where that cannot be."""
    models = settings.home.absolute() / "models"
    try:
        with _hold_texts(settings) as texts, _lock(models):
            split = split_corpus(texts)
            with show_learning(open_console(stderr=True)) as progress:
                progress.print_sentence(console, _describe_split(split))
                _learn(console, _Lessons(split, models, options, progress))
    except PROBLEMS as error:
        return _print_problem(str(error))
    except OSError as error:
        if error.errno in FULL:
            place = error.filename or models
            return _print_problem(
                f"{place} cannot be written: {error.strerror}. What was kept before stays: with "
                "more room, the same command goes on from it."
            )
        return _print_problem(f"{error.filename or models}: {error.strerror}.")
    except KeyboardInterrupt:
        _print_problem("Stopped. What was learnt so far is kept: the same command goes on from it.")
        raise
    return DONE


def end_at_once() -> NoReturn:
    """End the process as Ctrl-C does, without Python's clearing away.

    That would take the arrays from under a computation of JAX that is still going on, which ends
    in a crash of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(STOPPED)


@dataclass(frozen=True, slots=True)
class _Lessons:
    """One run of the command."""

    split: CorpusSplit
    models: Path
    options: LearnOptions
    progress: LearnProgress

    def learn_ngram(self) -> ModelCard:
        """Learn the n-gram model."""
        self.progress.begin("n-gram model")
        return learn_ngram(self.split, self.models / "ngram", report=self.progress.show_share)

    def learn_lstm(self, beside: dict[str, float]) -> ModelCard:
        """Learn the network."""
        course = self.options.make_course()
        lesson = LstmLesson(self.split, course, self.models / "lstm", beside)
        self.progress.begin("LSTM")
        return learn_lstm(
            lesson,
            lambda progress, bits: self.progress.show_training(
                progress, bits, course.batch, course.minutes
            ),
        )


def _learn(console: Console, lessons: _Lessons) -> None:
    cards: dict[str, ModelCard] = {}
    say = partial(lessons.progress.print_sentence, console)
    if lessons.options.only != "lstm":
        cards["n-gram"] = lessons.learn_ngram()
        say(_describe_card("n-gram", cards["n-gram"]))
    if lessons.options.only != "ngram":
        beside = {name: card.held_out_bits for name, card in cards.items()}
        cards["LSTM"] = lessons.learn_lstm(beside)
        say(_describe_card("LSTM", cards["LSTM"]))
    say(f"Serves: {choose_model(lessons.models).reason}")
    say("Complete with it: greenlit complete")


@contextmanager
def _hold_texts(settings: CorpusSettings) -> Iterator[list[RepositoryText]]:
    """List the corpus, and keep `corpus clone` from changing it while it is read."""
    folder = CorpusFolder(settings.home)
    if not folder.path.is_dir():
        raise NotLearnt(NO_CORPUS)
    with folder.lock(to_read=True):
        with open_corpus_database(settings.corpus_url) as database:
            texts = folder.list_texts(database)
        if not texts:
            raise NotLearnt(NO_CORPUS)
        yield texts


@contextmanager
def _lock(models: Path) -> Iterator[None]:
    """Keep other processes from learning into the same folder."""
    models.mkdir(mode=0o700, parents=True, exist_ok=True)  # they tell of private code
    with (models / "learning.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotLearnt(
                f"Another `greenlit learn` writes to {models}. Wait for its end."
            ) from None
        yield


def _describe_split(split: CorpusSplit) -> str:
    parts = []
    for words, spans in (("to learn from", split.training), ("held out", split.held_out)):
        characters = sum(span.characters for span in spans)
        files = count_noun(len(spans), "file")
        parts.append(f"{files} {words} ({characters:,} characters)")
    return f"Corpus: {parts[0]}, {parts[1]} by {split.by}."


def _describe_card(name: str, card: ModelCard) -> str:
    return f"{name}: {card.held_out_bits:.3f} bits per character on held-out files."


def _print_problem(text: str) -> int:
    print_sentences(open_console(stderr=True), text)
    return NOT_DONE
