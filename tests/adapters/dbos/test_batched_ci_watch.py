"""What the watch of CI asks, whom it wakes, and who waits for whom."""

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.adapters.dbos.ci_watch import BatchedCiWatch
from bot.adapters.dbos.run_waits import RunWaits
from bot.adapters.dbos.slots import Slots
from bot.adapters.dbos.wait_reports import WaitPolicy, WaitReports
from bot.ports import NoMetrics, RateLimited, Unreachable
from bot.values import (
    HeadMark,
    HeadMarks,
    InstallationId,
    Repo,
    RequestBudget,
    RunKey,
    Sha,
    WatchedHead,
)

POLL_S = 0.02
# So much that looks need no pause.
FULL = RequestBudget("graphql", 10**9, 10**9, 0.0)
NOTHING = RequestBudget("graphql", 0, 0, 0.0)
ENDED, UNDER_WAY = HeadMark("a", has_settled=True), HeadMark("b")


class Scene:
    """Runs that wait, a GitHub that a test answers for, and what the runs are told."""

    def __init__(self, answer):
        self.answer = answer
        self.sizes = []
        self.told = []
        self.waits = {}
        self.watch = BatchedCiWatch(self._fetch, self._send, POLL_S, NoMetrics())

    def add(self, number, installation=1, name="o/r"):
        """A run that waits."""
        head = WatchedHead(Repo(name, InstallationId(installation)), Sha(f"{number:040x}"))
        reports = WaitReports(None, WaitPolicy())
        reports.head = head
        key = RunKey(f"{name}#{number}/1")
        self.waits[key] = RunWaits(key, Slots(1, 1), reports)
        return head

    def run(self, is_over):
        """Watch until it is over, ten seconds at most."""
        asyncio.run(self._run(is_over))

    async def _run(self, is_over):
        with ThreadPoolExecutor(8) as threads:
            await self.watch.start(self.waits, threads)
            async with asyncio.timeout(10):
                while not is_over():  # noqa: ASYNC110 - who ends it lives in other threads
                    await asyncio.sleep(POLL_S / 4)
            await self.watch.stop()

    def _fetch(self, heads, scope):
        self.sizes.append(len(heads))
        assert {head.repo for head in heads} <= scope
        return self.answer(heads)

    async def _send(self, run, signal, once):
        self.told.append((run, signal.kind, signal.sha, once))


def tell(mark, budget=FULL):
    """Tell the same of all commits."""
    return lambda heads: HeadMarks(dict.fromkeys(heads, mark), 1, budget)


def test_fifty_at_once_and_each_run_is_woken_once():
    """A mark that stays says nothing new, however often it is seen."""
    scene = Scene(tell(ENDED))
    for number in range(120):
        scene.add(number)
    scene.run(lambda: len(scene.sizes) >= 9)

    assert [50, 50, 20] == scene.sizes[:3]
    assert 120 == len(scene.told) == len(set(scene.told))
    assert ("o/r#7/1", "checks", f"{7:040x}", f"o/r#7/1 {7:040x} a") in scene.told


def test_what_is_under_way_wakes_nobody_and_another_end_wakes_again():
    """A second attempt of CI has a mark of its own."""
    marks = iter([UNDER_WAY, ENDED, UNDER_WAY, replace(ENDED, text="c")])

    def answer(heads):
        return tell(next(marks, UNDER_WAY))(heads)

    scene = Scene(answer)
    scene.add(1)
    scene.run(lambda: len(scene.sizes) >= 5)

    assert ["a", "c"] == [once[-1] for *_, once in scene.told]


def test_a_run_that_no_longer_waits_is_left_alone():
    """What it does by now has nothing to do with that commit."""
    scene = Scene(None)
    scene.add(1)

    def answer(heads):
        scene.waits["o/r#1/1"].reports.head = None
        return tell(ENDED)(heads)

    scene.answer = answer
    scene.run(lambda: scene.sizes)

    assert [] == scene.told


def test_a_slow_answer_holds_up_no_other_installation():
    """Nor is the slow one asked again meanwhile."""
    is_over = threading.Event()
    asked = Counter()

    def answer(heads):
        installation = heads[0].repo.installation
        asked[installation] += 1
        if installation == 1:
            is_over.wait(10)
        return tell(UNDER_WAY)(heads)

    scene = Scene(answer)
    scene.add(1, installation=1)
    scene.add(2, installation=2, name="p/r")
    scene.run(lambda: asked[2] >= 5 and (is_over.set() or True))

    assert 1 <= asked[1] <= 2


def test_runs_ask_by_themselves_where_nothing_is_seen():
    """Of a repository that GitHub does not show, and of all while it fails; a limit is waited out."""
    hidden = Repo("o/gone", InstallationId(1))
    troubles = {
        1: lambda heads: HeadMarks({head: UNDER_WAY for head in heads if head.repo != hidden}),
        2: lambda _: raise_error(Unreachable("down", "GitHub")),
        3: lambda _: raise_error(RateLimited("slow down", 9e9, "GitHub")),
    }
    scene = Scene(lambda heads: troubles[heads[0].repo.installation](heads))
    shown = scene.add(1).repo
    scene.add(2, name="o/gone")
    down = scene.add(3, 2, "p/r").repo
    limited = scene.add(4, 3, "q/r").repo
    scene.run(lambda: len(scene.sizes) >= 4)

    # Each run is 2.88 s more between the looks of each: 3,600 s for a quarter of 5,000 points.
    assert [2 * 2.88, 0.0, 0.0, 2.88] == [
        scene.watch.compute_pause_s(repo) for repo in (shown, hidden, down, limited)
    ]
    assert 5 * POLL_S == scene.watch.compute_pause_s(Repo("new/r", InstallationId(9)))


def test_trouble_is_told_once_though_its_run_looks_meanwhile(caplog):
    """A run that asks by itself is not among those that wait for a moment."""
    scene = Scene(lambda _: raise_error(RateLimited("slow down", 0.0, "GitHub")))
    scene.add(1)
    reports = scene.waits["o/r#1/1"].reports
    head, reports.head = reports.head, None

    def alternate():
        reports.head = None if reports.head else head
        return len(scene.sizes) >= 3

    scene.run(alternate)

    assert 1 == len(caplog.messages)


def test_a_look_ends_where_too_little_is_left():
    """The commits behind it are not hidden: they are looked at when there are points again."""
    short = RequestBudget("graphql", 1000, 5000, 9e9)
    scene = Scene(tell(UNDER_WAY, short))
    repos = {scene.add(number).repo for number in range(60)}
    repos.add(scene.add(60, name="o/z").repo)
    scene.run(lambda: not scene.watch.compute_pause_s(Repo("o/r", InstallationId(1))) < 0.2)

    assert [50] == scene.sizes
    assert all(scene.watch.compute_pause_s(repo) for repo in repos)


def test_a_limit_of_nothing_ends_no_watch():
    """As of a server that has none; runs that ask for how long they may wait are told so, too."""
    scene = Scene(lambda heads: HeadMarks(dict.fromkeys(heads, UNDER_WAY), 0, NOTHING))
    repo = scene.add(1).repo
    scene.run(lambda: len(scene.sizes) >= 3)

    assert scene.watch.compute_pause_s(repo) == pytest.approx(2.88)


def raise_error(error):
    raise error
