"""Tables of what completion saves, and of how long it keeps people waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.completion.suggest import Suggester
from bot.learning.character_model import CharacterModel
from bot.learning.load_model import load_model
from tests.learn.benchmarks.latency import measure_latency
from tests.learn.benchmarks.learn_bench import LearnBench, show_table
from tests.learn.benchmarks.typist import Line, Typing, choose_lines, complete_with, type_lines
from tests.learn.benchmarks.word_completion import complete_word

TYPING_COLUMNS = (
    "completion",
    "lines",
    "keys saved",
    "of words'",
    "whole lines",
    "rests of lines",
    "shown wrong per 100 keys",
)
LATENCY_COLUMNS = ("model", "request", "number", "p50 ms", "p95 ms")


def show_completion(bench: LearnBench) -> None:
    """Print what the models save a typist on held-out files, and how long they take."""
    models = {folder.name: load_model(folder) for folder in (bench.ngram, bench.lstm)}
    lines = choose_lines(bench.split.held_out)
    rows = list_typing_rows(models, lines)
    show_table("A typist writes a line of each held-out file", TYPING_COLUMNS, rows)
    show_table("How long a suggestion takes", LATENCY_COLUMNS, list_latency_rows(models, lines))


def list_typing_rows(
    models: Mapping[str, CharacterModel], lines: Sequence[Line]
) -> Iterator[Sequence[str]]:
    """List what each model saves the typist, as a share of keys and against what editors have."""
    words = type_lines(lines, complete_word)
    for name, model in models.items():
        typing = type_lines(lines, complete_with(Suggester(model)))
        yield name, *_describe(typing, words)
    yield "words of the open file", *_describe(words, words)


def _describe(typing: Typing, words: Typing) -> Sequence[str]:
    return (
        str(typing.lines),
        f"{typing.saved:.1%}",
        f"{typing.saved / words.saved:.2f}" if words.saved > 0 else "-",
        f"{typing.whole_lines / typing.lines:.1%}",
        f"{typing.rests / typing.lines:.1%}",
        f"{100 * typing.wrong_share:.1f}",
    )


def list_latency_rows(
    models: Mapping[str, CharacterModel], lines: Sequence[Line]
) -> Iterator[Sequence[str]]:
    """List how long suggestions take with each model: at the next key, and when a file opens."""
    for name, model in models.items():
        for request, latency in measure_latency(model, lines).items():
            figures = f"{latency.p50_ms:.1f}", f"{latency.p95_ms:.1f}"
            yield name, request, str(latency.count), *figures
