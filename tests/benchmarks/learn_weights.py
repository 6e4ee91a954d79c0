"""Learn bot/search/weights.py: `python -m tests.benchmarks.learn_weights --repos DIR --cases FILE`.

Each case is a line of JSON: repo, parent (the commit to look at), query, gold (the files that
answer it) and gold_functions. DIR holds git directories as owner+name, owner+name/repo, owner/name
or owner/name.git. The figures are measured with weights that were learned without the case's own
repository, and with those that the bot uses; those of functions, with the bot's weights of files.
`python -m tests.benchmarks.cases` makes cases of any history.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sqlite_cache import SqliteCache
from bot.ports import Ports
from bot.search import (
    INDEX_FORMAT,
    CommitIndex,
    Query,
    SearchSources,
    find_similar_commits,
    locate,
    parse_query,
)
from bot.search.definitions import Definition, DefinitionEvidence, find_definitions
from bot.search.query_match import match_query
from bot.search.ranking import fuse_signals, weigh_past_changes
from bot.search.signals import top_indices
from bot.search.weights import SYMBOL_WEIGHTS, WEIGHTS
from bot.steps.repo_index import load_repo_index
from bot.steps.retrieve import DIFF_CHARS, MAX_SIMILAR
from bot.values import Retrieval

# Not those of the second look, one of which needs a model that is not here.
LEARNED = tuple(name for name in WEIGHTS if name not in ("similarity", "used"))
CANDIDATES = 40  # files, of each signal
DEFINITIONS = 200
ROUNDS, RATE, DECAY = 120, 0.3, 0.003
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """What may be meant, each with its signals, and which of these are right."""

    shares: Floats  # candidates x signals
    right: NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """The best candidates among files and definitions, and what was found in all."""

    repo: str
    files: Candidates
    gold_count: int
    definitions: Candidates
    functions: frozenset[tuple[str, str]]
    retrieval: Retrieval


def main() -> None:
    """Print the figures for each repository, then the weights learned from all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/greenlit").expanduser())
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        cache = SqliteCache(arguments.cache, INDEX_FORMAT)
        unused: Any = None
        ports = Ports(GitMirrors(Path(home), ()), unused, unused, cache=cache)
        lines = [json.loads(line) for line in arguments.cases.open()]
        measured = [_measure(ports, Path(home), arguments.repos, line) for line in lines]
    cases = [case for case in measured if case]
    Console().print(_make_table(cases))
    _print_learned(LEARNED, [case.files for case in cases])
    _print_learned(tuple(SYMBOL_WEIGHTS), [case.definitions for case in cases])


def _print_learned(names: Sequence[str], candidates: Sequence[Candidates]) -> None:
    weights = learn(candidates)
    learned = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}
    Console().print("Learned of all:", learned)


def _measure(ports: Ports, home: Path, repos: Path, case: Mapping[str, Any]) -> Case | None:
    """Search for a case; None when its repository is not there."""
    folder = _find_repository(repos, case["repo"])
    if folder is None:
        return None
    tree = borrow(home, folder, case["parent"])
    repo_index = load_repo_index(ports, tree)
    index = repo_index.commit_index
    commits = find_similar_commits(index, _read_query(case), MAX_SIMILAR)
    diffs = {commit.sha: ports.mirrors.change(tree, commit.sha, DIFF_CHARS) for commit in commits}
    sources = SearchSources(
        repo_index.cache.load_symbols, lambda paths: ports.mirrors.read(tree, paths), diffs
    )
    return measure_case(index, sources, case)


def _read_query(case: Mapping[str, Any]) -> Query:
    title, _, body = case["query"].strip().partition("\n")
    return parse_query(title.lstrip("# "), body)


def measure_case(index: CommitIndex, sources: SearchSources, case: Mapping[str, Any]) -> Case:
    """Search a commit's index for a case."""
    query = _read_query(case)
    match = match_query(index, query)
    signals = match.score_signals()
    functions = frozenset((path, name) for path, name in case["gold_functions"])
    evidence = DefinitionEvidence(
        match.code, fuse_signals(signals), weigh_past_changes(index, match, sources.diffs)
    )
    definitions = find_definitions(evidence, query, sources.load_symbols, DEFINITIONS)
    return Case(
        case["repo"],
        _pick_files(index, signals, case["gold"]),
        len(case["gold"]),
        _list_definitions(definitions, functions),
        functions,
        locate(index, query, sources),
    )


