"""What is told of a run that its story could not end."""

import asyncio
from dataclasses import replace

import pytest

from bot.ports import Refusal
from bot.run import RunFault
from bot.stories import progress
from bot.values import Outcome, ReviewThread, RunReport, Sha, ThreadAnswer, ThreadComment
from bot.values.events import PullClosed
from tests.views.run_states import KEY, REQUEST, make_end, make_state

BUG = RunFault("failed", "in step report: KeyError: 'x'", "report")


THREADS = (
    ReviewThread("T1", "a.py", (ThreadComment(1, "ada", "So?", "", ""),)),
    ReviewThread("T2", "a.py", (ThreadComment(2, "ada", "Why?", "", ""),)),
)
APPLIED = ThreadAnswer("T1", "applied", "", Sha("b" * 40))
ANSWERED = make_state(
    open_threads=THREADS, answers=(APPLIED, ThreadAnswer("T2", "done", "It will be."))
)


class Recorder:
    """A run that does no step, and keeps what it is asked to do."""

    key = KEY

    def __init__(self, state=None, refusal=None):
        self.state = state
        self.refusal = refusal
        self.steps = []

    async def __call__(self, step, /, *values, **named):
        outcome = values[0].outcome
        self.steps.append((step.name, outcome.state if outcome else ""))
        if self.refusal:
            raise self.refusal
        return RunReport(1, "")

    def heed(self, listen):
        pass

    def keep(self, state):
        self.state = state
        return state


def conclude(run, fault):
    return asyncio.run(progress.conclude_failed(run, REQUEST, fault))


def test_a_run_that_broke_is_told_with_its_state():
    """Its comments say that it broke; what CI had not judged is not waited for."""
    run = Recorder(make_state())
    outcome = conclude(run, replace(BUG, state=run.state))

    assert ("failed", "broke") == (outcome.state, outcome.kind)
    assert [("report", "failed")] == run.steps
    assert outcome == run.state.outcome


def test_what_nobody_asked_for_is_told_to_nobody():
    """An event that was handled in vain is in the log and the record."""
    run = Recorder()
    closed = PullClosed("d", REQUEST.repo, 8, "topic", False, "ada", False)
    outcome = asyncio.run(progress.conclude_failed(run, closed, BUG))

    assert ("failed", []) == (outcome.state, run.steps)


def test_an_end_that_could_not_be_told_at_first_stays_what_it_was():
    """GitHub was down when the pull request was opened already: that is what people are told."""
    opened = Outcome("opened", "CI is green.", 8)
    run = Recorder(make_end(opened))
    gone = RunFault("gone", "502", "report", service="GitHub", state=run.state)

    assert opened == conclude(run, gone)
    assert [("report", "opened")] == run.steps


@pytest.mark.parametrize("refusal", [None, Refusal("It is locked.")])
def test_a_command_that_broke_has_no_run_to_tell_of(refusal):
    """Whoever gave it is told, where anybody can be told."""
    run = Recorder(refusal=refusal)

    assert "failed" == conclude(run, BUG).state
    assert [("report_failure", "failed")] == run.steps


@pytest.mark.parametrize(("step", "answers"), [("ask_model", 1), ("reply_in_thread", 0)])
def test_what_was_pushed_is_answered_although_the_run_broke(step, answers):
    """A suggestion that stands on the branch says so in its thread; an edit that was not pushed
    does not. Where the answering itself broke, nothing is tried again.
    """
    run = Recorder(ANSWERED)
    conclude(run, replace(BUG, step=step, state=run.state))
    names = [name for name, _ in run.steps]

    assert [*["reply_in_thread"] * answers, "report"] == names


@pytest.mark.parametrize(("kind", "answers"), [("", 0), ("taken branch", 1)])
def test_a_run_that_was_stopped_answers_no_thread(kind, answers):
    """Unless somebody pushed on top of what was done: that stays, and its thread names it."""
    run = Recorder(ANSWERED)
    asyncio.run(progress.conclude(run, Outcome("stopped", "I stopped.", kind=kind)))

    assert answers == [name for name, _ in run.steps].count("reply_in_thread")
