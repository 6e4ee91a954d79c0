"""The cache of the open file: what its own text says of the character that comes next.

Names that a file uses are used in it again, so its own counts weigh more than a corpus's. They are
kept in two tables: one of the text up to a place, and a small one of what was read since, which is
made anew with every key that somebody presses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.corpus.alphabet import Codes
from bot.learning.ngram_keys import OUTSIDE, Hashes, hash_contexts, make_keys
from bot.learning.ngram_table import Followers, NgramTable, count_keys, make_table, merge_tables

MOST_CHARACTERS = 1 << 18  # of the text before: 7,000 lines, of which the nearest are kept
MOST_BEHIND = 1 << 16
MOST_RECENT = 512  # then both tables become one
LEEWAY = 1 << 15  # what is farthest is forgotten once so much of it is too much: that counts anew


@dataclass(frozen=True, slots=True, eq=False)
class FileCache:
    """A file as far as it was read. Nothing changes it: reading on makes another."""

    orders: tuple[int, ...]
    text: Codes  # what `table` has counted
    table: NgramTable
    recent: Codes  # read since, behind as many characters before as the longest order
    recent_table: NgramTable

    def read(self, codes: Codes) -> FileCache:
        """Read further text."""
        recent = np.concatenate([self.recent, codes])
        longest = self.orders[-1]
        recent_table = _count_text(recent, longest, self.orders)
        if len(recent) - longest <= MOST_RECENT:
            return FileCache(self.orders, self.text, self.table, recent, recent_table)
        text = np.concatenate([self.text, recent[longest:]])
        most = MOST_CHARACTERS + MOST_BEHIND + 2 * longest
        if len(text) > most + LEEWAY:
            return _open_text(text[-most:], self.orders)
        return _begin_recent(text, self.orders, merge_tables(self.table, recent_table))

    def list_followers(self, contexts: Hashes) -> list[Followers]:
        """List what followed each of several contexts in the file, table by table."""
        tables = (self.table, self.recent_table)
        return [table.list_followers(contexts) for table in tables if len(table.keys)]


def open_file(after: Codes, orders: tuple[int, ...]) -> FileCache:
    """Open a file of which nothing was read yet, but what stands behind the place."""
    outside = np.full(orders[-1], OUTSIDE, np.uint8)
    return _open_text(np.concatenate([outside, after[:MOST_BEHIND], outside]), orders)


def _open_text(text: Codes, orders: tuple[int, ...]) -> FileCache:
    return _begin_recent(text, orders, _count_text(text, orders[-1], orders))


def _begin_recent(text: Codes, orders: tuple[int, ...], table: NgramTable) -> FileCache:
    recent = text[len(text) - orders[-1] :]
    return FileCache(orders, text, table, recent, make_table(*count_keys(np.zeros(0, np.uint64))))


def _count_text(text: Codes, start: int, orders: Sequence[int]) -> NgramTable:
    """Count the n-grams of a text that end at its place `start` or behind."""
    counted = text[start:]
    wanted = counted != OUTSIDE
    hashes = hash_contexts(text, orders)
    keys = [make_keys(contexts[start:][wanted], counted[wanted]) for contexts in hashes]
    return make_table(*count_keys(np.concatenate(keys)))
