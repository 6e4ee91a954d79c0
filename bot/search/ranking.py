"""Here lives the ranking: which files, definitions and tests a request speaks of, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.search import signals
from bot.search.bm25 import Earned, Floats, Places, earned, scores, total
from bot.search.commit_index import CommitIndex
from bot.search.file_index import FileIndex
from bot.search.path_mentions import mentioned
from bot.search.reasons import Reasons
from bot.search.rerank import CANDIDATES, NEAR, SimilarityFunction, rerank
from bot.search.segment import FileSymbols
from bot.search.symbols import SCOPES, Symbol
from bot.search.terms import Query, read_query, split_word
from bot.search.weights import FILE_IN_SYMBOL, NAME_IN_SYMBOL, OUTER_SYMBOL, TEXT_WORTH, WEIGHTS
from bot.values import CommitInfo, Retrieval, SearchHit

SYMBOL_CHUNKS = 4  # looked up for each definition that is asked for: some gain by their names
CHUNK_B = 0.5  # a long definition is not that much more than a short one
FILE_K1 = 2.0  # in a whole file the tenth mention still counts
SKIPPED = 20  # files told of that were not read

Leaves = Callable[
    [Sequence[tuple[str, str]]], Mapping[str, FileSymbols]
]  # of files as path and key, by path


def locate(
    known: CommitIndex,
    title: str,
    body: str,
    leaves: Leaves,
    top: int = 20,
    alike: SimilarityFunction | None = None,
) -> Retrieval:
    """Where to look for a request: at most `top` files, definitions and tests, each best first.

    A file's score is 1 when it is the best by every signal (bot/search/weights.py).
    """
    query = read_query(title, body)
    seen = Seen.of(known, query)
    parts = seen.signals()
    score = fused(parts)
    near: list[int] = []
    candidates = signals.best(score, CANDIDATES)
    if (
        alike
        and (meaning := rerank(alike, f"{title}\n{body}", known.code, candidates, seen.code.chunks))
        is not None
    ):
        near = signals.best(meaning, NEAR)
        score = fused(parts | {"meaning": meaning})
    why = Reasons(query, seen.named, seen.rare, seen.past, seen.tested, near)
    files = [
        SearchHit(
            known.code.paths[file],
            float(score[file]),
            why.of(file, known, seen.code.in_path, seen.code.words),
        )
        for file in signals.best(score, top)
    ]
    of_tests = seen.tests.score
    tests = [
        SearchHit(known.tests.paths[test], float(of_tests[test]))
        for test in signals.best(of_tests, top)
    ]
    symbols = sorted(_symbols(seen.code, score, query, leaves, top), key=lambda clue: -clue.score)
    return Retrieval(
        _rounded([*files, *_texts(known, seen, query, top)], top),
        _rounded(symbols, top),
        _rounded(tests, top),
        known.skipped[:SKIPPED],
    )


def find_similar_commits(known: CommitIndex, title: str, body: str, top: int) -> list[CommitInfo]:
    """The past commits that say the most of what the request says; those that changed everything
    are left out.
    """
    past = Seen.of(known, read_query(title, body)).past
    return [known.commits[voice.who] for voice in past if voice.files][:top]


def _rounded(clues: Sequence[SearchHit], top: int) -> tuple[SearchHit, ...]:
    best = sorted(clues, key=lambda clue: -clue.score)[:top]
    return tuple(replace(clue, score=round(clue.score, 4)) for clue in best)


@dataclass(frozen=True, slots=True)
class Read:
    """An index as a query sees it."""

    index: FileIndex
    chunks: Floats
    words: Mapping[str, Earned]  # what each term earned the files
    in_path: Mapping[str, Earned]

    @staticmethod
    def of(index: FileIndex, query: Query) -> Read:
        hits = index.chunks.hits(query.terms)
        words = earned(hits.grouped(index.chunk_files, len(index.paths)), query.terms, k1=FILE_K1)
        chunks = scores(hits, query.terms, b=CHUNK_B)
        return Read(index, chunks, words, earned(index.path_words.hits(query.terms), query.terms))

    @property
    def whole(self) -> Floats:
        return total(self.words, len(self.index.paths))

    @property
    def path(self) -> Floats:
        return total(self.in_path, len(self.index.paths))

    @property
    def score(self) -> Floats:
        """Of files that are no code: the words and the path are all there is."""
        return self.whole + self.path


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known, as a query sees it."""

    code: Read
    tests: Read
    names: Floats
    rare: Mapping[str, Places]
    named: Mapping[int, str]
    past: Sequence[signals.Voice]
    tested: Sequence[signals.Voice]

    @staticmethod
    def of(known: CommitIndex, query: Query) -> Seen:
        code, tests, paths = (
            Read.of(known.code, query),
            Read.of(known.tests, query),
            known.code.paths,
        )
        commits = known.past.chunks.hits(query.terms).grouped(
            known.past.chunk_files, len(known.past.paths)
        )
        return Seen(
            code,
            tests,
            scores(known.code.names.hits(query.terms), query.terms),
            signals.rare_names(known.code, query.names),
            mentioned(paths, query.paths),
            signals.past(scores(commits, query.terms), known.commits, paths),
            signals.tested(tests.score, known.tests.paths, paths),
        )

    def signals(self) -> dict[str, Floats]:
        """How much each signal speaks for each file of code."""
        size = len(self.code.index.paths)
        return {
            "file": self.code.whole,
            "chunk": signals.best_chunks(self.code.chunks, self.code.index.chunk_files, size),
            "path": self.code.path,
            "names": self.names,
            "rare": signals.rare(self.rare, size),
            "past": signals.heard(self.past, size),
            "tests": signals.heard(self.tested, size),
            "named": signals.named(self.named, size),
        }


