"""Find the families that a request may ask for another member of, and what speaks for each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.commit_index import CommitIndex
from bot.search.definitions import LoadSymbols
from bot.search.families.groups import (
    FEWEST_MEMBERS,
    Group,
    group_siblings,
    make_classes,
    make_definitions,
    make_siblings,
    parse_bases,
    split_name,
    weigh_folder,
)
from bot.search.families.member_additions import ReadDiffs
from bot.search.families.past_additions import PastAddition
from bot.search.families.registrations import group_registrations
from bot.search.families.request_words import AdditionRequest
from bot.search.segment import FileSymbols
from bot.search.signals import top_indices
from bot.search.symbols import Symbol
from bot.search.terms import split_word
from bot.search.used_files import ReadFiles
from bot.values import Retrieval

MAX_SIBLINGS = 12  # groups of siblings that are looked at
SEED_FILES = 8
ROUTER_TERMS = ("router", "rout", "endpoint", "app", "express", "fastapi", "flask", "mux")
TEXT_FILES = 5  # in whose texts registrations are looked for
MAX_BASES = 4
FEW_FILES = 2  # with more of them, a new file shows that a member was added
CHANGED_SHARE = 0.5  # what a change to a file of definitions counts of a new file
BASE_FILES = 60  # in which classes of one base are looked for


@dataclass(frozen=True, slots=True)
class FamilySources:
    """What is needed beside the index: what files define and hold, and the diffs of commits."""

    load_symbols: LoadSymbols
    read_files: ReadFiles
    read_diffs: ReadDiffs


@dataclass(frozen=True, slots=True)
class FamilyEvidence:
    """What speaks for a group, each from 0 to about 1."""

    named: float  # the request names the kind
    has_head: bool  # what is asked for ends with the name of the kind
    added: float  # similar requests added members
    near: float  # the best files for the request are members
    shaped: float  # the new name is like those of members


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group with what speaks for it."""

    group: Group
    evidence: FamilyEvidence


def find_candidates(
    index: CommitIndex,
    request: AdditionRequest,
    retrieval: Retrieval,
    additions: Sequence[PastAddition],
    sources: FamilySources,
) -> list[Candidate]:
    """Find the groups that the request, the best files and past additions speak for."""
    shares = _share_paths((addition.share, addition.paths) for addition in additions)
    changed = _share_paths((addition.share, addition.changed) for addition in additions)
    near = weigh_best_files(retrieval)
    groups = list(_find_siblings(index, request, shares, near))
    groups += _find_definitions(index, request, [*shares, *near], sources.load_symbols)
    return [Candidate(group, weigh(group, request, shares, changed, near)) for group in groups]


def find_listed_candidates(
    index: CommitIndex,
    request: AdditionRequest,
    retrieval: Retrieval,
    additions: Sequence[PastAddition],
    sources: FamilySources,
) -> list[Candidate]:
    """Find what the best files register and list: their texts are read, so this comes last."""
    changed = _share_paths((addition.share, addition.changed) for addition in additions)
    near = weigh_best_files(retrieval)
    routers = _list_routers(index) if request.asks_for_route else []
    groups = _find_registrations(index, [*[*near][:TEXT_FILES], *routers], sources)
    return [Candidate(group, weigh(group, request, {}, changed, near)) for group in groups]


def weigh_best_files(retrieval: Retrieval) -> dict[str, float]:
    """Weigh the best files for the request by their ranks."""
    return {hit.path: 1 / (1 + rank) for rank, hit in enumerate(retrieval.files[:SEED_FILES])}


def _share_paths(commits: Iterable[tuple[float, Sequence[str]]]) -> dict[str, float]:
    shares: defaultdict[str, float] = defaultdict(float)
    for share, paths in commits:
        for path in paths:
            shares[path] += share
    return dict(shares)


def weigh(
    group: Group,
    request: AdditionRequest,
    shares: Mapping[str, float],
    changed: Mapping[str, float],
    near: Mapping[str, float],
) -> FamilyEvidence:
    """Weigh what speaks for a group."""
    matched = match_words(group.words, request)
    paths = group.paths
    are_files = group.kind in ("files", "folders")
    if are_files or len(paths) > FEW_FILES:
        added = sum(share for path, share in shares.items() if path in paths)
    else:
        added = CHANGED_SHARE * max((changed.get(path, 0.0) for path in paths), default=0.0)
    total = sum(1 / (1 + rank) for rank in range(SEED_FILES))
    nearness = sum(value for path, value in near.items() if path in paths) / total
    return FamilyEvidence(
        sum(matched.values()),
        _names_kind(matched, request, are_files=are_files),
        min(1.0, added),
        nearness,
        _weigh_shape(group, request),
    )


def _names_kind(matched: Mapping[str, float], request: AdditionRequest, *, are_files: bool) -> bool:
    """Tell whether one of the terms that may name a kind does; a module's name names no folder."""
    names = {request.head, request.first, "" if are_files else request.module}
    return not names.isdisjoint(matched)


