"""Here lives the measurement of knowing code: first look, next commit, a question; against ctags and ripgrep."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from statistics import median
from typing import Any, cast

from bot.adapters.git import Mirrors
from bot.adapters.git_borrowed import borrow
from bot.adapters.memory import Remembered
from bot.source import FORMAT, locate
from bot.steps.know import know
from bot.world import World
from tests.benchmarks.table import Row
from tests.git_served import git

FILES, MANY = 1_600, 20_000
WORDS = ("parse", "render", "token", "matrix", "total", "cart", "visit", "emit", "cache", "queue", "merge", "split")
ISSUE = "Parsing a cached matrix token is wrong\n\n`visit_matrix` should merge the queue."
ROOT = Path(__file__).parents[2]


def rows(work: Path) -> list[Row]:
    """Seconds of CPU, git's included, and the most memory; start is what `greenlit` takes to say hello."""
    start_s, _ = _cost([sys.executable, "-m", "bot", "--help"])
    repo = _filled(work / "repo", FILES, 60)
    ask = [sys.executable, "-m", "bot", "locate", "--repo", str(repo), "--cache", str(work / "cache"), "-"]
    first_s, first_mb = _cost(ask)
    again_s, _ = _cost(ask)
    _write(repo / "pkg0/mod0.py", random.Random(8), 60)
    git(repo, "commit", "--quiet", "--all", "--message=Change one")
    next_s, _ = _cost(ask)
    many = _filled(work / "many", MANY, 5)
    many_s, many_mb = _cost([*ask[:5], str(many), *ask[6:]])
    return [
        Row(f"locate: start, {FILES} files of {_mb(repo):.0f} MB below", f"{start_s:.2f} s", "", ""),
        Row("locate: first look, without the start", f"{first_s - start_s:.2f} s, {first_mb:.0f} MB", "", _ctags(repo)),
        Row("locate: same commit again", f"{again_s - start_s:.2f} s", "", ""),
        Row("locate: next commit, one file changed", f"{next_s - start_s:.2f} s", "under 0.3 s", ""),
        Row(
            "locate: a question, once known", f"{1000 * _question_s(work, repo):.0f} ms", "under 50 ms", _ripgrep(repo)
        ),
        Row(f"locate: first look at {MANY} small files", f"{many_s - start_s:.2f} s, {many_mb:.0f} MB", "", ""),
    ]


def _question_s(work: Path, repo: Path) -> float:
    world = World(
        *cast("Any", (None, Mirrors(work / "home", ()), None, None)), memory=Remembered(work / "cache", FORMAT)
    )
    known = know(world, borrow(work / "home", repo, "HEAD"))
    title, _, body = ISSUE.partition("\n")
    return _median_s(lambda: locate(known.knowledge, title, body, known.notebook.leaves))


def _median_s(act: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return median(times)


def _ctags(repo: Path) -> str:
    found = which("ctags")
    return (
        f"{_cost([found, '-R', '-f', '-', str(repo)])[0]:.2f} s (ctags, definitions alone)"
        if found
        else "no ctags here"
    )


def _ripgrep(repo: Path) -> str:
    found = which("rg")
    return (
        f"{1000 * _cost([found, '-c', '|'.join(WORDS), str(repo)])[0]:.0f} ms (ripgrep, all bytes)"
        if found
        else "no rg here"
    )


def _cost(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of CPU with those of its children, and its own most memory in MB."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        cast("Any", process.stdin).write(ISSUE.encode())
        cast("Any", process.stdin).close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _filled(repo: Path, files: int, functions: int) -> Path:
    chance = random.Random(7)  # the same files every time
    for number in range(files):
        _write(repo / f"pkg{number % 100}/mod{number}.py", chance, functions)
    git(repo, "init", "--quiet", "--initial-branch=main")
    git(repo, "add", ".")
    git(repo, "commit", "--quiet", "--message=Begin")
    return repo


def _write(path: Path, chance: random.Random, functions: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(_function(chance) for _ in range(functions)))


def _function(chance: random.Random) -> str:
    name, one, other = ("_".join(chance.choices(WORDS, k=2)) for _ in range(3))
    lines = [f"    {one}_{n} = {other}(self.{chance.choice(WORDS)}, {one!r}, [{n}, {n + 1}])" for n in range(8)]
    return (
        f'def {name}(self, {one}):\n    """{name.replace("_", " the ")}."""\n'
        + "\n".join(lines)
        + f"\n    return {one}\n"
    )


def _mb(repo: Path) -> float:
    return sum(file.stat().st_size for file in repo.rglob("*.py")) / 1e6
