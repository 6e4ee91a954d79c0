"""What becomes of a review, or of a command in a thread, that comes while a run is at work."""

import asyncio
from dataclasses import replace

import pytest

from bot.stories.live_run import outlast_live_run
from bot.values import (
    LastRun,
    Outcome,
    Repo,
    Request,
    ReviewThread,
    RunKey,
    Subject,
    ThreadComment,
)
from tests.views.run_states import make_state

AT = "2026-11-20T10:00:00Z"
REVIEW = Request(Repo("acme/orders"), 9, "ada", AT, "d1", on_pull=True, review=31)
COMMAND = replace(REVIEW, comment=501, in_thread=True)
READ = ReviewThread("T1", "a.py", (ThreadComment(501, "ada", "Why?", AT, AT, review=31),))
OTHER = ReviewThread("T2", "a.py", (ThreadComment(502, "ada", "How?", AT, AT, review=32),))
TEXT = ReviewThread("review/31", "", (ThreadComment(31, "ada", "Why?", AT, AT),))


class Ending:
    """The run that hears a review; the one at work ends with an outcome after two looks."""

    def __init__(self, state, *threads):
        self.last = LastRun(RunKey("acme/orders#9/1"), True)
        self.ended = replace(self.last, is_live=False, outcome=Outcome(state))
        self.state = make_state(open_threads=threads)
        self.looks = 0

    async def signal(self, signal):
        assert "review" == signal.signal.kind
        return True

    async def wait(self, patience_s):
        self.looks += 1

    async def find_last_run(self, subject):
        return self.last if self.looks < 2 else self.ended

    async def find_last_state(self, subject):
        return self.state


def may_another(run, request):
    return asyncio.run(outlast_live_run(run, request, Subject("acme/orders#9")))


@pytest.mark.parametrize("request_", [REVIEW, COMMAND])
@pytest.mark.parametrize("state", ["opened", "draft", "red", "gave up", "asked", "suggested"])
def test_what_a_run_did_not_read_gets_another_one(state, request_):
    """However the last one ended: a merge of the base reads no threads, and CI may be red."""
    assert may_another(Ending(state, OTHER), request_)


@pytest.mark.parametrize(
    ("state", "request_", "thread"),
    [("red", REVIEW, READ), ("gave up", REVIEW, TEXT), ("gave up", COMMAND, READ)],
)
def test_what_a_run_read_in_vain_gets_no_other_one(state, request_, thread):
    """It said why, and the next would say the same."""
    assert not may_another(Ending(state, thread), request_)


@pytest.mark.parametrize("state", ["stopped", "failed", "refused"])
def test_no_run_follows_one_that_was_stopped_or_broke(state):
    """Whoever stopped it meant what waited, too; what broke would break again."""
    assert not may_another(Ending(state), REVIEW)
