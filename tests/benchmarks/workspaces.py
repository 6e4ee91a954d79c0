"""The measurement of workspaces: a tree of 10,000 files laid on the disk, first and again."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sandbox.job_workspace import list_wanted_files, open_workspace
from bot.adapters.sandbox.leftovers import discard_workspace, take_spare
from bot.values import Patch, Remote, Tree
from tests.benchmarks.checkout import FILES, MAIN, REPO, fill
from tests.benchmarks.table import Row
from tests.git_served import git

TIMES = 3
CHANGE = {"src/7/mod7.py": "x = 1\n"}


def rows(work: Path) -> list[Row]:
    """What a run's first job waits for, its next one, and the first one of the next run; and what
    git and cp take for the same files.

    Each goes into a new folder: ext4 does not use the inodes of deleted files again for a minute,
    and looks for others meanwhile.
    """
    origin = work / "srv/ada/engine.git"
    origin.mkdir(parents=True)
    git(origin, "init", "-q", "--bare", "-b", "main")
    fill(origin)
    mirrors = GitMirrors(work / "home", ("file",))
    tree = mirrors.fetch(REPO, Remote(origin.as_uri()), MAIN)
    folders = (work / f"w{number}" for number in itertools.count())
    lasting = work / "lasting"
    lasting.mkdir()
    path = lasting / "run"

    first_s = _measure(lambda: _lay(mirrors, tree, next(folders)))
    _lay(mirrors, tree, path)
    patches = itertools.cycle([CHANGE, {}])
    next_s = _measure(lambda: _lay(mirrors, tree, path, next(patches)))

    def lay_for_next_run() -> None:
        discard_workspace(path)
        path.with_suffix(".lock").touch()
        take_spare(path, REPO.name)
        _lay(mirrors, tree, path, next(patches))

    path.with_suffix(".lock").touch()
    next_run_s = _measure(lay_for_next_run)
    worktree_s = _measure(
        lambda: git(origin, "worktree", "add", "-q", "--detach", str(next(folders)), tree.sha)
    )
    copied = path / "files"
    copy_s = _measure(lambda: subprocess.run(["cp", "-r", copied, next(folders)], check=True))
    shutil.rmtree(lasting)
    git_floor = f"{worktree_s:.2f} s (git worktree add)"
    return [
        Row(f"workspace: first, {FILES:,} files", f"{first_s:.2f} s", "0.5 s", git_floor),
        Row("workspace: next job, one file changed", f"{next_s:.2f} s", "", ""),
        Row(
            "workspace: first of the next run",
            f"{next_run_s:.2f} s",
            "0.5 s",
            f"{copy_s:.2f} s (cp -r)",
        ),
    ]


def _lay(mirrors: GitMirrors, tree: Tree, path: Path, files: dict[str, str] | None = None) -> None:
    with open_workspace(path) as workspace:
        wanted = list_wanted_files(mirrors, tree, Patch(dict(files or {})))
        workspace.sync(mirrors, tree, wanted)
        workspace.collect(())


def _measure(act: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return median(took)
