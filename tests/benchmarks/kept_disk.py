"""The measurement of the home's size: how long a look takes, and what tidying a mirror brings."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from bot.adapters.disk_keeper import DiskKeeper, name_trash
from bot.adapters.git.kept_mirrors import KeptMirrors
from bot.adapters.git.mirror import Mirror
from bot.adapters.git.mirror_upkeep import MirrorUpkeep
from bot.adapters.git.mirrors import GitMirrors
from bot.values import Branch, InstallationId, Patch, Remote, Repo
from tests.benchmarks.table import Row
from tests.git_served import SECRET, git, serving

MIRRORS = 1_000
COMMITS, FETCHES, PATCHES = 10_000, 15, 10
UNREAD = shutil.ignore_patterns("[0-9a-f][1-9a-f]")  # loose objects that no look reads
REPO, MAIN = Repo("ada/engine", InstallationId(1)), Branch("main")


def rows(work: Path) -> list[Row]:
    """Looks at a thousand copies of a mirror that was used often, and one mirror tidied."""
    kept = KeptMirrors(work / "mirrors", name_trash(work))
    use_often(work)
    mirror = kept.open(REPO.name)
    walked_s = _measure_walk(mirror)
    packs, size = mirror.count_packs(), sum(map(kept.measure, kept.list_parts(())))
    scanned = _measure_scans(work, kept)
    tidied_s = _time(MirrorUpkeep(kept, lambda: True, quiet_s=-60.0).look)
    tidy = sum(map(kept.measure, kept.list_parts(())))
    return [
        *scanned,
        Row(f"tidy: {COMMITS:,} commits, {packs} packs", f"{tidied_s:.1f} s", "", ""),
        Row("tidy: its size", f"{size / 1e6:.1f} MB, then {tidy / 1e6:.1f} MB", "", ""),
        Row(
            "tidy: a walk through the history",
            f"{walked_s * 1e3:.0f} ms, then {_measure_walk(mirror) * 1e3:.0f} ms",
            "",
            "",
        ),
    ]


def use_often(work: Path) -> None:
    """Have a mirror of a long history, as many fetches and runs leave it."""
    with serving(work / "srv") as served:
        origin = served.create()
        git(origin, "fast-import", "--quiet", given=b"".join(map(_write_commit, range(COMMITS))))
        mirrors = GitMirrors(work / "mirrors", ("http",))
        remote = Remote(f"{served.url}/{REPO.name}.git", SECRET)
        for back in reversed(range(FETCHES)):
            tip = git(origin, "rev-parse", f"refs/heads/all~{back * 200}")
            git(origin, "update-ref", "refs/heads/main", tip)
            tree = mirrors.fetch(REPO, remote, MAIN)
            for number in range(PATCHES):
                mirrors.overlay(tree, Patch({f"new/{back}_{number}.py": f"{back} {number}\n"}))


def _write_commit(number: int) -> bytes:
    content = b"%d\n" % number * 50
    return (
        b"commit refs/heads/all\ncommitter Ada <ada@example.org> %d +0000\ndata 2\nC\n"
        b"M 100644 inline src/%d/m%d.py\ndata %d\n%b\n"
    ) % (1_793_534_400 + number, number % 40, number % 1_500, len(content), content)


def _measure_scans(work: Path, kept: KeptMirrors) -> list[Row]:
    """Measure looks of a process that has not seen the mirrors, and of one that has."""
    home = work / "many"
    source = kept.open(REPO.name).git.git_dir
    for number in range(MIRRORS):
        target = home / f"mirrors/o{number}/r.git"
        shutil.copytree(source, target, ignore=UNREAD, copy_function=_link)
    many = KeptMirrors(home / "mirrors", name_trash(home))
    keeper = DiskKeeper(home, {"mirrors": many})
    first_s, again_s = _time(keeper.keep, time.process_time), _time(keeper.keep, time.process_time)
    shutil.rmtree(home)
    return [
        Row(f"disk: a look at {MIRRORS:,} mirrors, the first, CPU", f"{first_s:.2f} s", "", ""),
        Row("disk: the next one, each ten minutes, CPU", f"{again_s:.3f} s", "", ""),
    ]


def _link(source: str, target: str) -> None:
    """Link what is read alone; the time of HEAD is each mirror's own."""
    if source.endswith("HEAD"):
        shutil.copy2(source, target)
    else:
        os.link(source, target)


def _measure_walk(mirror: Mirror) -> float:
    """Measure the fastest of five, as other work on the machine only makes it slower."""
    [tip] = mirror.git.run("for-each-ref", "--count=1", "--format=%(objectname)").split()
    walk = ("rev-list", "--count", tip.decode())
    return min(_time(lambda: mirror.git.run(*walk)) for _ in range(5))


def _time(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    act()
    return clock() - began
