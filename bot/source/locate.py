"""Here lives the ranking: which files, definitions and tests an issue speaks of, by its words and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from bot.source.bm25 import scores
from bot.source.files import Source, kind_of, read_files
from bot.source.pages import Chunk, Page, pages
from bot.source.symbols import Symbol
from bot.source.words import Counting, Query, read_query
from bot.values import Clue, Clues

PARTS = MappingProxyType({"file": 1.0, "chunk": 0.7, "path": 0.6, "names": 0.4, "rare": 0.3})
WORTH = MappingProxyType({"code": 1.0, "test": 1.0, "text": 0.5, "docs": 0.3})  # what is no code must be much better
BEST_CHUNKS = (1.0, 0.5, 0.25)
NAMED = 0.7  # for a file whose path the issue spells out
NAMED_FILES = 3  # more files than this with one name are none in particular
RARE_FILES = 8  # likewise for a definition's name
FILE_IN_SYMBOL = 0.5  # how much a definition gains from its file
WHY_TERMS = 5
SKIPPED = 20  # files told of that were not read


def locate(source: Source, title: str, body: str, top: int = 20) -> Clues:
    """Where to look for an issue: at most `top` files, definitions and tests, each best first.

    A file's score is a weighted sum of BM25 over its text, its three best definitions, its path and its names, each
    divided by the best file's. Vendored, generated and unreadable files are left out.
    """
    query = read_query(title, body)
    kinds = {path: kind for path in source.paths() if (kind := kind_of(path)) != "foreign"}
    shelf = read_files(source, sorted(kinds, key=lambda path: (kinds[path] != "code", path)))
    every = list(pages(shelf.files, kinds, Counting(query.terms)))
    code = _Ranking.of([page for page in every if page.kind != "test"], query)
    tests = _Ranking.of([page for page in every if page.kind == "test"], query)
    return Clues(code.files(top), code.symbols(top), tests.files(top), shelf.skipped[:SKIPPED])


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The pages with what earned them their place: part to score, and the reasons in words."""

    pages: Sequence[Page]
    score: Sequence[float]
    why: Sequence[tuple[str, ...]]
    chunks: Sequence[Sequence[tuple[Chunk, dict[str, float]]]]
    spelled: Mapping[str, str]

    @staticmethod
    def of(found: Sequence[Page], query: Query) -> _Ranking:
        earned = scores([page.whole for page in found], query.terms)
        in_path = scores([page.in_path for page in found], query.terms)
        in_names = scores([page.in_names for page in found], query.terms)
        chunks = _scored_chunks(found, query)
        rare = _rare_names(found, query)
        parts = {
            "file": [sum(it.values()) for it in earned],
            "chunk": [_best(sum(it.values()) for _, it in of_page) for of_page in chunks],
            "path": [sum(it.values()) for it in in_path],
            "names": [sum(it.values()) for it in in_names],
            "rare": [sum(1 / len(names) for names in rare[page.path].values()) for page in found],
        }
        named = _named(found, query)
        total = [
            score * WORTH[page.kind] + NAMED * (page.path in named)
            for page, score in zip(found, _fused(parts), strict=True)
        ]
        why = [
            (*_said(named.get(page.path), rare[page.path], path, query), *_words(words, query.spelled))
            for page, words, path in zip(found, earned, in_path, strict=True)
        ]
        return _Ranking(found, total, why, chunks, query.spelled)

    def files(self, top: int) -> tuple[Clue, ...]:
        best = sorted(range(len(self.pages)), key=lambda i: (-self.score[i], self.pages[i].path))
        return tuple(
            Clue(self.pages[i].path, round(self.score[i], 4), self.why[i]) for i in best[:top] if self.score[i]
        )

    def symbols(self, top: int) -> tuple[Clue, ...]:
        most = max((sum(it.values()) for of_page in self.chunks for _, it in of_page), default=0) or 1
        clues = [
            _symbol_clue(
                chunk.symbol, _words(earned, self.spelled), sum(earned.values()) / most + FILE_IN_SYMBOL * score
            )
            for of_page, score in zip(self.chunks, self.score, strict=True)
            for chunk, earned in of_page
            if chunk.symbol and earned
        ]
        return tuple(sorted(clues, key=lambda clue: (-clue.score, clue.path, clue.line))[:top])