def match_words(words: Mapping[str, float], request: AdditionRequest) -> dict[str, float]:
    """Match the words of a kind with the terms of the request, also as code abbreviates them."""
    matched: dict[str, float] = {}
    for word, weight in words.items():
        term = request.spellings.get(word) or request.find_ending(word)
        if term:
            value = weight * request.weights[term]
            matched[term] = max(value, matched.get(term, 0.0))
    return matched


def _weigh_shape(group: Group, request: AdditionRequest) -> float:
    """Weigh how many members begin or end as a new name does: `isPast` beside `isFuture`."""
    wanted = [term for term in request.wanted if request.weights.get(term, 0) >= 1.0]
    if len(wanted) < 2:
        return 0.0
    ends = Counter(end for member in group.members for end in _list_ends(member.name))
    count = max(ends[wanted[0]], ends[wanted[-1]])
    return min(1.0, count / 5) if count >= 2 else 0.0


def _list_ends(name: str) -> set[str]:
    terms = split_name(name)
    return {terms[0], terms[-1]} if len(terms) > 1 else set()


def _find_siblings(
    index: CommitIndex,
    request: AdditionRequest,
    shares: Mapping[str, float],
    near: Mapping[str, float],
) -> Iterator[Group]:
    """Find the likeliest groups of siblings, by their folders alone at first."""
    scored = []
    for kind, folder, paths in group_siblings(index.code.paths):
        added = sum(shares[path] for path in paths if path in shares)
        nearness = sum(near[path] for path in paths if path in near)
        words = dict(weigh_folder(folder))
        named = sum(match_words(words, request).values()) if words else 0.0
        if added or nearness or named:
            scored.append((2 * added + 0.5 * nearness + named, kind, folder, paths))
    scored.sort(key=lambda each: (-each[0], each[2]))
    for _, kind, folder, paths in scored[:MAX_SIBLINGS]:
        yield make_siblings(kind, folder, paths)


def _find_definitions(
    index: CommitIndex,
    request: AdditionRequest,
    paths: Iterable[str],
    load_symbols: LoadSymbols,
) -> Iterator[Group]:
    """Find classes of one base, and definitions of one file, beginning at the best files."""
    keys = dict(zip(index.code.paths, index.code.keys, strict=True))
    seeds = [path for path in dict.fromkeys(paths) if path in keys][: 2 * SEED_FILES]
    files = load_symbols([(path, keys[path]) for path in seeds])
    for base in _rank_bases(files.values(), request):
        symbols = _find_subclasses(index, base, keys, load_symbols)
        if len(symbols) >= FEWEST_MEMBERS:
            yield make_classes(base, symbols)
    for path, file in files.items():
        tops = [each for each in file.symbols if each.depth == 0 and each.kind != "method"]
        if len(tops) >= FEWEST_MEMBERS:
            yield make_definitions(path, tops)


def _rank_bases(files: Iterable[FileSymbols], request: AdditionRequest) -> list[str]:
    """Rank the bases of classes: those that the request names first, then those of many files."""
    counts: Counter[str] = Counter()
    for file in files:
        counts.update({base for symbol in file.symbols for base in parse_bases(symbol)})

    def rank(base: str) -> tuple[float, int]:
        words = dict.fromkeys(split_name(base), 1.0)
        return sum(match_words(words, request).values()), counts[base]

    ranked = sorted(counts, key=rank, reverse=True)
    return [base for base in ranked[:MAX_BASES] if rank(base) > (0, 1)]


def _list_routers(index: CommitIndex) -> list[str]:
    """List the files that most speak of routes, whatever else the request says."""
    matches = index.code.chunks.match(ROUTER_TERMS)
    counts = np.zeros(len(index.code.paths))
    for files, values in matches.group_by(index.code.chunk_files, len(counts)).terms.values():
        counts[files] += values
    return [index.code.paths[file] for file in top_indices(counts, TEXT_FILES)]


def _find_registrations(
    index: CommitIndex, paths: Sequence[str], sources: FamilySources
) -> Iterator[Group]:
    """Find what the best files register, and the entries of their tables."""
    keys = dict(zip(index.code.paths, index.code.keys, strict=True))
    seeds = [path for path in dict.fromkeys(paths) if path in keys]
    files = sources.load_symbols([(path, keys[path]) for path in seeds])
    for path, data in sources.read_files(seeds).items():
        symbols = files[path].symbols if path in files else ()
        yield from group_registrations(path, data.decode("utf-8", "replace"), symbols)


def _find_subclasses(
    index: CommitIndex, base: str, keys: Mapping[str, str], load_symbols: LoadSymbols
) -> list[Symbol]:
    """Find the classes whose signature names a base."""
    term = split_word(base)[-1:]
    matches = index.code.chunks.match(term).terms
    if not matches:
        return []
    chunks, _ = next(iter(matches.values()))
    chunks = chunks[index.code.chunk_symbols[chunks] > 0]
    numbers = np.unique(index.code.chunk_files[chunks])[:BASE_FILES]
    paths = [index.code.paths[number] for number in numbers.tolist()]
    files = load_symbols([(path, keys[path]) for path in paths])
    return [
        symbol
        for path in paths
        if path in files
        for symbol in files[path].symbols
        if base in parse_bases(symbol)
    ]
