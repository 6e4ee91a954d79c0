"""The tests of what goes wrong in a run: tries, refusals, bugs and apologies."""

import time

from bot.run import step
from bot.values import Outcome
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, lines, start
from tests.adapters.dbos.engine_stories import Task


def test_an_unreachable_port_is_tried_again(engine, diary):
    """Two failed tries are in the journal with what they said and when the next one comes; the
    third one succeeds.
    """
    start(engine, stories.faltering, diary, times=2)
    outcome = ended(engine, "k")
    shown = [(step.name, step.error, step.result) for step in engine.steps("k")]

    assert Outcome("done", "reached") == outcome
    assert [
        ("falter", "again in 0.05 s: GitHub answered 502", None),
        ("falter", "again in 0.1 s: GitHub answered 502", None),
        ("falter", "", "reached"),
    ] == shown


def test_tries_are_bounded(engine, diary):
    """After the last try the run gives up, with the port's words, and says so once."""
    start(engine, stories.faltering, diary, times=99)
    outcome = ended(engine, "k")

    assert Outcome("gave up", "GitHub answered 502") == outcome
    assert ["try"] * 4 + ["sorry, k gave up: GitHub answered 502"] == lines(diary)


def test_a_rate_limit_is_waited_for(engine, diary):
    """The next try comes when the port said that it will listen again, not before."""
    start(engine, stories.patient, diary, seconds=1.0)
    outcome = ended(engine, "k")
    first, second = engine.steps("k")

    assert (Outcome("done", "reached"), "again in 1 s: the limit is used up") == (
        outcome,
        first.error,
    )
    assert 0.95 <= second.began - first.began


def test_a_rate_limit_beyond_patience_ends_the_run(engine, diary):
    """A limit that passes in three hours is not waited for: the run gives up at once."""
    start(engine, stories.patient, diary, seconds=3 * 3600)

    assert Outcome("gave up", "the limit is used up") == ended(engine, "k")


def test_a_refusal_ends_the_run_with_its_words(engine, diary):
    """A refusal that the story does not catch is the run's outcome, and is told."""
    start(engine, stories.refused, diary)
    outcome = ended(engine, "k")

    assert Outcome("refused", "the repository is archived") == outcome
    assert ["refused", "sorry, k refused: the repository is archived"] == lines(diary)


def test_a_bug_in_a_step_is_apologised_for_once(engine, diary, caplog):
    """A bug ends the run as failed; the outcome says where and what, and the log has the trace."""
    start(engine, stories.broken, diary, word="path")
    outcome = ended(engine, "k")

    assert Outcome("failed", "in step break_down: KeyError: 'path'") == outcome
    assert ["sorry, k failed: in step break_down: KeyError: 'path'"] == lines(diary)
    assert "raise KeyError(secret)" in caplog.text


def test_a_bug_in_the_story_is_apologised_for_once(engine, diary):
    """Between steps too."""
    start(engine, stories.wrong_itself, diary)
    outcome = ended(engine, "k")

    assert Outcome("failed", "in the story: Wrong: by itself") == outcome
    assert ["a", "sorry, k failed: in the story: Wrong: by itself"] == lines(diary)


def test_a_story_without_an_outcome_is_a_bug(engine, diary):
    """A story that forgets its outcome ends as failed."""
    start(engine, stories.silent, diary)

    assert Outcome(
        "failed", "in the story: TypeError: silent ended with NoneType, not with an Outcome"
    ) == ended(engine, "k")


def test_no_error_brings_a_secret_into_the_record(engine, diary, tmp_path, caplog):
    """A token in an exception's text is neither in the outcome nor in the file nor in the log."""
    start(engine, stories.leaking, diary)
    outcome = ended(engine, "k")
    files = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir())

    assert Outcome("failed", "in step leak: ValueError: bad credentials ***") == outcome
    assert (False, False) == (stories.SECRET.encode() in files, stories.SECRET in caplog.text)


def test_a_fault_says_which_service_failed_and_since_when(tmp_path, diary):
    """And which step a bug is in: people are told that, and not the error's words."""
    faults = []

    async def tell(run, task, fault):
        faults.append(fault)
        return Outcome("failed")

    engine = durable(tmp_path / "home", on_run_failed=tell)
    engine.launch()
    began = time.time()
    start(engine, stories.faltering, diary, times=99)
    ended(engine, "k")
    start(engine, stories.broken, diary, key="l", word="path")
    ended(engine, "l")
    engine.close()
    gone, bug = faults

    assert ("gone", "GitHub") == (gone.kind, gone.service)
    assert began - 1 <= gone.since <= time.time()
    assert ("failed", "break_down", 0.0) == (bug.kind, bug.step, bug.since)


def test_a_report_of_failure_that_fails_changes_nothing(tmp_path, diary):
    """When even the apology breaks, the run still ends with what went wrong first; the record has
    both.
    """

    @step("stumble")
    def stumble(ports, task: Task) -> None:
        raise KeyError("comment")

    async def tell(run, task, fault):
        return await run(stumble, task)

    engine = durable(tmp_path / "home", on_run_failed=tell)
    engine.launch()
    start(engine, stories.broken, diary, word="path")
    outcome, steps = ended(engine, "k"), engine.steps("k")
    engine.close()

    assert Outcome("failed", detail="in step break_down: KeyError: 'path'") == outcome
    assert "in step stumble: KeyError: 'comment'" == steps[-1].error
