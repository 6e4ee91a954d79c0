"""The tests that kill an engine with SIGKILL and look at what the next one does."""

import asyncio
import time

from dbos import DBOSClient

from bot.adapters.dbos.journal import JsonSerializer
from bot.run import Run, StartRun
from bot.values import Outcome
from tests.adapters.dbos.engine_process import Killable
from tests.adapters.dbos.engine_stage import altered, durable, ended, eventually, lines, peak
from tests.adapters.dbos.engine_stories import Task, listen, mark, three


def test_only_the_interrupted_step_is_done_again(killable, diary):
    """Killed in the middle of a step: the next engine repeats that step, and nothing before it."""
    first = killable()
    first.start("three", "k", diary=str(diary), seconds=1.0)
    eventually(lambda: lines(diary), ["a", "b began"])
    first.kill()
    second = killable()

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    assert ["a", "b began", "b began", "b ended", "c"] == lines(diary)


def test_a_start_that_was_answered_survives(killable, diary):
    """Killed as soon as `start` has answered: the run is on disk, and the next engine does it."""
    first = killable()
    first.start("three", "k", diary=str(diary))
    first.kill()
    second = killable()

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    assert "c" == lines(diary)[-1]


def test_a_note_sent_while_the_engine_was_down_is_delivered(killable, diary, tmp_path):
    """A run waits, the engine is killed, a note is put into the record: the next engine's run wakes
    with it.
    """
    first = killable()
    first.start("listen", "k", diary=str(diary), seconds=600)
    eventually(lambda: first.ask("steps", "k"), ["mark"])
    first.kill()
    client = DBOSClient(
        system_database_url=f"sqlite:///{tmp_path / 'home' / 'engine.sqlite'}",
        serializer=JsonSerializer(),
    )
    client.send("k", {"kind": "stop", "text": "hello"}, "inbox")
    client.destroy()
    second = killable()

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    assert ["a", "hello"] == lines(diary)


def test_a_note_to_a_busy_run_survives(killable, diary):
    """A note that came before the kill, while the run was in a step, is there when the run comes to
    wait.
    """
    first = killable()
    first.start("busy_then_listens", subject="o/r#7", diary=str(diary), seconds=1.0)
    eventually(lambda: lines(diary), ["b began"])
    told = first.ask("tell", "o/r#7", "hello")
    first.kill()
    killable()

    assert told
    assert "hello" == eventually(lambda: lines(diary)[-1], "hello")


def test_a_note_wakes_a_run_at_once(killable, diary):
    """Though DBOS itself looks only once an hour here."""
    engine = killable(inbox_poll_s=3600)
    engine.start("listen", subject="o/r#7", diary=str(diary), seconds=3600)
    eventually(lambda: engine.ask("steps", "o/r#7/1"), ["mark"])
    time.sleep(0.5)
    engine.ask("tell", "o/r#7", "hello")

    assert ["a", "hello"] == eventually(lambda: lines(diary), ["a", "hello"])


def test_patience_runs_on_while_the_engine_is_down(killable, diary):
    """A wait of three seconds ends three seconds after it began, with a kill and a pause in
    between.
    """
    first = killable()
    began = time.monotonic()
    first.start("listen", "k", diary=str(diary), seconds=3)
    eventually(lambda: first.ask("steps", "k"), ["mark"])
    time.sleep(0.5)
    first.kill()
    time.sleep(1)
    killable()

    assert ["a", "nothing"] == eventually(lambda: lines(diary), ["a", "nothing"])
    assert time.monotonic() - began >= 3


def test_a_refusal_is_the_same_at_replay(killable, diary):
    """A step that refused is not done again: the replay raises a Refusal with the recorded text."""
    first = killable()
    first.start("undeterred", "k", diary=str(diary), seconds=1.0)
    eventually(lambda: len(lines(diary)), 2)
    first.kill()
    second = killable()

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    again = "Refusal the repository is archived"
    assert ["refused", f"{again} began", f"{again} began", f"{again} ended"] == lines(diary)


def test_values_are_the_same_at_replay(killable, diary):
    """Dataclasses, unions, tuples, None and half a surrogate pair come back from the record as they
    first were.
    """
    first = killable()
    first.start("values", "k", diary=str(diary), seconds=1.0)
    eventually(lambda: len(lines(diary)), 1)
    first.kill()
    second = killable()

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    assert lines(diary)[0] == lines(diary)[1]
    assert lines(diary)[0].startswith(r"(Turn(stop='tools'")
    assert r"\ud800" in lines(diary)[0]


