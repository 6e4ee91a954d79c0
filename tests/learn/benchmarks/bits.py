"""Bits per character on held-out repositories: the models, and compressors as floors."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console

from bot.corpus.alphabet import Codes
from bot.learning.load_model import load_model
from bot.learning.measure_bits import JUDGED_CHARACTERS, measure_bits, take_files
from bot.learning.model_card import read_card
from bot.learning.ngram_model import NgramModel, make_cache_alone
from bot.learning.ngram_settings import make_interpolation
from bot.learning.split_corpus import CorpusSplit
from bot.text.amounts import count_noun
from tests.learn.benchmarks.learn_bench import LearnBench, show_table

XZ_DICTIONARY = 64 << 20  # of the corpus, the most that xz -9 looks back
GZIP_DICTIONARY = 1 << 15

Compress = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, in bits per character, and how."""

    what: str
    bits: float
    how: str


def show_bits(bench: LearnBench) -> None:
    """Print the bits of all, and which model wins."""
    models = list(measure_models(bench))
    floors = list(measure_compressors(bench.split))
    least = floors[1].bits
    rows = [
        (each.what, f"{each.bits:.3f}", f"{each.bits / least:.2f}", each.how)
        for each in [*models, *floors]
    ]
    held = sorted({span.text.name for span in bench.split.held_out})
    counted = count_noun(len(held), "held-out repository", "held-out repositories")
    shown = ", ".join(held[:6]) + (", ..." if len(held) > 6 else "")
    show_table(
        f"Bits per character on {counted} ({shown})",
        ("what", "bits", "of xz -9e", "how"),
        iter(rows),
    )
    best, *others = sorted(models, key=lambda each: each.bits)
    Console().print(
        f"{best.what} wins with {best.bits:.3f} bits per character; next is {others[0].what}, "
        f"with {others[0].bits:.3f}.\n"
    )


def measure_models(bench: LearnBench) -> list[Measured]:
    """Measure each model on the same characters, those that its card is about."""
    split, card = bench.split, read_card(bench.ngram)
    model = load_model(bench.ngram)
    assert isinstance(model, NgramModel)
    corpus_alone = NgramModel(model.table, make_interpolation(with_cache=False))
    cache_alone = make_cache_alone(make_interpolation())
    lstm = read_card(bench.lstm)
    learnt = f"{sum(part.characters for part in card.corpus if not part.held_out):,} characters"
    return [
        Measured("n-gram with cache", card.held_out_bits, f"of {learnt}, and the file so far"),
        Measured("n-gram", measure(corpus_alone, split), f"of {learnt}"),
        Measured(
            "LSTM small",
            lstm.held_out_bits,
            f"{lstm.figures['minutes']:g} minutes, {lstm.figures['characters_read']:,.0f} characters",
        ),
        Measured("cache alone", measure(cache_alone, split), "of the file so far"),
    ]


def measure(model: NgramModel, split: CorpusSplit) -> float:
    """Measure a model on the held-out files."""
    return measure_bits(model, split.held_out, JUDGED_CHARACTERS)


def measure_compressors(split: CorpusSplit) -> list[Measured]:
    """Measure gzip and xz: file by file, and with what was learnt from as a dictionary."""
    files = [codes.tobytes() for codes in take_files(split.held_out, JUDGED_CHARACTERS)]
    learnt = read_corpus_end(split, XZ_DICTIONARY)
    together = b"".join(files)
    beyond = len(press_xz(learnt + together)) - len(press_xz(learnt))
    with_dictionary = [press_gzip(content, learnt[-GZIP_DICTIONARY:]) for content in files]
    return [
        Measured("gzip -9", count_bits(map(press_gzip, files), files), "each file by itself"),
        Measured("xz -9e", count_bits(map(press_xz, files), files), "each file by itself"),
        Measured("gzip -9", count_bits(with_dictionary, files), "behind 32 KiB of the corpus"),
        Measured(
            "xz -9e",
            8 * beyond / len(together),
            f"all files as one, behind {len(learnt):,} characters of the corpus",
        ),
    ]


def count_bits(compressed: Sequence[bytes] | map[bytes], files: Sequence[bytes]) -> float:
    """Count the bits per character of compressed files."""
    return 8 * sum(map(len, compressed)) / sum(map(len, files))


def press_gzip(content: bytes, dictionary: bytes = b"") -> bytes:
    """Compress as gzip -9 does, without the name and the sums that a file has."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return press.compress(content) + press.flush()


def press_xz(content: bytes) -> bytes:
    """Compress as xz -9e does, without the frame of a file."""
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
    return lzma.compress(content, lzma.FORMAT_RAW, filters=chain)


def read_corpus_end(split: CorpusSplit, most: int) -> bytes:
    """Read the end of what is learnt from, at most so many characters."""
    parts: list[Codes] = []
    for span in reversed(split.training):
        if sum(map(len, parts)) >= most:
            break
        parts.append(span.read_codes())
    return b"".join(part.tobytes() for part in reversed(parts))[-most:]
