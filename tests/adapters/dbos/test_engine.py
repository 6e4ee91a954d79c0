"""The tests of starting, numbering, telling and forgetting."""

import asyncio
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.run import Run, SignalRun, StartRun
from bot.values import Outcome, RepoBranches, Signal, Subject
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import (
    aged,
    durable,
    ended,
    eventually,
    lines,
    parked,
    start,
    tell,
)
from tests.adapters.dbos.engine_stories import Task


def test_one_key_starts_one_run(engine, diary):
    """Fifty starts of one key, from threads and from one loop at the same time, are one run."""
    asking = StartRun(stories.three, Task(str(diary)), key="k")

    async def many():
        return await asyncio.gather(*(engine.start(asking) for _ in range(25)))

    with ThreadPoolExecutor(26) as threads:
        loop = threads.submit(asyncio.run, many())
        alone = [threads.submit(asyncio.run, engine.start(asking)) for _ in range(25)]
        keys = {*loop.result(), *(one.result() for one in alone)}
    outcome = ended(engine, "k")

    assert ({"k"}, Outcome("done")) == (keys, outcome)
    assert ["a", "b began", "b ended", "c"] == lines(diary)


def test_a_redelivery_after_the_end_starts_nothing(engine, diary):
    """A key that was heard before starts nothing, though its run ended long ago."""
    start(engine, stories.three, diary)
    ended(engine, "k")
    start(engine, stories.three, diary)
    time.sleep(0.4)

    assert ["a", "b began", "b ended", "c"] == lines(diary)
    assert 1 == len(engine.runs(10))


def test_runs_of_a_subject_are_numbered(engine, diary):
    """While a run of the subject lives its key is the answer; once it ended the next one has the
    next number.
    """
    first = start(engine, stories.listen, diary, key="", subject="o/r#7", seconds=60)
    again = start(engine, stories.listen, diary, key="", subject="o/r#7", seconds=60)
    parked(engine, first)
    tell(engine, "o/r#7", "go")
    ended(engine, first)
    second = start(engine, stories.listen, diary, key="", subject="o/r#7", seconds=0)
    other = start(engine, stories.listen, diary, key="", subject="o/r#70", seconds=0)

    assert ("o/r#7/1", "o/r#7/1", "o/r#7/2", "o/r#70/1") == (first, again, second, other)


def test_fifty_starts_of_a_subject_are_one_run(engine, diary):
    """Concurrent starts of a subject agree on one run."""

    async def many():
        asking = StartRun(stories.listen, Task(str(diary), seconds=1), subject=Subject("o/r#7"))
        return await asyncio.gather(*(engine.start(asking) for _ in range(50)))

    assert {"o/r#7/1"} == set(asyncio.run(many()))


def test_a_story_begins_and_tells_another(engine, diary):
    """From inside a story: the first `begin` is new, the second finds the run alive, and only the
    living are told.
    """
    start(engine, stories.parent, diary, seconds=60)
    outcome = ended(engine, "k")

    assert "(('o/r#1/1', True), ('o/r#1/1', False), True, False)" == outcome.text
    assert Outcome("done", "hello") == ended(engine, "o/r#1/1")


def test_a_begin_that_is_repeated_is_still_new(engine, diary):
    """Killed between beginning a run and remembering that: the repeated step finds its own run, and
    calls it new.
    """
    asking = StartRun(stories.listen, Task(str(diary), seconds=0), subject=Subject("o/r#7"))
    first = asyncio.run(engine._start(asking, "parent@1"))
    ended(engine, "o/r#7/1")
    again = asyncio.run(engine._start(asking, "parent@1"))
    other = asyncio.run(engine._start(asking, "parent@2"))

    assert (("o/r#7/1", True), ("o/r#7/1", True), ("o/r#7/2", True)) == (first, again, other)


def test_a_begin_by_key_is_new_for_who_began_it(engine, diary):
    """A story that begins a run by key hears that it is new, also when the step is repeated;
    another story does not.
    """
    asking = StartRun(stories.listen, Task(str(diary), seconds=0), key="k")
    begun = [asyncio.run(engine._start(asking, by)) for by in ("parent@1", "parent@1", "parent@2")]

    assert [("k", True), ("k", True), ("k", False)] == begun


