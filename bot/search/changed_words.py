"""Tell by the diffs of past commits which words stand where they changed a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from bot.search.diff_excerpt import split_hunks
from bot.search.past_commits import tail_of
from bot.search.terms import WORD

# How much each word stands for each file, at most 1, by the end of its path and the word.
ChangedWords = Mapping[tuple[str, str], float]


def weigh_changed_words(diffs: Iterable[tuple[float, str]]) -> ChangedWords:
    """Sum up the weights of the diffs, each shared among its files, that hold each word."""
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for weight, diff in diffs:
        hunks = split_hunks(diff)
        for path, texts in hunks.items():
            tail = tail_of(path)
            for word in set(WORD.findall("\n".join(texts))):
                weights[tail, word] += weight / len(hunks) ** 0.5
    most = max(weights.values(), default=1.0)
    return {key: weight / most for key, weight in weights.items()}