def test_a_wait_between_tries_survives(killable, diary):
    """Killed while it waits for a rate limit to pass: the wait ends when it would have, and the
    step goes on.
    """
    first = killable()
    began = time.monotonic()
    first.start("patient", "k", diary=str(diary), seconds=2.5)
    eventually(lambda: first.ask("steps", "k"), ["limited"])
    time.sleep(0.3)
    first.kill()
    second = killable()

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    assert ["try", "try"] == lines(diary)
    assert time.monotonic() - began >= 2.5


def test_slots_hold_across_a_kill(killable, diary):
    """Killed inside slots: in the next engine all runs end, still one at a time per repository and
    four in all.
    """
    first = killable()
    for number in range(12):
        first.start("slotted", f"k{number}", diary=str(diary), seconds=0.2, repo=f"o/{number % 6}")
    eventually(lambda: len(lines(diary)) > 4, expected=True)
    first.kill()
    second = killable()
    states = [
        eventually(lambda key=f"k{number}": second.ask("state", key), "done")
        for number in range(12)
    ]

    assert ["done"] * 12 == states
    assert (1, 4) == (max(peak(diary, f"o/{number}") for number in range(6)), peak(diary))


def test_a_second_process_on_the_home_is_refused(killable, tmp_path):
    """Two engines on one home would repeat each other's steps: the second one ends with words that
    name the first.
    """
    first = killable()
    second = Killable(tmp_path / "home")
    second.process.join(60)

    assert 1 == second.process.exitcode
    said = second.errors.read_text()
    assert f"is in use by another process (pid {first.process.pid})" in said


def test_close_lets_the_step_under_way_be_remembered(tmp_path, diary):
    """Closed in the middle of a step: it ends and is recorded, nothing more begins, and nothing is
    done twice.
    """
    first = durable(tmp_path / "home")
    first.launch()
    asyncio.run(first.start(StartRun(three, Task(str(diary), seconds=0.5), key="k")))
    eventually(lambda: lines(diary), ["a", "b began"])
    first.close()
    between = lines(diary)
    second = durable(tmp_path / "home")
    second.launch()
    outcome = ended(second, "k")
    second.close()

    assert ["a", "b began", "b ended"] == between
    assert (Outcome("done"), ["a", "b began", "b ended", "c"]) == (outcome, lines(diary))


def test_a_run_whose_story_changed_under_it_fails_loudly(tmp_path, diary):
    """The next version does something else first: the run cannot go on, says so once, and ends."""
    first = durable(tmp_path / "home")
    first.launch()
    asyncio.run(first.start(StartRun(listen, Task(str(diary), seconds=600), key="k")))
    eventually(lambda: len(first.steps("k")), 1)
    first.close()

    async def changed(run: Run, task: Task) -> Outcome:
        await run.wait(1)
        await run(mark, task.diary, "never")
        return Outcome("done")

    changed.__name__ = "listen"
    second = durable(tmp_path / "home", stories=[changed])
    second.launch()
    outcome = ended(second, "k")
    second.close()

    assert "failed" == outcome.state
    assert "another version of its story" in outcome.text
    assert ["a", f"sorry, k failed: {outcome.text}"] == lines(diary)


def test_a_record_that_cannot_be_written_is_no_fault_of_the_run(tmp_path, diary):
    """The database fails while a step is recorded: nobody is told anything, and the next engine
    repeats the step.
    """
    first = durable(tmp_path / "home")
    first.launch()
    asyncio.run(first.start(StartRun(three, Task(str(diary), seconds=0.5), key="k")))
    eventually(lambda: lines(diary), ["a", "b began"])
    altered(tmp_path / "home", "alter table operation_outputs rename to gone")
    eventually(lambda: lines(diary), ["a", "b began", "b ended"])
    time.sleep(0.3)
    first.close()
    altered(tmp_path / "home", "alter table gone rename to operation_outputs")
    second = durable(tmp_path / "home")
    second.launch()
    outcome = ended(second, "k")
    second.close()

    assert Outcome("done") == outcome
    assert ["a", "b began", "b ended", "b began", "b ended", "c"] == lines(diary)
