"""Learn the n-gram model: count a corpus, judge by what was held out, write the model's folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from bot.learning.measure_bits import JUDGED_CHARACTERS, measure_bits, take_files
from bot.learning.model_card import ModelCard, list_corpus_parts, write_card
from bot.learning.model_folder import replace_model
from bot.learning.model_readme import render_readme
from bot.learning.ngram_counts import CountLimits, Report, count_corpus
from bot.learning.ngram_file import write_ngram_file
from bot.learning.ngram_model import NgramModel
from bot.learning.ngram_settings import CACHE_STEPS, CORPUS_STEPS, make_interpolation
from bot.learning.split_corpus import CorpusSplit

ABOUT = (
    "It counts which character follows which others, up to twelve of them, in its corpus, and up "
    "to thirty-two in the file that is open, and interpolates (modified Kneser-Ney discounts). The "
    "open file is counted anew each time; nothing of it is kept."
)


@dataclass(frozen=True, slots=True)
class LearntNgram:
    """A model, and what it was measured at."""

    model: NgramModel
    characters_a_second: float


def learn_ngram(
    split: CorpusSplit,
    folder: Path,
    limits: CountLimits | None = None,
    report: Report = lambda _: None,
) -> ModelCard:
    """Learn the model from a corpus and write it, its card and its README into a folder.

    `report` hears which share of the counting is done. A model that stood in the folder stays
    until the new one is whole.
    """
    limits = limits or CountLimits()
    learnt = count_ngrams(split, limits, report)
    card = _make_card(learnt, split, limits)
    with replace_model(folder) as draft:
        write_ngram_file(draft, learnt.model.table, learnt.model.interpolation)
        (draft / "README.md").write_text(render_readme(card, "n-gram model", ABOUT), "utf-8")
        write_card(card, draft)
    return card


def count_ngrams(split: CorpusSplit, limits: CountLimits, report: Report) -> LearntNgram:
    """Count the n-grams of the files to learn from."""
    began = monotonic()
    table = count_corpus(split.training, tuple(CORPUS_STEPS), limits, report)
    characters = sum(span.characters for span in split.training)
    rate = min(characters, limits.most_characters) / max(monotonic() - began, 1e-6)
    return LearntNgram(NgramModel(table, make_interpolation()), rate)


def _make_card(learnt: LearntNgram, split: CorpusSplit, limits: CountLimits) -> ModelCard:
    model = learnt.model
    without_cache = NgramModel(model.table, make_interpolation(with_cache=False))
    judged = take_files(split.held_out, JUDGED_CHARACTERS)
    return ModelCard(
        kind="ngram",
        held_out_bits=measure_bits(model, split.held_out, JUDGED_CHARACTERS),
        held_out_by=split.by,
        held_out_characters=sum(map(len, judged)),
        made_at=datetime.now(UTC),
        corpus=list_corpus_parts(split),
        settings={
            "orders": " ".join(map(str, CORPUS_STEPS)),
            "cache_orders": " ".join(map(str, CACHE_STEPS)),
            **asdict(limits),
        },
        figures={
            "bits_without_cache": measure_bits(without_cache, split.held_out, JUDGED_CHARACTERS),
            "characters_a_second": round(learnt.characters_a_second),
            "ngrams": len(model.table.keys),
        },
    )