def test_a_story_that_is_not_listed_is_refused(engine, diary):
    """A run that no engine could ever do is not accepted."""

    async def unlisted(run: Run, task: Task) -> Outcome:
        return Outcome("done")

    with pytest.raises(ValueError, match="there is no story 'unlisted'"):
        start(engine, unlisted, diary)


def test_a_key_of_another_storys_run_is_refused(engine, diary):
    """Two stories cannot share a key."""
    start(engine, stories.three, diary)

    with pytest.raises(ValueError, match="k is a run of three, not of listen"):
        start(engine, stories.listen, diary)


def test_a_note_is_told_once_per_key(engine, diary):
    """The same delivery told twice is one note: a run that waits a second time hears nothing."""
    start(engine, stories.listens_twice, diary, key="", subject="o/r#7", seconds=1)
    parked(engine, "o/r#7/1")
    told = [
        tell(engine, "o/r#7", "hello", key="delivery"),
        tell(engine, "o/r#7", "hello", key="delivery"),
    ]

    assert [True, True] == told
    assert Outcome("done", "hello, nothing") == ended(engine, "o/r#7/1")


def test_a_run_is_found_by_the_branch_that_it_recorded(engine, diary):
    """Whatever the branch is called; other branches and other repositories do not wake it."""
    for number, branch in ((1, "v2-9-x"), (2, "v2-9-y")):
        subject = f"o/r#{number}"
        start(engine, stories.follows, diary, key="", subject=subject, word=branch, seconds=60)
        eventually(lambda key=f"{subject}/1": "mark" in [s.name for s in engine.steps(key)], True)
    told = [
        asyncio.run(engine.signal(SignalRun(RepoBranches(*to), Signal("stop", "hello"))))
        for to in (("o/r", ("main",)), ("o/other", ("v2-9-x",)), ("o/r", ("main", "v2-9-x")))
    ]

    assert [(), (), ("o/r#1/1",)] == told
    assert Outcome("done", "hello") == ended(engine, "o/r#1/1")
    assert "running" == engine.run("o/r#2/1").state


def test_nobody_is_told_when_no_run_lives(engine, diary):
    """A subject that never had a run, and one whose run ended, have nobody to tell."""
    start(engine, stories.listen, diary, key="", subject="o/r#7", seconds=0)
    ended(engine, "o/r#7/1")

    assert [False, False] == [tell(engine, "o/r#7", "hello"), tell(engine, "o/r#8", "hello")]


def test_old_runs_are_forgotten(engine, diary, tmp_path):
    """What ended long ago goes, but no sooner than GitHub may redeliver, and never a subject's
    newest run.
    """
    for key, subject in [("old", ""), ("young", ""), ("", "o/r#7"), ("", "o/r#7")]:
        ended(engine, start(engine, stories.listen, diary, key=key, subject=subject, seconds=0))
    start(engine, stories.listen, diary, key="live", seconds=60)
    aged(tmp_path / "home", ["old", "o/r#7/1", "o/r#7/2", "live"], days=5)
    gone = engine.forget(0)
    left = {run.key for run in engine.runs(10)}

    assert (2, {"young", "o/r#7/2", "live"}) == (gone, left)


def test_a_second_engine_in_the_process_is_refused(engine, tmp_path):
    """DBOS is one of a kind in a process; a second home would quietly write into the first one's
    record.
    """
    with pytest.raises(RuntimeError, match="another engine is launched"):
        durable(tmp_path / "other").launch()


QUIET = """\
import asyncio
import sys
from pathlib import Path

from bot.cli.log_output import configure_log
from tests.adapters.dbos.engine_process import obey
from tests.adapters.dbos.engine_stage import durable

configure_log("INFO", "text")
engine = durable(Path(sys.argv[1]))
engine.launch()
for story, seconds in (("listen", 600), ("three", 0)):
    task = {"diary": sys.argv[2], "seconds": seconds}
    asyncio.run(obey(engine, ["start", story, story, "", task]))
engine.close()
"""


def test_the_engine_is_quiet(tmp_path, diary):
    """Nothing is on stdout or stderr: no banner, no warning, not at the end either."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUIET, tmp_path / "home", diary],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        check=False,
    )

    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)
