"""Find the files, definitions and tests that a request is about, and say why."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from bot.search.bm25 import Floats
from bot.search.changed_words import ChangedWords, weigh_changed_words
from bot.search.commit_index import CommitIndex
from bot.search.definitions import (
    Definition,
    DefinitionEvidence,
    LoadSymbols,
    find_definitions,
    rank_definitions,
)
from bot.search.file_index import FileIndex
from bot.search.path_mentions import find_mentions
from bot.search.query_match import IndexMatch, QueryMatch, match_commits, match_index, match_query
from bot.search.reasons import CodeEvidence, explain_code, explain_text
from bot.search.rerank import CANDIDATES, NEAREST, SimilarityFunction, score_similarity
from bot.search.signals import mark_files, sum_evidence, top_indices
from bot.search.source_files import find_aside_word, is_program
from bot.search.terms import TITLE_WEIGHT, Query, split_word
from bot.search.test_files import explain_test, score_names, score_test_signals
from bot.search.used_files import ReadFiles, find_uses
from bot.search.weights import (
    ASIDE_WEIGHT,
    TEST_DATA_WEIGHT,
    TEST_WEIGHTS,
    TEXT_WEIGHT,
    WEIGHTS,
)
from bot.values import CommitInfo, Retrieval, SearchHit, Sha

SYMBOL_CANDIDATES = 4  # for each definition that is asked for: some gain by their names
MAX_TESTS = 100  # of which the best are kept
MAX_SKIPPED = 20  # files that were not read and are told of


@dataclass(frozen=True, slots=True)
class SearchSources:
    """What a search needs beside the index.

    `diffs` are those of the similar commits, as far as they are known; `similarity` needs a model.
    """

    load_symbols: LoadSymbols
    read_files: ReadFiles
    diffs: Mapping[Sha, str] = field(default_factory=dict)
    similarity: SimilarityFunction | None = None


def locate(index: CommitIndex, query: Query, sources: SearchSources, top: int = 20) -> Retrieval:
    """Find where to look for a request: at most `top` files, definitions and tests, best first.

    A file's score is 1 when it is the best by every signal (bot/search/weights.py).
    """
    match = match_query(index, query)
    code = _rank_code(index, query, match, sources, SYMBOL_CANDIDATES * top)
    files = [
        *_make_hits(
            index.code.paths,
            code.file_scores,
            top,
            partial(explain_code, index=index, query=query, evidence=code.evidence),
        ),
        *_rank_texts(index.texts, match, query, top),
    ]
    symbols = _pick_best(map(_make_symbol_hit, code.definitions), top)
    return Retrieval(
        _pick_best(files, top),
        symbols,
        _pick_best(_rank_tests(index, query, match, code.file_scores, symbols), top),
        index.skipped[:MAX_SKIPPED],
    )


@dataclass(frozen=True, slots=True)
class _RankedCode:
    """The scores of the files of code, the definitions, best first, and what speaks for them."""

    file_scores: Floats
    definitions: Sequence[Definition]
    evidence: CodeEvidence


def _rank_code(
    index: CommitIndex, query: Query, match: QueryMatch, sources: SearchSources, count: int
) -> _RankedCode:
    """Rank the files and definitions, then again with what the best definitions use."""
    weights = _weigh_asides(index.code.paths, query, match.mentions)
    signals, nearest = _score_code(match, query, sources.similarity)
    scores = fuse_signals(signals) * weights
    evidence = DefinitionEvidence(
        _weigh_chunks(match.code, weights), scores, weigh_past_changes(index, match, sources.diffs)
    )
    definitions = list(find_definitions(evidence, query, sources.load_symbols, count))
    symbols = [definition.symbol for definition in rank_definitions(definitions, scores)]
    uses = find_uses(index.code, symbols, sources.read_files)
    if scores.any():
        used = sum_evidence(uses, len(scores))
        used[scores.argmax()] = used.max() or 1  # what it uses itself does not go before it
        scores = fuse_signals({**signals, "used": used}) * weights
    definitions = rank_definitions(definitions, scores)
    users = [symbol.name for symbol in symbols]
    return _RankedCode(scores, definitions, CodeEvidence(match, nearest, uses, users))


def find_similar_commits(index: CommitIndex, query: Query, top: int) -> list[CommitInfo]:
    """Find the past commits whose messages are most like the request.

    Commits that changed very many files, or none that is here today, are left out.
    """
    numbers = [piece.index for piece in match_commits(index, query) if piece.files]
    return list(index.commits.load(numbers[:top]).values())


def weigh_past_changes(
    index: CommitIndex, match: QueryMatch, diffs: Mapping[Sha, str]
) -> ChangedWords:
    """Weigh the words of these diffs by how similar their commits are to the request."""
    weights = {index.commits.shas[each.index]: each.weight for each in match.commit_evidence}
    return weigh_changed_words(
        (weights[sha], diff) for sha, diff in diffs.items() if sha in weights
    )


def fuse_signals(signals: Mapping[str, Floats], weights: Mapping[str, float] = WEIGHTS) -> Floats:
    """Sum up the signals by weight, each as the root of its share of its best value.

    The root makes a good second nearly as good as the best.
    """
    scores = np.zeros(len(next(iter(signals.values()))))
    for name, values in signals.items():
        scores += weights[name] * np.sqrt(values / (values.max(initial=0) or 1))
    return scores / sum(weights[name] for name in signals)


def _score_code(
    match: QueryMatch, query: Query, similarity: SimilarityFunction | None
) -> tuple[dict[str, Floats], list[int]]:
    """Score the files of code by each signal, and list those that are semantically nearest."""
    signals = match.score_signals()
    if similarity is None:
        return signals, []
    candidates = top_indices(fuse_signals(signals), CANDIDATES)
    similarities = score_similarity(
        similarity, query.text, match.code.index, candidates, match.code.chunk_scores
    )
    if similarities is None:
        return signals, []
    return {**signals, "similarity": similarities}, top_indices(similarities, NEAREST)


def _weigh_asides(paths: Sequence[str], query: Query, mentioned: Container[int] = ()) -> Floats:
    """Weigh examples, playgrounds and release notes below what they show, unless they are meant."""
    weights = np.ones(len(paths))
    for file, path in enumerate(paths):
        word = find_aside_word(path)
        if word and file not in mentioned and not _is_in_title(word, query):
            weights[file] = ASIDE_WEIGHT
    return weights


def _is_in_title(word: str, query: Query) -> bool:
    return any(query.terms.get(term, 0) >= TITLE_WEIGHT for term in split_word(word))


def _rank_texts(texts: FileIndex, match: QueryMatch, query: Query, top: int) -> Iterator[SearchHit]:
    """Score files that are not code, on the scale of the code's words."""
    text_match = match_index(texts, query)
    # A bare name, such as "index.rst", is that of many texts.
    mentions = {
        file: spelling
        for file, spelling in find_mentions(texts.paths, query.paths).items()
        if "/" in spelling or spelling == texts.paths[file]
    }
    scores = text_match.sum_all() * _weigh_asides(texts.paths, query, mentions)
    best_score = max(match.code.sum_all().max(initial=0), scores.max(initial=0)) or 1
    scores = TEXT_WEIGHT * (scores / best_score + mark_files(mentions, len(scores)))
    return _make_hits(
        texts.paths,
        np.minimum(scores, 1),
        top,
        lambda file: explain_text(file, query, text_match),
    )


