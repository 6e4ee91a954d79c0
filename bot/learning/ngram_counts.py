"""Count the n-grams of a corpus in passes over its files, within a bound of memory.

A pass counts the contexts whose hashes fall into one slice of all hashes, in full: so nothing is
lost on the way, and the slices stand one after the other in the table. Below the longest order the
counts are those of Kneser and Ney: before how many different characters an n-gram was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes
from bot.learning.ngram_keys import (
    CODE_BITS,
    HASH_BITS,
    OUTSIDE,
    Hashes,
    hash_contexts,
    join_files,
    make_keys,
)
from bot.learning.ngram_table import NgramTable, count_ordered, make_table
from bot.learning.split_corpus import FileSpan

BATCH_CHARACTERS = 1 << 16  # what is hashed at a time: it fits the processor's cache
PIECE_CHARACTERS = 1 << 20  # a longer file is counted in pieces of it
BYTES_A_KEY = 12  # while they are collected, sorted and counted
# What is left out of a table that grows too large, step by step: n-grams with a count below the
# first number, at orders from the second. Measured: (2, 8) costs 0.015 bits, (2, 4) costs 0.05.
PRUNINGS = ((1, 0), (2, 10), (2, 8), (2, 6), (2, 4), (3, 8), (3, 4), (5, 4), (9, 4), (17, 3))

Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class CountLimits:
    """How much is counted, kept, and held in memory at a time."""

    most_characters: int = 64_000_000
    most_ngrams: int = 24_000_000  # of ten bytes each, in the file and in memory
    work_bytes: int = 768 << 20


def count_corpus(
    spans: Sequence[FileSpan], orders: Sequence[int], limits: CountLimits, report: Report
) -> NgramTable:
    """Count the n-grams of the orders in the files; `report` hears which share is done."""
    chosen = _choose_spans(spans, limits.most_characters)
    characters = sum(span.characters for span in chosen)
    work = characters * len(orders) * BYTES_A_KEY
    slices = max(1, -(-work // limits.work_bytes))
    parts = []
    pruning = None
    for number in range(slices):
        counted = _count_slice(chosen, orders, _bound_slice(number, slices))
        if pruning is None:  # hashes are even, so one slice tells of all
            pruning = _choose_pruning(counted, limits.most_ngrams // slices)
        parts.append(_join_orders(counted, pruning))
        report((number + 1) / slices)
    keys = np.concatenate([part.keys for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    return NgramTable(keys, counts)


def _choose_spans(spans: Sequence[FileSpan], most: int) -> list[FileSpan]:
    """Choose files by their hashes until there are enough characters: the same ones each time."""
    chosen: list[FileSpan] = []
    characters = 0
    for span in sorted(spans, key=_hash_span):
        characters += span.characters
        if characters > most and chosen:
            break
        chosen.append(span)
    return sorted(chosen, key=lambda span: (span.text.name, span.start))


def _hash_span(span: FileSpan) -> bytes:
    return blake2b(f"{span.text.name}:{span.start}".encode(), digest_size=8).digest()


def _bound_slice(number: int, slices: int) -> tuple[np.uint64, np.uint64]:
    whole = 1 << HASH_BITS
    return np.uint64(whole * number // slices), np.uint64(whole * (number + 1) // slices)


Counted = list[tuple[int, NgramTable]]


def _count_slice(
    spans: Sequence[FileSpan], orders: Sequence[int], bounds: tuple[np.uint64, np.uint64]
) -> Counted:
    """Count the n-grams whose contexts lie within the bounds, order by order."""
    collected: list[list[Hashes]] = [[] for _order in orders]
    for codes in _read_batches(spans, orders[-1] + 1):
        hashes = hash_contexts(codes, orders)
        for order, contexts, sightings in zip(orders, hashes, collected, strict=True):
            sightings.append(_list_sightings(codes, contexts, order, bounds))
    counted: Counted = []
    for order, sightings in zip(orders, collected, strict=True):
        ordered = np.sort(np.concatenate(sightings))
        sightings.clear()
        counted.append((order, _count_order(ordered, longest=order == orders[-1])))
    return counted


def _list_sightings(
    codes: Codes, contexts: Hashes, order: int, bounds: tuple[np.uint64, np.uint64]
) -> Hashes:
    """List each sighting of an n-gram: its key, and the character before its context."""
    wanted = (contexts >= bounds[0]) & (contexts < bounds[1]) & (codes != OUTSIDE)
    places = np.flatnonzero(wanted)  # each has more than `order` characters before it
    return make_keys(make_keys(contexts[places], codes[places]), codes[places - order - 1])


def _count_order(sightings: Hashes, *, longest: bool) -> NgramTable:
    if not longest:
        sightings, _counts = count_ordered(sightings)  # each character before counts once
    return make_table(*count_ordered(sightings >> CODE_BITS))


def _choose_pruning(counted: Counted, most: int) -> tuple[int, int]:
    for pruning in PRUNINGS:
        kept = sum(_keep(table, order, pruning).sum() for order, table in counted)
        if kept <= most:
            break
    return pruning


def _keep(table: NgramTable, order: int, pruning: tuple[int, int]) -> NDArray[np.bool_]:
    fewest, first_order = pruning
    return table.counts >= (fewest if order >= first_order else 1)


def _join_orders(counted: Counted, pruning: tuple[int, int]) -> NgramTable:
    kept = [(table, _keep(table, order, pruning)) for order, table in counted]
    keys = np.concatenate([table.keys[mask] for table, mask in kept])
    counts = np.concatenate([table.counts[mask] for table, mask in kept])
    ordered = np.argsort(keys)
    return NgramTable(keys[ordered], counts[ordered])


def _read_batches(spans: Sequence[FileSpan], longest: int) -> Iterator[Codes]:
    """Read the files in batches, OUTSIDE between them."""
    batch: list[Codes] = []
    characters = 0
    for span in spans:
        codes = span.read_codes()
        for start in range(0, len(codes), PIECE_CHARACTERS):
            batch.append(np.asarray(codes[start : start + PIECE_CHARACTERS]))
            characters += len(batch[-1])
        if characters >= BATCH_CHARACTERS:
            yield join_files(batch, longest)
            batch, characters = [], 0
    if batch:
        yield join_files(batch, longest)
