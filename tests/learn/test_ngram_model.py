"""The n-gram model: probabilities, what it learns from a corpus, and from the open file."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.corpus.alphabet import ALPHABET, encode_text
from bot.learning.measure_bits import measure_bits, measure_by_characters
from bot.learning.ngram_cache import LEEWAY, MOST_BEHIND, MOST_CHARACTERS, MOST_RECENT
from bot.learning.ngram_counts import CountLimits, count_corpus
from bot.learning.ngram_keys import hash_endings
from bot.learning.ngram_model import NgramModel, NgramState, make_cache_alone
from bot.learning.ngram_settings import CORPUS_STEPS, make_interpolation
from bot.learning.split_corpus import CorpusSplit, FileSpan, split_corpus
from tests.learn.python_sources import draw_source
from tests.learn.text_folder import write_texts

NOTHING = encode_text("")
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=60)


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> CorpusSplit:
    """Six small repositories, one of them held out."""
    files = {f"acme/{number}": [draw_source(number)] for number in range(6)}
    return split_corpus(write_texts(tmp_path_factory.mktemp("texts"), files))


@pytest.fixture(scope="module")
def model(split: CorpusSplit) -> NgramModel:
    """A model of them."""
    return learn(split)


def learn(split: CorpusSplit, *, with_cache: bool = True, **limits: int) -> NgramModel:
    """Learn from the split's files."""
    counted = count_corpus(split.training, tuple(CORPUS_STEPS), CountLimits(**limits), ignore)
    return NgramModel(counted, make_interpolation(with_cache=with_cache))


def ignore(share: float) -> None:
    """Take a report of how far it is."""


def read(model: NgramModel, text: str, after: str = "") -> NgramState:
    """Read a text from its beginning."""
    return model.read(model.begin(encode_text(after)), encode_text(text))


def probability(model: NgramModel, state: NgramState, character: str) -> float:
    """Compute how probable a character is next."""
    return float(2.0 ** -model.compute_bits([state])[0, ALPHABET.index(character)])


