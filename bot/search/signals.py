"""Score files by one signal each: a matching definition, a rare name, a similar commit, a test."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.bm25 import Floats, Indices, sum_by_index
from bot.search.file_index import FileIndex
from bot.search.past_commits import WIDE_COMMIT_FILES, PastCommits, PathResolver

BEST_CHUNK_WEIGHTS = (1.0, 0.5, 0.25)
RARE_NAME_FILES = 8  # a name that more files define says nothing of any
BEST_COMMITS = 100
COMMIT_POWER = 5  # makes the best commit count by far the most
COMMITS_TO_HALF = 1_000  # a commit so far back counts half as much: the code has moved on
BEST_TESTS = 10
TEST_AFFIX = re.compile(r"^tests?[_-]|[_.-](tests?|spec|test-d)$|(Tests?|Spec|IT)$")


def score_best_chunks(chunk_scores: Floats, chunk_files: Indices, size: int) -> Floats:
    """Score each file by its three best chunks.

    Much of the request in one place is worth more than a little everywhere.
    """
    matching = np.flatnonzero(chunk_scores)
    order = matching[np.lexsort((-chunk_scores[matching], chunk_files[matching]))]
    firsts = np.flatnonzero(np.diff(chunk_files[order], prepend=-1))
    counts = np.diff(np.append(firsts, len(order)))
    rank = np.arange(len(order)) - np.repeat(firsts, counts)
    is_best = rank < len(BEST_CHUNK_WEIGHTS)
    best = order[is_best]
    weighted = chunk_scores[best] * np.array(BEST_CHUNK_WEIGHTS)[rank[is_best]]
    return sum_by_index(chunk_files[best], weighted, size)


def find_rare_names(index: FileIndex, names: Iterable[str]) -> dict[str, Indices]:
    """Find those of the names that few files define, with these files."""
    matches = index.names.match(f"={name}" for name in sorted(names))
    return {
        term.removeprefix("="): files
        for term, (files, _) in matches.terms.items()
        if len(files) <= RARE_NAME_FILES
    }


def score_rare_names(files_by_name: Mapping[str, Indices], size: int) -> Floats:
    """Score files by the rare names that they define; each name is shared among its files."""
    scores = np.zeros(size)
    for files in files_by_name.values():
        scores[files] += 1 / len(files)
    return scores


def mark_files(files: Iterable[int], size: int) -> Floats:
    """Score these files 1, all others 0."""
    scores = np.zeros(size)
    scores[list(files)] = 1
    return scores


def number_folders(paths: Sequence[str]) -> tuple[Indices, int]:
    """Number the folders of the paths; return the number of each path's folder, and their count."""
    numbers: dict[str, int] = {}
    folders = [numbers.setdefault(path.rpartition("/")[0], len(numbers)) for path in paths]
    return np.array(folders, dtype=np.int64), len(numbers)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence for files: the index of a commit or test, its weight, and the files it points to."""

    index: int
    weight: float
    files: Sequence[int]


def sum_evidence(evidence: Iterable[Evidence], size: int) -> Floats:
    """Score files by the evidence for them; each piece is shared among its files."""
    scores = np.zeros(size)
    for piece in evidence:
        for file in piece.files:
            scores[file] += piece.weight / len(piece.files) ** 0.5
    return scores


def weigh_commits(
    commit_scores: Floats, commits: PastCommits, resolver: PathResolver
) -> list[Evidence]:
    """Take the commits whose messages match the request as evidence for the files they changed."""
    best_score = commit_scores.max(initial=0)
    evidence = []
    for index, commit in commits.load(top_indices(commit_scores, BEST_COMMITS)).items():
        changed = commit.paths
        if len(changed) <= WIDE_COMMIT_FILES:
            share = float(commit_scores[index] / best_score)
            weight = share**COMMIT_POWER / (1 + index / COMMITS_TO_HALF)
            evidence.append(Evidence(index, weight, resolver.resolve(changed)))
    return evidence


def weigh_tests(test_scores: Floats, tests: Sequence[str], paths: Sequence[str]) -> list[Evidence]:
    """Take the tests that match the request as evidence for the files they are named after."""
    files_by_stem: defaultdict[str, list[int]] = defaultdict(list)
    for number, path in enumerate(paths):
        files_by_stem[stem_of(path)].append(number)
    evidence = []
    for index in top_indices(test_scores, BEST_TESTS):
        files = files_by_stem.get(subject_of(tests[index]), ())
        nearest = _pick_nearest(tests[index], files, paths)
        evidence.append(Evidence(index, float(test_scores[index]), nearest))
    return evidence


def stem_of(path: str) -> str:
    """Return the name of a file without any suffix, in small letters."""
    return path.rpartition("/")[2].partition(".")[0].lower()


def subject_of(test: str) -> str:
    """Return what a test is about, by its name.

    `test_cart.py`, `cart.spec.ts` and `CartTest.java` are about "cart".
    """
    name = test.rpartition("/")[2]
    stem = re.sub(r"\.(test|spec|test-d)$", "", name.rpartition(".")[0])
    return TEST_AFFIX.sub("", stem.split(".")[0]).lower()


def _pick_nearest(test: str, files: Sequence[int], paths: Sequence[str]) -> list[int]:
    shared = [count_shared_folders(test, paths[file]) for file in files]
    return [file for file, count in zip(files, shared, strict=True) if count == max(shared)]


def count_shared_folders(path: str, other_path: str) -> int:
    """Count the folders that lead to both."""
    pairs = zip(path.split("/")[:-1], other_path.split("/")[:-1], strict=False)
    count = 0
    for folder, other_folder in pairs:
        if folder != other_folder:
            break
        count += 1
    return count


def top_indices(values: Floats, top: int) -> list[int]:
    """Return the indices of the highest values, best first; zeros are left out."""
    nonzero = np.flatnonzero(values)
    order = nonzero[np.argsort(-values[nonzero], kind="stable")]
    return [int(index) for index in order[:top]]
