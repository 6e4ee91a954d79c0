"""Here lives the learning of bot/search/weights.py: `python -m tests.benchmarks.weights --repos DIR
--cases FILE`.

Each case is a line of JSON: repo, parent (the commit to look at), query, gold (the files that
answer it) and
gold_functions. DIR holds git directories as owner+name, owner+name/repo, owner/name or
owner/name.git. What is shown
is measured with weights that were learned without the case's own repository, and with those that
the bot uses.
`python -m tests.benchmarks.cases` makes cases of any history.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sqlite_cache import SqliteCache
from bot.ports import Ports
from bot.search import INDEX_FORMAT, locate
from bot.search.ranking import Seen
from bot.search.signals import best
from bot.search.terms import read_query
from bot.search.weights import WEIGHTS
from bot.steps.repo_index import load_repo_index
from bot.values import Retrieval

LEARNED = tuple(
    name for name in WEIGHTS if name != "meaning"
)  # which needs a model that is not here
CANDIDATES = 40  # of each signal
ROUNDS, PACE, PULL = 120, 0.3, 0.003
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """What the signals say of the best candidates, which of these are right, and what was found in
    all.
    """

    repo: str
    shares: Floats  # candidates x signals
    right: NDArray[np.bool_]
    wanted: int
    functions: frozenset[tuple[str, str]]
    found: Retrieval


def main() -> None:
    """Show the figures for each repository, then the weights that all cases teach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/greenlit").expanduser())
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        memory = SqliteCache(given.cache, INDEX_FORMAT)
        ports = Ports(*cast("Any", (GitMirrors(Path(home), ()), None, None)), cache=memory)
        asked = [json.loads(line) for line in given.cases.open()]
        cases = [case for it in asked if (case := _case(ports, Path(home), given.repos, it))]
    Console().print(_table(cases))
    learned = dict(zip(LEARNED, _learned(cases), strict=True))
    Console().print(
        "Learned of all:", {name: round(float(weight), 2) for name, weight in learned.items()}
    )


def _case(ports: Ports, home: Path, repos: Path, asked: Mapping[str, Any]) -> Case | None:
    owner, name = asked["repo"].split("/")
    guesses = (f"{owner}+{name}/repo", f"{owner}+{name}", f"{owner}/{name}", f"{owner}/{name}.git")
    folder = next((repos / guess for guess in guesses if (repos / guess).is_dir()), None)
    if folder is None:
        return None
    known = load_repo_index(ports, borrow(home, folder, asked["parent"]))
    title, _, body = asked["query"].strip().partition("\n")
    parts = Seen.of(known.commit_index, read_query(title.lstrip("# "), body)).signals()
    shares = np.stack(
        [np.sqrt(parts[name] / (parts[name].max(initial=0) or 1)) for name in LEARNED], axis=1
    )
    right = np.isin(np.array(known.commit_index.code.paths), asked["gold"])
    some = sorted(
        {
            *np.flatnonzero(right),
            *(file for values in parts.values() for file in best(values, CANDIDATES)),
        }
    )
    functions = frozenset((path, name) for path, name in asked["gold_functions"])
    found = locate(known.commit_index, title.lstrip("# "), body, known.cache.leaves)
    return Case(asked["repo"], shares[some], right[some], len(asked["gold"]), functions, found)


def _learned(cases: Sequence[Case]) -> Floats:
    """The weights under which a softmax over the candidates says most of the right ones; by Adam,
    kept above 0.
    """
    weights = np.full(len(LEARNED), 2.0)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, ROUNDS + 1):
        slope = sum(
            (_slope(case, weights) for case in cases if case.right.any()), np.zeros_like(weights)
        )
        slope = slope / len(cases) - PULL * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        stride = PACE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.maximum(weights + stride, 0.0)
    return weights


def _slope(case: Case, weights: Floats) -> Floats:
    score = _score(case, weights)
    chance = np.exp(score - score.max())
    wrong = case.right / case.right.sum() - chance / chance.sum()
    return np.asarray((case.shares * wrong[:, None]).sum(axis=0), dtype=np.float64)


def _score(case: Case, weights: Floats) -> Floats:
    # Not `@`: for arrays this small the threads of a BLAS only wait for each other.
    return np.asarray((case.shares * weights).sum(axis=1), dtype=np.float64)


def _table(cases: Sequence[Case]) -> Table:
    table = Table(
        "repository", "cases", "R@1", "R@5", "R@10", "R@20", "MRR", "functions R@5", "R@10"
    )
    every: list[list[float]] = []
    for repo in sorted({case.repo for case in cases}):
        weights = _learned([case for case in cases if case.repo != repo])
        rows = [list(_figures(case, weights)) for case in cases if case.repo == repo]
        every += rows
        table.add_row(repo, str(len(rows)), *_means(rows))
    table.add_row("all", str(len(every)), *_means(every), style="bold")
    shipped = np.array([WEIGHTS[name] for name in LEARNED])
    table.add_row(
        "with bot/search/weights.py",
        str(len(cases)),
        *_means([list(_figures(it, shipped)) for it in cases]),
    )
    return table


def _figures(case: Case, weights: Floats) -> Iterator[float]:
    order = np.argsort(-_score(case, weights), kind="stable")
    places = np.flatnonzero(case.right[order])
    yield float((places < 1).any())
    for top in (5, 10, 20):
        yield float((places < top).sum()) / case.wanted
    yield 1 / (1 + float(places.min())) if len(places) else 0.0
    names = list(dict.fromkeys((clue.path, clue.name) for clue in case.found.symbols))
    for top in (5, 10):
        yield (
            len(case.functions & {*names[:top]}) / len(case.functions)
            if case.functions
            else float("nan")
        )


def _means(rows: Iterable[Sequence[float]]) -> list[str]:
    return [f"{value:.3f}" for value in np.nanmean(np.array(list(rows)), axis=0)]


if __name__ == "__main__":
    main()
