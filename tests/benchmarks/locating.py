"""Measure the search: first look, next commit, a question; against ctags and ripgrep."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any, cast

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sqlite_cache import SqliteCache
from bot.ports import Ports
from bot.search import INDEX_FORMAT, SearchSources, locate, parse_query
from bot.steps.repo_index import load_repo_index
from tests.benchmarks.cost import measure_cost
from tests.benchmarks.table import Row
from tests.git_served import git

FILES, SOME, MANY = 1_600, 25_000, 100_000
WORDS = (
    "parse",
    "render",
    "token",
    "matrix",
    "total",
    "cart",
    "visit",
    "emit",
    "cache",
    "queue",
    "merge",
    "split",
)
ISSUE = "Parsing a cached matrix token is wrong\n\n`visit_matrix` should merge the queue."
ROOT = Path(__file__).parents[2]


def rows(work: Path) -> list[Row]:
    """Measure seconds of CPU, git's included, and peak memory, without the start of `greenlit`."""
    start_s, _ = _measure([sys.executable, "-m", "bot", "--help"])
    repo = _make_repo(work / "repo", FILES, 60)
    ask = [
        sys.executable,
        "-m",
        "bot",
        "locate",
        "--repo",
        str(repo),
        "--cache",
        str(work / "cache"),
        "-",
    ]
    first_s, first_mb = _measure(ask)
    again_s, _ = _measure(ask)
    (repo / "pkg0/sub0/mod0.py").write_text(_make_module(random.Random(8), 60))
    git(repo, "commit", "--quiet", "--all", "--message=Change one")
    next_s, _ = _measure(ask)
    git(work, "clone", "--quiet", str(ROOT), "own")
    own = work / "own"
    map_s, _ = _measure([*ask[:3], "map", "--repo", str(own), *ask[6:8]])
    some_s, some_mb = _measure([*ask[:5], str(_make_repo(work / "some", SOME, 1)), *ask[6:]])
    many_s, many_mb = _measure([*ask[:5], str(_make_repo(work / "many", MANY, 1)), *ask[6:]])
    return [
        Row(
            f"locate: start, {FILES} files of {_mb(repo):.0f} MB below", f"{start_s:.2f} s", "", ""
        ),
        Row(
            "locate: first look, without the start",
            f"{first_s - start_s:.2f} s, {first_mb:.0f} MB",
            "",
            _ctags(repo),
        ),
        Row("locate: same commit again", f"{again_s - start_s:.2f} s", "", ""),
        Row(
            "locate: next commit, one file changed", f"{next_s - start_s:.2f} s", "under 0.3 s", ""
        ),
        Row(
            "locate: a question, once known",
            f"{1000 * _question_s(work, repo):.0f} ms",
            "under 50 ms",
            _ripgrep(repo),
        ),
        Row("map: of this repository, with the start", f"{map_s:.2f} s", "", _aider(own)),
        Row(
            f"locate: first look at {SOME:,} small files",
            f"{some_s - start_s:.1f} s, {some_mb:.0f} MB",
            "",
            "",
        ),
        Row(
            f"locate: first look at {MANY:,}, and how many times that is",
            f"{many_s - start_s:.1f} s, {many_mb:.0f} MB",
            f"linear: {MANY / SOME:.0f} times",
            f"{(many_s - start_s) / (some_s - start_s):.1f} times, {many_mb / some_mb:.1f} times the memory",
        ),
    ]


def _question_s(work: Path, repo: Path) -> float:
    unused: Any = None
    mirrors, cache = GitMirrors(work / "home", ()), SqliteCache(work / "cache", INDEX_FORMAT)
    ports = Ports(mirrors, unused, unused, cache=cache)
    tree = borrow(work / "home", repo, "HEAD")
    repo_index = load_repo_index(ports, tree)
    title, _, body = ISSUE.partition("\n")
    index = repo_index.commit_index
    sources = SearchSources(repo_index.cache.load_symbols, lambda paths: mirrors.read(tree, paths))
    return _median_s(lambda: locate(index, parse_query(title, body), sources))


def _median_s(act: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return median(times)


def _ctags(repo: Path) -> str:
    tool = which("ctags")
    return (
        f"{_measure([tool, '-R', '-f', '-', str(repo)])[0]:.2f} s (ctags, definitions alone)"
        if tool
        else "no ctags here"
    )


def _ripgrep(repo: Path) -> str:
    tool = which("rg")
    return (
        f"{1000 * _measure([tool, '-c', '|'.join(WORDS), str(repo)])[0]:.0f} ms (ripgrep, all bytes)"
        if tool
        else "no rg here"
    )


def _aider(repo: Path) -> str:
    """Measure its first map, for which it needs a model's name and a key, and asks no model."""
    tool = which("aider")
    if not tool:
        return "no aider here"
    quiet = [
        "--yes-always",
        "--no-check-update",
        "--no-analytics",
        "--no-gitignore",
        "--no-show-model-warnings",
    ]
    asked = [
        tool,
        "--show-repo-map",
        "--map-tokens",
        "2000",
        "--model",
        "gpt-4o",
        "--openai-api-key",
        "none",
        *quiet,
    ]
    return f"{_measure(asked, repo)[0]:.1f} s (aider, its start included)"


def _measure(command: Sequence[str], cwd: Path = ROOT) -> tuple[float, float]:
    return measure_cost(command, cwd, stdin=ISSUE)


def _make_repo(repo: Path, files: int, functions: int) -> Path:
    """Make a repository with one commit; its files are the same every time."""
    chance = random.Random(7)
    repo.mkdir(parents=True)
    git(repo, "init", "--quiet", "--initial-branch=main")
    with subprocess.Popen(
        ["git", "-C", str(repo), "fast-import", "--quiet"], stdin=subprocess.PIPE
    ) as importing:
        into = cast("Any", importing.stdin)
        into.write(
            b"commit refs/heads/main\ncommitter a <a@example.com> 1700000000 +0000\ndata 5\nBegin\n"
        )
        for number in range(files):
            text = _make_module(chance, functions).encode()
            path = f"pkg{number % 100}/sub{number // 100 % 100}/mod{number}.py"
            into.write(f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n")
        into.close()
    git(repo, "reset", "--quiet", "--hard")
    return repo


def _make_module(chance: random.Random, functions: int) -> str:
    return "\n\n".join(_make_function(chance) for _ in range(functions))


def _make_function(chance: random.Random) -> str:
    name, one, other = ("_".join(chance.choices(WORDS, k=2)) for _ in range(3))
    lines = [
        f"    {one}_{n} = {other}(self.{chance.choice(WORDS)}, {one!r}, [{n}, {n + 1}])"
        for n in range(8)
    ]
    return (
        f'def {name}(self, {one}):\n    """{name.replace("_", " the ")}."""\n'
        + "\n".join(lines)
        + f"\n    return {one}\n"
    )


def _mb(repo: Path) -> float:
    return sum(file.stat().st_size for file in repo.rglob("*.py")) / 1e6