@settings(max_examples=30, deadline=None)
@given(before=TEXTS, after=TEXTS, beam=TEXTS)
def test_probabilities_sum_to_one(model: NgramModel, before: str, after: str, beam: str) -> None:
    """After any text, every character is possible and all together have a probability of one."""
    state = read(model, before, after)
    for code in encode_text(beam).tolist():
        (state,) = model.advance([state], [code])

    probabilities = 2.0 ** -model.compute_bits([state, model.begin(NOTHING)]).astype(float)

    assert np.all(probabilities > 0)
    assert np.allclose(1, probabilities.sum(axis=1), atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(text=st.lists(st.sampled_from(["name", "self.", "name = ", "\n    "]), max_size=30))
def test_reading_in_parts_is_reading_at_once(model: NgramModel, text: list[str]) -> None:
    """A text typed key by key foretells what it does when it is read at once."""
    typed = model.begin(NOTHING)
    for part in text:
        typed = model.read(typed, encode_text(part))

    assert np.array_equal(
        model.compute_bits([read(model, "".join(text))]), model.compute_bits([typed])
    )


def test_long_text_in_parts_is_the_same(model: NgramModel) -> None:
    """Where what was read lately is merged with the rest, nothing changes."""
    text = draw_source(77)
    state = model.begin(NOTHING)
    for start in range(0, len(text), 100):
        state = model.read(state, encode_text(text[start : start + 100]))

    assert len(text) > 2 * MOST_RECENT
    assert np.allclose(model.compute_bits([read(model, text)]), model.compute_bits([state]))


def test_long_file_is_not_counted_anew(model: NgramModel) -> None:
    """The key that has what was read lately merged takes a small part of opening the file."""
    text = encode_text("".join(draw_source(number) for number in range(40)))
    began = process_time()
    state = model.read(model.begin(NOTHING), text)
    opened_s = process_time() - began
    state = model.read(state, text[:MOST_RECENT])
    began = process_time()
    merged = model.read(state, text[MOST_RECENT : MOST_RECENT + 1])
    merged_s = process_time() - began

    assert merged.file is not None
    assert len(merged.file.recent_table.keys) == 0
    assert merged_s < opened_s / 3


def test_far_beginning_is_forgotten(model: NgramModel) -> None:
    """Of a file longer than the cache keeps, the farthest is dropped, a good deal at a time."""
    text = encode_text("x = 1\n" * (MOST_CHARACTERS // 6))
    state = model.begin(NOTHING)
    lengths = []
    for _part in range(3):
        state = model.read(state, text[: MOST_CHARACTERS // 2])
        lengths.append(len(state.file.text) if state.file else 0)

    assert 3 * len(text) // 2 > MOST_CHARACTERS + MOST_BEHIND + LEEWAY > lengths[2]


def test_whole_file_is_measured_as_character_by_character(
    model: NgramModel, split: CorpusSplit
) -> None:
    """The fast way through a file gives the same bits as asking before each character."""
    codes = split.held_out[0].read_codes()[:1500]

    (slowly,) = measure_by_characters(model, [codes])

    assert np.allclose(slowly, model.compute_text_bits(codes), atol=1e-4)


def test_batch_is_its_states(model: NgramModel) -> None:
    """States of several files asked together foretell what each does alone."""
    states = [read(model, "def load_invoice("), read(model, "import "), model.begin(NOTHING)]
    states += model.advance(states[:1], [ALPHABET.index("i")])

    alone = np.concatenate([model.compute_bits([state]) for state in states])

    assert np.allclose(alone, model.compute_bits(states), atol=1e-5)


def test_advancing_changes_no_state(model: NgramModel) -> None:
    """What a search tries leaves the state that it began from as it was."""
    state = read(model, "def ")
    before = model.compute_bits([state])
    model.advance([state], [ALPHABET.index("x")])
    model.read(state, encode_text("load_invoice(invoice)"))

    assert np.array_equal(before, model.compute_bits([state]))


def test_corpus_teaches(model: NgramModel, split: CorpusSplit) -> None:
    """A model of a corpus foretells held-out files better than the open file alone does."""
    alone = make_cache_alone(make_interpolation())

    learnt = measure_bits(model, split.held_out, 5000)

    assert learnt < 0.7 * measure_bits(alone, split.held_out, 5000) < 4


def test_longer_contexts_tell_more(split: CorpusSplit) -> None:
    """Twelve characters tell more than none do."""
    whole = learn(split, with_cache=False)
    steps = whole.interpolation.steps[:1]
    letters = NgramModel(whole.table, type(whole.interpolation)(steps))

    bits = measure_bits(letters, split.held_out, 5000)

    assert bits > 2 * measure_bits(whole, split.held_out, 5000)


def test_name_of_the_open_file_comes_back(model: NgramModel) -> None:
    """A name that no corpus has is foretold where the file has used it."""
    text = "quixotic_zebra = 1\nprint(quixotic_zebra)\n"

    assert probability(model, read(model, text + "x = quix"), "o") > 0.7
    assert probability(model, read(model, "x = quix"), "o") < 0.2


def test_text_behind_the_place_is_learnt_from(model: NgramModel) -> None:
    """A name that stands behind the place is foretold before it."""
    state = read(model, "x = quix", after="print(quixotic_zebra)\n")

    assert probability(model, state, "o") > 0.5


def test_model_without_corpus_knows_the_open_file() -> None:
    """With no corpus, what was read is all that is known, and enough for a name."""
    alone = make_cache_alone(make_interpolation())

    assert probability(alone, read(alone, "total = 0\ntotal"), " ") > 0.5
    assert probability(alone, alone.begin(NOTHING), "a") == pytest.approx(0.01)


def test_large_file_opens_at_once_and_is_typed_in(model: NgramModel) -> None:
    """A file of 5,000 lines is read in well under a second, and one more key in no time."""
    codes = encode_text("".join(draw_source(seed, 50) for seed in range(18)))[:175_000]
    began = process_time()
    state = model.read(model.begin(NOTHING), codes)
    opened_s = process_time() - began
    typed = model.read(state, codes[:1])

    assert len(codes) == 175_000
    assert opened_s < 1  # it takes a fifth of it where nothing else runs
    assert (typed.file and typed.file.table) is (state.file and state.file.table)


def test_memory_for_counting_changes_nothing(split: CorpusSplit, model: NgramModel) -> None:
    """Many passes within little memory count what one pass does."""
    shares: list[float] = []
    limits = CountLimits(work_bytes=100_000)
    table = count_corpus(split.training, tuple(CORPUS_STEPS), limits, shares.append)

    assert len(shares) > 5
    assert (sorted(shares), 1.0) == (shares, shares[-1])
    assert np.array_equal(model.table.keys, table.keys)
    assert np.array_equal(model.table.counts, table.counts)


def test_table_keeps_to_its_size(split: CorpusSplit, model: NgramModel) -> None:
    """A model that must be small leaves rare n-grams out, and still knows the common ones."""
    small = learn(split, most_ngrams=len(model.table.keys) // 3)

    assert 3 * len(small.table.keys) <= len(model.table.keys)
    assert measure_bits(small, split.held_out, 5000) < 1.3 * measure_bits(
        model, split.held_out, 5000
    )


def test_corpus_is_cut_at_its_most_characters(split: CorpusSplit) -> None:
    """No more files are counted than are allowed, but one at least."""
    less = learn(split, most_characters=1)

    assert 0 < len(less.table.keys) < len(learn(split).table.keys) / 2


def test_counts_are_exact(tmp_path: Path) -> None:
    """The longest order counts sightings; a shorter one, characters that came before."""
    (text,) = write_texts(tmp_path, {"acme/site": ["abab", "cb"]})
    spans = [FileSpan(text, 0, 4), FileSpan(text, 4, 6)]

    # b comes behind a and c; a behind the file's beginning and b; c behind its file's beginning.
    assert {"a": 2, "b": 3, "c": 1} == count_behind_nothing(spans, (0,))
    assert {"a": 2, "b": 2, "c": 1} == count_behind_nothing(spans, (0, 1))


def count_behind_nothing(spans: list[FileSpan], orders: tuple[int, ...]) -> dict[str, int]:
    """Count what follows the context of no characters."""
    table = count_corpus(spans, orders, CountLimits(), ignore)
    followers = table.list_followers(hash_endings(np.zeros((1, 1), np.uint8), np.array([0]))[0])
    counted = zip(followers.codes.tolist(), followers.counts.tolist(), strict=True)
    return {ALPHABET[code]: count for code, count in counted}
