"""The tests of the record as people read it."""

import asyncio
import time

from bot.run import StartRun
from bot.values import Outcome
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, parked, start
from tests.adapters.dbos.engine_stories import Task

MANY = 300


def test_a_run_is_shown_with_its_steps_in_order(engine, diary):
    """A run has its story, value, outcome and times; its steps have names, results and times, in
    order.
    """
    before = time.time()
    start(engine, stories.three, diary, word="well", seconds=0.2)
    ended(engine, "k")
    run, steps = engine.run("k"), engine.steps("k")

    assert ("k", "three", "done", Outcome("done", "well"), "") == (
        run.key,
        run.story,
        run.state,
        run.outcome,
        run.error,
    )
    assert {
        "diary": str(diary),
        "word": "well",
        "seconds": 0.2,
        "times": 0,
        "repo": "o/r",
    } == run.value
    assert [(1, "mark", "a"), (2, "linger", "b ended"), (3, "mark", "c")] == [
        (s.number, s.name, s.result) for s in steps
    ]
    times = [
        before,
        *(moment for step in steps for moment in (step.began, step.ended)),
        time.time(),
    ]
    assert sorted(times) == times
    assert before - 1 <= run.began <= run.changed <= time.time()


def test_live_runs_say_so(engine, diary):
    """A run that works or waits is running and has no outcome yet; a key that was never heard has
    no run.
    """
    start(engine, stories.listen, diary, seconds=60)
    parked(engine, "k")
    run = engine.run("k")

    assert ("running", None, None) == (run.state, run.outcome, engine.run("nobody"))


def test_only_what_a_story_did_is_shown(engine, diary):
    """A wait is one step with its note, a slot is one; pauses and timers are not shown."""
    start(engine, stories.waits_in_slot, diary, seconds=0.1)
    ended(engine, "k")

    assert ["slot", "mark", "wait", "mark"] == [step.name for step in engine.steps("k")]


def test_a_failed_run_shows_why(engine, diary):
    """The run and the step that broke both say what happened."""
    start(engine, stories.broken, diary, word="path")
    ended(engine, "k")
    why = "in step break_down: KeyError: 'path'"

    assert ("failed", why, why) == (
        engine.run("k").state,
        engine.run("k").error,
        engine.steps("k")[0].error,
    )


def test_runs_are_listed_newest_first(engine, diary):
    """As many as asked for, of all stories or of one."""
    for key, story in [("1", stories.three), ("2", stories.listen), ("3", stories.three)]:
        start(engine, story, diary, key=key)
        time.sleep(0.01)

    assert ["3", "2"] == [run.key for run in engine.runs(2)]
    assert ["3", "1"] == [run.key for run in engine.runs(10, story="three")]


def test_of_many_runs_the_newest_are_listed(tmp_path, diary):
    """No more than were asked for, though there are many; one that is not listed is found by its
    key.
    """
    engine = durable(tmp_path / "home", slots=0)  # they stay in the queue
    engine.launch()

    async def many():
        task = Task(str(diary))
        await asyncio.gather(
            *(engine.start(StartRun(stories.three, task, key=f"k{n}")) for n in range(MANY))
        )

    asyncio.run(many())
    listed, found = engine.runs(100), engine.run("k7")
    engine.close()

    assert (100, "queued") == (len(listed), found.state)
