"""Rank the test files: those that exercise the files and definitions that a request is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bot.search.bm25 import Floats, TermScores, score_terms, sum_scores
from bot.search.commit_index import CommitIndex
from bot.search.past_commits import tail_of
from bot.search.path_mentions import find_mentions
from bot.search.query_match import QueryMatch
from bot.search.signals import (
    count_shared_folders,
    mark_files,
    stem_of,
    subject_of,
    sum_evidence,
    top_indices,
    weigh_commits,
)
from bot.search.terms import Query, split_word
from bot.values import SearchHit

BEST_FILES = 8  # files of code whose tests are wanted
SHARE_POWER = 2  # makes the best file count by far the most
BEST_NAMES = 12  # definitions whose names are looked for in the tests
FOLDER_SHARE = 0.5  # what a test named after a file's folder counts of one named after the file
MAX_NAMES = 3  # told as a reason

Shares = Mapping[int, float]


def score_test_signals(
    index: CommitIndex,
    query: Query,
    match: QueryMatch,
    file_scores: Floats,
    names: Mapping[str, TermScores],
) -> dict[str, Floats]:
    """Score each test file by each signal of TEST_WEIGHTS in weights.py.

    `names` are what `score_names` gave of the best definitions.
    """
    size = len(index.tests.paths)
    shares = _share_scores(file_scores)
    evidence = weigh_commits(match.commit_scores, index.commits, index.tests.resolver)
    return {
        "words": match.tests.sum_words(),
        "path": match.tests.sum_paths(),
        "mentions": mark_files(find_mentions(index.tests.paths, query.paths), size),
        "named": _score_subjects(index, shares),
        "references": sum_scores(names, size),
        "history": _score_history(index, shares),
        "commits": sum_evidence(evidence, size),
    }


def score_names(index: CommitIndex, definitions: Sequence[SearchHit]) -> dict[str, TermScores]:
    """Score the test files by the names of the best definitions in them, for each name."""
    terms: dict[str, str] = {}
    weights: dict[str, float] = {}
    for rank, hit in enumerate(definitions[:BEST_NAMES]):
        name = hit.name.rpartition(".")[2]
        for term in split_word(name)[-1:]:  # the whole name, where it has several parts
            terms.setdefault(term, name)
            weights.setdefault(term, 1 / (1 + rank) ** 0.5)
    matches = index.tests.chunks.match(weights)
    by_file = matches.group_by(index.tests.chunk_files, len(index.tests.paths))
    return {terms[term]: scores for term, scores in score_terms(by_file, weights).items()}


def explain_test(file: int, names: Mapping[str, TermScores]) -> tuple[str, ...]:
    """Say which of the definitions' names stand in a test file."""
    held = [name for name, (files, _) in names.items() if file in files]
    return (f"names {', '.join(held[:MAX_NAMES])}",) if held else ()


def _share_scores(file_scores: Floats) -> Shares:
    """Return the best files with their share of the best score, which counts more than linearly."""
    best = top_indices(file_scores, BEST_FILES)
    return {file: float(file_scores[file] / file_scores[best[0]]) ** SHARE_POWER for file in best}


def _score_subjects(index: CommitIndex, shares: Shares) -> Floats:
    """Score the tests that are named after the best files, or their folders; near ones more."""
    scores = np.zeros(len(index.tests.paths))
    subjects = [subject_of(path) for path in index.tests.paths]
    for file, share in shares.items():
        path = index.code.paths[file]
        folder = path.rpartition("/")[0].rpartition("/")[2].lower()
        weights = {folder: FOLDER_SHARE * share, stem_of(path): share}
        for test, subject in enumerate(subjects):
            if subject in weights:
                shared = count_shared_folders(index.tests.paths[test], path)
                scores[test] = max(scores[test], weights[subject] * (1 + shared) / (2 + shared))
    return scores


def _score_history(index: CommitIndex, shares: Shares) -> Floats:
    """Score the tests by the commits that changed them together with the best files."""
    scores = np.zeros(len(index.tests.paths))
    resolver = index.tests.resolver
    for weight, paths in _weigh_changes(index, shares):
        changed = resolver.resolve(paths)
        scores[changed] += weight / max(1, len(changed)) ** 0.5
    return scores


def _weigh_changes(index: CommitIndex, shares: Shares) -> Iterator[tuple[float, Sequence[str]]]:
    """Weigh the commits that changed one of the best files, by what their paths end in."""
    names = {f"={tail_of(index.code.paths[file])}": share for file, share in shares.items()}
    weights = np.zeros(len(index.commits.shas))
    for name, (commits, counts) in index.history.names.match(names).terms.items():
        weights[commits] += names[name] * counts
    changed = np.flatnonzero(weights).tolist()
    for number, commit in index.commits.load(changed).items():
        yield float(weights[number]), commit.paths
