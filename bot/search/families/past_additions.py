"""Find the commits in which files first appeared, and what similar requests added before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.search.commit_index import CommitIndex
from bot.search.past_commits import WIDE_COMMIT_FILES, tail_of
from bot.search.query_match import score_commits
from bot.search.signals import top_indices
from bot.search.terms import Query

SIMILAR_COMMITS = 40


@dataclass(frozen=True, slots=True)
class PastAddition:
    """A past commit like the request, and files that first appeared in it; shares sum up to 1."""

    number: int
    share: float
    paths: tuple[str, ...]
    changed: tuple[str, ...] = ()


def find_first_commits(index: CommitIndex, paths: Iterable[str]) -> dict[str, int]:
    """Find the oldest commit that is known to have changed each file, by its number."""
    tails = {f"={tail_of(path)}": path for path in paths}
    matches = index.history.names.match(tails)
    return {tails[tail]: int(numbers.max()) for tail, (numbers, _) in matches.terms.items()}


def find_past_additions(index: CommitIndex, query: Query) -> list[PastAddition]:
    """Find the commits most like the request, with what each of them added."""
    scores = score_commits(index, query)
    best = scores.max(initial=0)
    numbers = top_indices(scores, SIMILAR_COMMITS)
    weights = {number: float(scores[number] / best) ** 2 for number in numbers}
    total = sum(weights.values()) or 1.0
    commits = index.commits.load(numbers)
    narrow = {n: c for n, c in commits.items() if len(c.paths) <= WIDE_COMMIT_FILES}
    first = find_first_commits(index, {path for c in narrow.values() for path in c.paths})
    additions = []
    for number, commit in narrow.items():
        new_paths = tuple(path for path in commit.paths if first.get(path) == number)
        share = weights[number] / total
        additions.append(PastAddition(number, share, new_paths, commit.paths))
    return additions
