"""The counts behind every place of a text at once: by a table, or by the text read before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bot.corpus.alphabet import Codes
from bot.learning.ngram_keys import Hashes, hash_contexts, join_files, make_keys
from bot.learning.ngram_steps import Floats, Tally, sum_rows
from bot.learning.ngram_table import NgramTable, Places, mark_firsts


def tally_by_table(table: NgramTable, codes: Codes, orders: Sequence[int]) -> Iterator[Tally]:
    """Tally each place of a text by a table's counts, for each order in turn."""
    for contexts in _hash_places(codes, orders):
        unique, rows = np.unique(contexts, return_inverse=True)
        followers = table.list_followers(unique)
        size = len(unique)
        yield Tally(
            table.look_up(make_keys(contexts, codes)),
            sum_rows(followers.rows, followers.counts, size)[rows],
            sum_rows(followers.rows, followers.counts == 1, size)[rows],
            sum_rows(followers.rows, followers.counts == 2, size)[rows],
            sum_rows(followers.rows, followers.counts > 2, size)[rows],
        )


def tally_by_past(codes: Codes, orders: Sequence[int]) -> Iterator[Tally]:
    """Tally each place of a text by what was read before it, for each order in turn."""
    for contexts in _hash_places(codes, orders):
        own = _count_earlier(make_keys(contexts, codes))
        by_context = np.argsort(contexts, kind="stable")
        firsts = _find_firsts(contexts[by_context])
        changes = ((own == 0) * 1.0 - (own == 1), (own == 1) * 1.0 - (own == 2), (own == 2) * 1.0)
        ones, twos, more = (_sum_earlier(change, by_context, firsts) for change in changes)
        yield Tally(own, _count_earlier(contexts), ones, twos, more)


def _hash_places(codes: Codes, orders: Sequence[int]) -> Iterator[Hashes]:
    longest = orders[-1] if orders else 0
    for contexts in hash_contexts(join_files([codes], longest), orders):
        yield contexts[longest:]


def _count_earlier(values: Hashes) -> Floats:
    """Count, for each value, how often it stands before it."""
    ordered = np.argsort(values, kind="stable")
    return _sum_earlier(np.ones(len(values)), ordered, _find_firsts(values[ordered]))


def _find_firsts(ordered: Hashes) -> Places:
    """Find, for each place of ascending values, where its value stands first."""
    is_first = mark_firsts(ordered)
    firsts: Places = np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    return firsts


def _sum_earlier(amounts: Floats, ordered: Places, firsts: Places) -> Floats:
    """Sum what stands before each place and has the same value."""
    sums = np.cumsum(amounts[ordered]) - amounts[ordered]
    result = np.empty(len(amounts))
    result[ordered] = sums - sums[firsts]
    return result