def _symbol_clue(symbol: Symbol, why: tuple[str, ...], score: float) -> Clue:
    return Clue(symbol.path, round(score, 4), why, symbol.name, symbol.kind, symbol.line, symbol.end_line)


def _scored_chunks(found: Sequence[Page], query: Query) -> list[list[tuple[Chunk, dict[str, float]]]]:
    earned = iter(scores([chunk.document for page in found for chunk in page.chunks], query.terms))
    return [[(chunk, next(earned)) for chunk in page.chunks] for page in found]


def _best(chunks: Iterable[float]) -> float:
    return sum(weight * score for weight, score in zip(BEST_CHUNKS, sorted(chunks, reverse=True), strict=False))


def _fused(parts: Mapping[str, Sequence[float]]) -> list[float]:
    """The weighted sum of the parts, each divided by its best."""
    shares = [
        [PARTS[part] * value / (max(values, default=0) or 1) for value in values] for part, values in parts.items()
    ]
    return [sum(of_page) for of_page in zip(*shares, strict=True)]


def _rare_names(found: Sequence[Page], query: Query) -> dict[str, dict[str, set[str]]]:
    """For each file the names it defines that the issue spells out and few files define, each with those files."""
    defined: defaultdict[str, set[str]] = defaultdict(set)
    for page in found:
        for symbol in page.symbols:
            if symbol.last_name in query.names:
                defined[symbol.last_name].add(page.path)
    rare: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    for name, files in defined.items():
        for path in files if len(files) <= RARE_FILES else ():
            rare[path][name] = files
    return rare


def _named(found: Sequence[Page], query: Query) -> dict[str, str]:
    """The files that the issue spells out, each with the words that do; also as a module: `bot.source.words`."""
    ends: defaultdict[str, list[str]] = defaultdict(list)
    for page in found:
        for end in _endings(page.path):
            ends[end].append(page.path)
    named = {}
    for spelled in query.paths:
        for path in _meant(spelled, ends):
            named[path] = spelled
    return named


def _endings(path: str) -> Iterator[str]:
    """All ends of the path, and of its module's dotted name when that has two parts."""
    parts = path.split("/")
    for start in range(len(parts)):
        yield "/".join(parts[start:])
    module = [*parts[:-1], PurePosixPath(path).stem]
    for start in range(len(module) - 1):
        yield ".".join(module[start:])


def _meant(spelled: str, ends: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The files with the longest common end, or by the module the name begins with; none when too many."""
    parts = spelled.replace("\\", "/").removeprefix("./").split("/")
    module = spelled.split(".")
    tries = ["/".join(parts[start:]) for start in range(len(parts))]
    tries += [".".join(module[:end]) for end in range(len(module), 1, -1)] if len(parts) == 1 else []
    meant = next((ends[end] for end in tries if end in ends), ())
    return meant if len(meant) <= NAMED_FILES else ()


def _said(named: str | None, defines: Iterable[str], in_path: Iterable[str], query: Query) -> Iterator[str]:
    """What speaks for a file besides its words."""
    if named:
        yield f"the issue names {named}"
    if names := sorted(defines)[:3]:
        yield f"defines {', '.join(names)}"
    if terms := sorted(query.spelled.get(term, term) for term in in_path):
        yield f"path: {', '.join(terms)}"


def _words(earned: Mapping[str, float], spelled: Mapping[str, str]) -> tuple[str, ...]:
    best = sorted(earned, key=lambda term: (-earned[term], term))[:WHY_TERMS]
    return (f"words: {', '.join(spelled.get(term, term) for term in best)}",) if best else ()
