"""The tests of slots, of cancelling, and of many runs at once."""

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest

from bot.run import SignalRun, StartRun
from bot.values import Signal, Subject
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import ended, eventually, lines, parked, peak, start, tell
from tests.adapters.dbos.engine_stories import Task

MANY = 300


def test_slots_bound_the_work(engine, diary):
    """Thirty runs of ten repositories: one at a time in each, four in all, and four at some time."""
    for number in range(30):
        start(
            engine, stories.slotted, diary, key=f"k{number}", seconds=0.05, repo=f"o/{number % 10}"
        )
    states = [ended(engine, f"k{number}").state for number in range(30)]

    assert ["done"] * 30 == states
    assert (1, 4) == (max(peak(diary, f"o/{number}") for number in range(10)), peak(diary))


def test_a_run_that_waits_holds_no_slot(engine, diary):
    """A run that waits inside a slot's block lets others work, and takes a slot again to go on."""
    start(engine, stories.waits_in_slot, diary, key="", subject="o/r#1", seconds=60)
    start(engine, stories.waits_in_slot, diary, key="", subject="o/r#2", seconds=60)
    eventually(lambda: lines(diary), ["in", "in"])
    tell(engine, "o/r#1", "go")
    tell(engine, "o/r#2", "go")

    assert ["done", "done"] == [ended(engine, f"o/r#{number}/1").state for number in (1, 2)]


def test_cancel_wakes_a_waiting_run(engine, diary, capfd):
    """A run that waits for an hour is over at once, and its subject is free; nothing is logged."""
    key = start(engine, stories.listen, diary, key="", subject="o/r#7", seconds=3600)
    parked(engine, key)
    asyncio.run(engine.cancel(key))
    waiting = eventually(lambda: len(engine._dbos._sys_db.notifications_map.snapshot()), 0, 5)
    again = start(engine, stories.listen, diary, key="", subject="o/r#7", seconds=0)

    assert ("stopped", 0, "o/r#7/2") == (engine.run(key).state, waiting, again)
    assert ("", "") == capfd.readouterr()


def test_cancel_frees_the_place_in_the_queue_for_slots(engine, diary):
    """A cancelled run that works ends after its step and gives its slot back; one that waited for
    it never works.
    """
    start(engine, stories.slotted, diary, key="first", seconds=0.8)
    eventually(lambda: len(engine.steps("first")), 1)
    start(engine, stories.slotted, diary, key="second", seconds=0.1)
    start(engine, stories.slotted, diary, key="third", seconds=0.1)
    time.sleep(0.3)
    asyncio.run(engine.cancel("second"))
    asyncio.run(engine.cancel("first"))

    assert "done" == ended(engine, "third").state
    assert 3 == len(lines(diary))


def test_cancel_of_nothing_does_nothing(engine, diary):
    """A key that was never heard, and a run that ended, cannot be cancelled."""
    start(engine, stories.three, diary)
    ended(engine, "k")
    asyncio.run(engine.cancel("k"))
    asyncio.run(engine.cancel("nobody"))

    assert "done" == engine.run("k").state


@pytest.mark.slow
def test_hundreds_of_runs_wait_cheaply(engine, diary):
    """Each of many waiting runs takes less than 0.2 MB, and all few threads, and each still wakes."""
    before = rss_mb()

    async def many():
        task = Task(str(diary), seconds=3600)
        await asyncio.gather(
            *(
                engine.start(StartRun(stories.listen, task, subject=Subject(f"o/r#{n}")))
                for n in range(MANY)
            )
        )

    asyncio.run(many())
    waiting = engine._dbos._sys_db.notifications_map.snapshot
    eventually(lambda: len(waiting()), MANY, 60)
    more, threads = rss_mb() - before, threading.active_count()
    asyncio.run(engine.signal(SignalRun(Subject("o/r#200"), Signal("stop", "hello"))))
    eventually(lambda: "hello" in lines(diary), expected=True)

    assert MANY - 1 == len(waiting())
    assert (True, True) == (more < 0.2 * MANY, threads < 60)


def rss_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
