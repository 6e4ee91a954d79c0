"""Say why a file was found, in words that a person can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.search.bm25 import TermScores
from bot.search.commit_index import CommitIndex
from bot.search.query_match import IndexMatch, QueryMatch
from bot.search.signals import Evidence
from bot.search.terms import Query
from bot.text.git_messages import shorten_subject

MAX_TERMS = 5
MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class CodeEvidence:
    """What the files of code were found by.

    `nearest` are the most similar ones, best first. `uses` are the evidence of the best
    definitions, whose names are `users`.
    """

    match: QueryMatch
    nearest: Sequence[int]
    uses: Sequence[Evidence]
    users: Sequence[str]


def explain_code(
    file: int, index: CommitIndex, query: Query, evidence: CodeEvidence
) -> tuple[str, ...]:
    """Give the reasons for a file of code."""
    match = evidence.match
    names = [name for name, files in match.rare_names.items() if file in files]
    commits = [piece.index for piece in _pick_evidence(match.commit_evidence, file)]
    tests = [index.tests.paths[piece.index] for piece in _pick_evidence(match.test_evidence, file)]
    users = [evidence.users[piece.index] for piece in _pick_evidence(evidence.uses, file)]
    ranks = [str(rank) for rank, near in enumerate(evidence.nearest, 1) if near == file]
    return _join_reasons(
        {
            "the issue names": [match.mentions[file]] if file in match.mentions else [],
            "defines": names[:MAX_NAMES],
            **_explain_terms(file, query, match.code),
            "changed by": [f'"{_subject_of(index, commit)}"' for commit in commits],
            "tested by": tests,
            "used by": users,
            "by meaning: number": ranks,
        }
    )


def explain_text(file: int, query: Query, match: IndexMatch) -> tuple[str, ...]:
    """Give the reasons for a file that is not code."""
    return _join_reasons(_explain_terms(file, query, match))


def _join_reasons(reasons: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(f"{kind} {', '.join(texts)}" for kind, texts in reasons.items() if texts)


def _explain_terms(file: int, query: Query, match: IndexMatch) -> dict[str, list[str]]:
    return {
        "path:": _list_words(file, query, match.path_scores),
        "words:": _list_words(file, query, match.word_scores),
    }


def _list_words(file: int, query: Query, term_scores: Mapping[str, TermScores]) -> list[str]:
    """List the query's words that scored most in this file, as they were spelled, best first."""
    scores = {}
    for term, (files, values) in term_scores.items():
        index = int(files.searchsorted(file))
        if index < len(files) and files[index] == file:
            scores[term] = float(values[index])
    best = sorted(scores, key=lambda term: (-scores[term], term))[:MAX_TERMS]
    return list(dict.fromkeys(query.spellings.get(term, term) for term in best))


def _pick_evidence(evidence: Sequence[Evidence], file: int) -> list[Evidence]:
    """Pick the weightiest evidence for the file, if there is any."""
    pieces = [piece for piece in evidence if file in piece.files]
    return sorted(pieces, key=lambda piece: -piece.weight)[:1]


def _subject_of(index: CommitIndex, commit: int) -> str:
    loaded = index.commits.load([commit])
    return shorten_subject(loaded[commit].message.partition("\n")[0])
