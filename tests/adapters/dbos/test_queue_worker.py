"""The tests of what looks into the queue: it looks when it is told to, not all the time."""

import asyncio
from threading import Timer

from bot.adapters.dbos.queue_worker import QueueBell
from bot.run import StartRun
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, eventually
from tests.adapters.dbos.engine_stories import Task

HOUR_S = 3600.0


def test_a_ring_ends_the_wait_for_the_next_look():
    """Though the next look is an hour away; a ring during a look is not lost, and counts once."""
    bell = QueueBell(recovery_s=0)
    bell.ring()
    waits = [bell.wait(HOUR_S)]
    Timer(0.1, bell.ring).start()
    waits += [bell.wait(HOUR_S), bell.wait(0.01)]

    assert [False, False, False] == waits


def test_what_is_stopped_looks_no_more():
    """Whether it is told so during the wait for the next look, or before."""
    bell = QueueBell(recovery_s=0)
    Timer(0.1, bell.set).start()

    assert [True, True] == [bell.wait(HOUR_S), bell.wait(HOUR_S)]


def test_after_a_launch_it_looks_by_itself():
    """The engine puts what was under way back into the queue, and rings nobody."""
    assert not QueueBell().wait(HOUR_S)


def test_a_burst_of_runs_is_worked_on(tmp_path, diary):
    """All of it, though nobody looks into the queue by himself."""
    engine = durable(tmp_path / "home", poll_s=HOUR_S)
    engine.launch()

    async def start_many():
        starts = (StartRun(stories.three, Task(str(diary)), key=f"k{n}") for n in range(20))
        await asyncio.gather(*map(engine.start, starts))

    asyncio.run(start_many())
    states = eventually(lambda: {run.state for run in engine.runs(20)}, {"done"})
    engine.close()

    assert {"done"} == states
