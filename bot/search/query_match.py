"""Match a query against a commit's index; files are scored, and reasons given, from the match."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.bm25 import (
    Floats,
    Indices,
    TermMatches,
    TermScores,
    score_documents,
    score_terms,
    sum_scores,
)
from bot.search.commit_index import CommitIndex
from bot.search.file_index import FileIndex
from bot.search.path_mentions import find_mentions
from bot.search.signals import (
    Evidence,
    find_rare_names,
    mark_files,
    number_folders,
    score_best_chunks,
    score_rare_names,
    sum_evidence,
    weigh_commits,
    weigh_tests,
)
from bot.search.terms import Query

CHUNK_B = 0.5  # a long definition is penalized less than a long document
FILE_K1 = 2.0  # in a whole file the tenth mention still counts


@dataclass(frozen=True, slots=True)
class IndexMatch:
    """The files and chunks of an index that a query matches."""

    index: FileIndex
    chunk_scores: Floats
    word_scores: Mapping[str, TermScores]  # over files, by their words
    path_scores: Mapping[str, TermScores]  # over files, by their paths
    file_matches: TermMatches

    def sum_words(self) -> Floats:
        """Score each file by its words."""
        return sum_scores(self.word_scores, len(self.index.paths))

    def sum_paths(self) -> Floats:
        """Score each file by its path."""
        return sum_scores(self.path_scores, len(self.index.paths))

    def sum_all(self) -> Floats:
        """Score each file by its words and its path: all there is of files that are not code."""
        return self.sum_words() + self.sum_paths()


@dataclass(frozen=True, slots=True)
class QueryMatch:
    """All that a query matches in a commit and its history."""

    code: IndexMatch
    folder_scores: Floats  # of each file of code, by the words of all files in its folder
    tests: IndexMatch
    rare_names: Mapping[str, Indices]
    mentions: Mapping[int, str]
    commit_scores: Floats
    commit_evidence: Sequence[Evidence]
    test_evidence: Sequence[Evidence]

    def score_signals(self) -> dict[str, Floats]:
        """Score each file of code by each signal of weights.py.

        Where a file lies counts only for one that something else speaks for.
        """
        size = len(self.code.index.paths)
        own = {
            "file": self.code.sum_words(),
            "chunk": score_best_chunks(self.code.chunk_scores, self.code.index.chunk_files, size),
            "path": self.code.sum_paths(),
            "rare": score_rare_names(self.rare_names, size),
            "commits": sum_evidence(self.commit_evidence, size),
            "tests": sum_evidence(self.test_evidence, size),
            "mentions": mark_files(self.mentions, size),
        }
        has_own = np.any([scores > 0 for scores in own.values()], axis=0)
        return {**own, "folder": self.folder_scores * has_own}


def match_query(index: CommitIndex, query: Query) -> QueryMatch:
    """Match a query against a commit."""
    paths = index.code.paths
    tests = match_index(index.tests, query)
    test_scores = tests.sum_all()
    commit_scores = score_commits(index, query)
    code = match_index(index.code, query)
    return QueryMatch(
        code,
        score_folders(code, query),
        tests,
        find_rare_names(index.code, query.names),
        find_mentions(paths, query.paths),
        commit_scores,
        weigh_commits(commit_scores, index.commits, index.code.resolver),
        weigh_tests(test_scores, index.tests.paths, paths),
    )


def match_index(index: FileIndex, query: Query) -> IndexMatch:
    """Match a query against the files of one index."""
    matches = index.chunks.match(query.terms, abbreviated=True)
    file_matches = matches.group_by(index.chunk_files, len(index.paths))
    return IndexMatch(
        index,
        score_documents(matches, query.terms, b=CHUNK_B),
        score_terms(file_matches, query.terms, k1=FILE_K1),
        score_terms(index.path_words.match(query.terms, abbreviated=True), query.terms),
        file_matches,
    )


def score_folders(code: IndexMatch, query: Query) -> Floats:
    """Score each file by the words of all files in its folder."""
    folders, folder_count = number_folders(code.index.paths)
    matches = code.file_matches.group_by(folders, folder_count)
    return score_documents(matches, query.terms)[folders]


def match_commits(index: CommitIndex, query: Query) -> list[Evidence]:
    """Find the commits whose messages match the query, best first, with the files they changed."""
    return weigh_commits(score_commits(index, query), index.commits, index.code.resolver)


def score_commits(index: CommitIndex, query: Query) -> Floats:
    """Score the commits by their messages.

    One that the request names, or that names the same issue, counts as much as the most similar
    one, and what it has in common with the request besides.
    """
    matches = index.history.chunks.match(query.terms, abbreviated=True)
    by_commit = matches.group_by(index.history.chunk_files, len(index.history.paths))
    scores = score_documents(by_commit, query.terms)
    if query.references:
        referenced = find_referenced_commits(index, query.references)
        scores[referenced] += scores.max(initial=0) or 1
    return scores


def find_referenced_commits(index: CommitIndex, references: Collection[str]) -> list[int]:
    """Find the commits with one of these hashes, or with one of these numbers in their messages."""
    numbers = index.history.names.match(f"#{reference}" for reference in references)
    hashes = [reference for reference in references if not reference.isdecimal()]
    named = {
        number
        for reference in hashes
        for number, sha in enumerate(index.commits.shas)
        if sha.startswith(reference)
    }
    return sorted(named.union(*(commits.tolist() for commits, _ in numbers.terms.values())))