def _rank_tests(
    index: CommitIndex,
    query: Query,
    match: QueryMatch,
    file_scores: Floats,
    symbols: Sequence[SearchHit],
) -> Iterator[SearchHit]:
    """Rank the test files, with the names of definitions that they hold as the reason."""
    names = score_names(index, symbols)
    signals = score_test_signals(index, query, match, file_scores, names)
    scores = fuse_signals(signals, TEST_WEIGHTS)
    for file in np.flatnonzero(scores).tolist():
        if not is_program(index.tests.paths[file]):  # what tests read is worth less
            scores[file] *= TEST_DATA_WEIGHT
    return _make_hits(index.tests.paths, scores, MAX_TESTS, lambda file: explain_test(file, names))


def _make_hits(
    paths: Sequence[str],
    scores: Floats,
    top: int,
    explain: Callable[[int], tuple[str, ...]] = lambda _: (),
) -> Iterator[SearchHit]:
    for file in top_indices(scores, top):
        yield SearchHit(paths[file], float(scores[file]), explain(file))


def _pick_best(hits: Iterable[SearchHit], top: int) -> tuple[SearchHit, ...]:
    best = sorted(hits, key=lambda hit: -hit.score)[:top]
    return tuple(replace(hit, score=round(hit.score, 4)) for hit in best)


def _weigh_chunks(code: IndexMatch, file_weights: Floats) -> IndexMatch:
    weights = file_weights[code.index.chunk_files]
    return replace(code, chunk_scores=code.chunk_scores * weights)


def _make_symbol_hit(definition: Definition) -> SearchHit:
    symbol = definition.symbol
    lines = (symbol.line, symbol.end_line)
    return SearchHit(symbol.path, definition.score, (), symbol.name, symbol.kind, *lines)
