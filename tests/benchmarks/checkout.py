"""The measurement of checkouts: a repository of 10,000 files over HTTP, against a
shallow clone of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import TypeVar

from bot.adapters.git.mirrors import GitMirrors
from bot.values import Branch, InstallationId, Patch, Remote, Repo
from tests.benchmarks.table import Row
from tests.git_served import SECRET, Served, commit, git, serving

T = TypeVar("T")

FILES = 10_000
COMMITS = 50
TIMES = 9
REPO = Repo("ada/engine", InstallationId(1))
MAIN = Branch("main")


def rows(work: Path) -> list[Row]:
    """First and second checkouts, what a run reads then, and what plain git takes for the same from
    the same server.
    """
    with serving(work / "srv") as served:
        fill(served.create())
        return _measured(served, work)


def _measured(served: Served, work: Path) -> list[Row]:
    origin, mirrors = served.root / "ada/engine.git", GitMirrors(work / "home", ("http",))
    remote = Remote(f"{served.url}/ada/engine.git", SECRET)
    url = remote.url.replace("http://", f"http://x-access-token:{SECRET}@")

    clone_s = _median_s(
        lambda: git(work, "clone", "-q", "--depth=1", url, "clone"),
        3,
        lambda: _gone(work / "clone"),
    )
    asked_s = _median_s(lambda: git(work, "ls-remote", url, "refs/heads/main"), TIMES)
    first_s = _median_s(
        lambda: mirrors.fetch(REPO, remote, MAIN), 3, lambda: _gone(work / "home/ada")
    )
    again_s = _median_s(lambda: mirrors.fetch(REPO, remote, MAIN), TIMES)
    changed_s = _median_s(
        lambda: mirrors.fetch(REPO, remote, MAIN),
        TIMES,
        lambda: commit(origin, {"src/7/mod7.py": random.randbytes(99)}),
    )
    tree = mirrors.fetch(REPO, remote, MAIN)
    read_s = _median_s(
        lambda: mirrors.read(tree, [entry.path for entry in mirrors.entries(tree)[:: FILES // 50]]),
        TIMES,
    )
    laid_s = _median_s(
        lambda: mirrors.overlay(tree, Patch({"src/7/mod7.py": "x\n", "src/8/new.py": "y\n"})), TIMES
    )
    found_s = _median_s(lambda: mirrors.grep(tree, "def f12_3[0-9]", "", 50), TIMES)
    return [
        Row(
            "checkout: first, 10,000 files",
            _s(first_s),
            "",
            f"{_s(clone_s)} (clone --depth 1, with its work tree)",
        ),
        Row(
            "checkout: second, nothing changed",
            _s(again_s),
            "under 0.3 s",
            f"{_s(asked_s)} (ls-remote)",
        ),
        Row(
            "checkout: second against clone --depth 1",
            f"{clone_s / again_s:.0f} times faster",
            "20 times",
            "",
        ),
        Row("checkout: second, one file changed", _s(changed_s), "", f"{_s(asked_s)} (ls-remote)"),
        Row("checkout: list all, read 50", _s(read_s), "", ""),
        Row("checkout: lay a patch over it", _s(laid_s), "", ""),
        Row("checkout: grep all of it", _s(found_s), "", ""),
    ]


def fill(origin: Path) -> None:
    """Commit the files, and change some of them fifty times."""
    chance = random.Random(7)  # the same files every time
    files = {
        f"src/{number % 100}/mod{number}.py": _source(number, chance) for number in range(FILES)
    }
    commit(origin, files)
    for number in range(COMMITS):
        commit(origin, {f"src/{number}/mod{number}.py": _source(number, chance)})
    git(origin, "gc", "-q")


def _source(number: int, chance: random.Random) -> bytes:
    lines = (f"def f{number}_{line}(): return {chance.random()}\n" for line in range(40))
    return "".join(lines).encode()


def _median_s(
    act: Callable[[], T], times: int, before: Callable[[], object] = lambda: None
) -> float:
    took = []
    for _ in range(times):
        before()
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return median(took)


def _gone(folder: Path) -> None:
    rmtree(folder, ignore_errors=True)


def _s(took_s: float) -> str:
    return f"{took_s:.3f} s"