def _pick_files(
    index: CommitIndex, signals: Mapping[str, Floats], gold: Sequence[str]
) -> Candidates:
    columns = [np.sqrt(signals[name] / (signals[name].max(initial=0) or 1)) for name in LEARNED]
    right = np.isin(np.array(index.code.paths), gold)
    candidates = set(np.flatnonzero(right).tolist())
    for scores in signals.values():
        candidates.update(top_indices(scores, CANDIDATES))
    rows = sorted(candidates)
    return Candidates(np.stack(columns, axis=1)[rows], right[rows])


def _list_definitions(
    definitions: Iterable[Definition], functions: Container[tuple[str, str]]
) -> Candidates:
    found = list(definitions)
    rows = [[each.signals[name] for name in SYMBOL_WEIGHTS] for each in found]
    right = [(each.symbol.path, each.symbol.name) in functions for each in found]
    shares = np.array(rows, dtype=np.float64).reshape(len(rows), len(SYMBOL_WEIGHTS))
    return Candidates(shares, np.array(right, dtype=np.bool_))


def _find_repository(repos: Path, full_name: str) -> Path | None:
    owner, name = full_name.split("/")
    guesses = (f"{owner}+{name}/repo", f"{owner}+{name}", f"{owner}/{name}", f"{owner}/{name}.git")
    return next((repos / guess for guess in guesses if (repos / guess).is_dir()), None)


def learn(cases: Sequence[Candidates]) -> Floats:
    """Learn the weights under which a softmax prefers the right candidates; by Adam, above 0."""
    telling = [case for case in cases if case.right.any()]
    weights = np.full(cases[0].shares.shape[1], 2.0)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, ROUNDS + 1):
        gradient = sum((_gradient(case, weights) for case in telling), np.zeros_like(weights))
        gradient = gradient / max(1, len(telling)) - DECAY * weights
        mean, square = 0.9 * mean + 0.1 * gradient, 0.99 * square + 0.01 * gradient**2
        stride = RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.maximum(weights + stride, 0.0)
    return weights


def _gradient(case: Candidates, weights: Floats) -> Floats:
    score = _score(case, weights)
    chance = np.exp(score - score.max())
    wrong = case.right / case.right.sum() - chance / chance.sum()
    return np.asarray((case.shares * wrong[:, None]).sum(axis=0), dtype=np.float64)


def _score(case: Candidates, weights: Floats) -> Floats:
    # Not `@`: for arrays this small the threads of a BLAS only wait for each other.
    return np.asarray((case.shares * weights).sum(axis=1), dtype=np.float64)


def _make_table(cases: Sequence[Case]) -> Table:
    table = Table(
        "repository", "cases", "R@1", "R@5", "R@10", "R@20", "MRR", "functions R@5", "R@10"
    )
    every: list[list[float]] = []
    for repo in sorted({case.repo for case in cases}):
        weights = learn([case.files for case in cases if case.repo != repo])
        rows = [list(_measure_ranking(case, weights)) for case in cases if case.repo == repo]
        every += rows
        table.add_row(repo, str(len(rows)), *_average(rows))
    table.add_row("all", str(len(every)), *_average(every), style="bold")
    shipped = np.array([WEIGHTS[name] for name in LEARNED])
    table.add_row(
        "with bot/search/weights.py",
        str(len(cases)),
        *_average([list(_measure_ranking(case, shipped)) for case in cases]),
    )
    return table


def _measure_ranking(case: Case, weights: Floats) -> Iterator[float]:
    order = np.argsort(-_score(case.files, weights), kind="stable")
    places = np.flatnonzero(case.files.right[order])
    yield float((places < 1).any())
    for top in (5, 10, 20):
        yield float((places < top).sum()) / case.gold_count
    yield 1 / (1 + float(places.min())) if len(places) else 0.0
    names = list(dict.fromkeys((hit.path, hit.name) for hit in case.retrieval.symbols))
    for top in (5, 10):
        yield (
            len(case.functions & {*names[:top]}) / len(case.functions)
            if case.functions
            else float("nan")
        )


def _average(rows: Iterable[Sequence[float]]) -> list[str]:
    return [f"{value:.3f}" for value in np.nanmean(np.array(list(rows)), axis=0)]


if __name__ == "__main__":
    main()
