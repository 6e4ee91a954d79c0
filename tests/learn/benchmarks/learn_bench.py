"""What the benchmarks of completion share: the corpus, and the models that are learnt from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.corpus.repository_text import RepositoryText
from bot.learning.learn_ngram import learn_ngram
from bot.learning.lstm.learn_lstm import LstmLesson, learn_lstm
from bot.learning.lstm.shape import PRESETS
from bot.learning.split_corpus import CorpusSplit, split_corpus
from tests.learn.benchmarks.learning_corpus import build_learning_corpus

Rows = Iterator[Sequence[str]]


@dataclass(frozen=True)
class LearnBench:
    """A folder to work in, and how long the network may learn."""

    work: Path
    minutes: float

    @cached_property
    def texts(self) -> list[RepositoryText]:
        """The corpus."""
        return build_learning_corpus(self.work)

    @cached_property
    def split(self) -> CorpusSplit:
        """What is learnt from, and what is judged by."""
        return split_corpus(self.texts)

    @cached_property
    def ngram(self) -> Path:
        """The folder of the n-gram model."""
        folder = self.work / "models" / "ngram"
        learn_ngram(self.split, folder)
        return folder

    @cached_property
    def lstm(self) -> Path:
        """The folder of the network, preset `small`."""
        course = replace(PRESETS["small"], minutes=self.minutes)
        lesson = LstmLesson(self.split, course, self.work / "models" / "lstm", {})
        learn_lstm(lesson, lambda _progress, _bits: None)
        return lesson.folder


def show_table(title: str, columns: Sequence[str], rows: Rows) -> None:
    """Print a table."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