def fused(parts: Mapping[str, Floats], weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """The weighted sum of the signals, each the root of its share of its best: a good second is
    nearly as good.
    """
    score = np.zeros(len(next(iter(parts.values()))))
    for name, values in parts.items():
        score += weights[name] * np.sqrt(values / (values.max(initial=0) or 1))
    return score / sum(weights[name] for name in parts)


def _texts(known: CommitIndex, seen: Seen, query: Query, top: int) -> Iterator[SearchHit]:
    """What is no code, on the scale of the code's words."""
    texts = Read.of(known.texts, query)
    most = max(seen.code.score.max(initial=0), texts.score.max(initial=0)) or 1
    for file in signals.best(texts.score, top):
        why = Reasons(query).of(file, known, texts.in_path, texts.words)
        yield SearchHit(known.texts.paths[file], TEXT_WORTH * float(texts.score[file]) / most, why)


def _symbols(
    code: Read, score: Floats, query: Query, leaves: Leaves, top: int
) -> Iterator[SearchHit]:
    """The definitions by their own words, their file's score, and their names."""
    index = code.index
    of_chunks = code.chunks / (code.chunks.max(initial=0) or 1)
    worth = (
        (of_chunks + FILE_IN_SYMBOL * score[index.chunk_files])
        * (index.chunk_places > 0)
        * (of_chunks > 0)
    )
    order = np.lexsort(
        (index.chunk_places, index.chunk_files, -worth)
    )  # the same, however the segments lie
    chunks = [int(chunk) for chunk in order[: SYMBOL_CHUNKS * top] if worth[chunk]]
    files = dict.fromkeys(int(index.chunk_files[chunk]) for chunk in chunks)
    found = leaves([(index.paths[file], index.keys[file]) for file in files])
    for chunk in chunks:
        path = index.paths[index.chunk_files[chunk]]
        place = int(index.chunk_places[chunk]) - 1
        if path in found and place < len(found[path].symbols):
            it = found[path].symbols[place]
            score_of_it = float(worth[chunk]) + _of_name(it, query)
            yield SearchHit(path, score_of_it, (), it.name, it.kind, it.line, it.end_line)


def _of_name(symbol: Symbol, query: Query) -> float:
    """What a definition gains when the issue asks for its name's words; a class has methods that
    say more.
    """
    words = split_word(symbol.last_name)
    asked = sum(term in query.terms for term in words) / max(1, len(words))
    return NAME_IN_SYMBOL * asked - OUTER_SYMBOL * (symbol.kind in SCOPES)
