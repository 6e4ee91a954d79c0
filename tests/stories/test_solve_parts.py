"""What is heard while parts are opened, and how they are followed, without a bot."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.ports import Unreachable
from bot.steps.admit_part import PartAdmission
from bot.steps.open_part import OpenedPart
from bot.stories.follow_parts import OUTAGE_S, follow_end, follow_parts
from bot.stories.solve_parts import solve_parts
from bot.stories.stops import Stopped
from bot.values import (
    Branch,
    LastRun,
    Outcome,
    Part,
    PullDetails,
    Repo,
    RepoConfig,
    RunKey,
    Sha,
    Signal,
    Split,
)
from bot.values.part_progress import (
    PartPull,
    PartsNews,
    PartsStanding,
    PartStanding,
    PlaceInSplit,
)
from tests.views.run_states import make_state

REPO = Repo("acme/greeter")
PARTS = (Part(1, "Write the table", "As it says."), Part(2, "Write the words", "All.", needs=(1,)))
OPENED = tuple(replace(part, issue=7 + part.number) for part in PARTS)
LOWER = PartPull(11, "url", Branch("lower"), Branch("main"), is_open=False, is_merged=True)
MERGED = PullDetails(
    11,
    "url",
    "Write the table",
    "",
    "greenlit[bot]",
    Branch("main"),
    Sha("a" * 40),
    Branch("lower"),
    Sha("b" * 40),
    REPO.name,
    is_fork=False,
    is_ours=True,
    is_open=False,
    is_merged=True,
)
UPPER = PartPull(12, "url", Branch("upper"), Branch("lower"))


class PartsRun:
    """A run whose steps answer with these values, in order, and to which these signals come."""

    def __init__(self, state, *signals, **answers):
        self.key = RunKey("parts/d")
        self.state = state
        self.signals = list(signals)
        self.answers = answers
        self.done = []
        self.pauses_s = []

    async def __call__(self, step, *values, **named):
        self.done.append((step.name, *values[1:]))
        answers = self.answers.get(step.name)
        answer = answers.pop(0) if answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def wait(self, patience_s, waiting=None):
        self.pauses_s.append(patience_s)
        return self.signals.pop(0) if self.signals else None

    async def find_last_run(self, subject):
        return LastRun(RunKey(f"{subject}/1"), is_live=False, outcome=Outcome("opened"))

    async def find_last_state(self, subject):
        return self.state

    async def start(self, start):
        self.done.append(("start", start.key))
        return RunKey(start.key), True

    def keep(self, state):
        self.state = state
        return state


def make(parts=PARTS, **config):
    """A request whose split into these parts was approved."""
    return make_state(split=Split(parts, approved_by="ada"), config=RepoConfig(**config))


def opened():
    return [OpenedPart(part.issue, "url", is_sub_issue=True) for part in OPENED]


def test_what_is_said_right_behind_an_approval_is_answered():
    """The parts are approved already: other words get an answer, and nothing is lost silently."""
    state = make()
    words = Signal("otherwise", "whole", "ada", request=replace(state.request, delivery="later"))
    run = PartsRun(state, Signal("edited"), words, open_part=opened())
    outcome = asyncio.run(solve_parts(run, state))
    name, text = run.done[0]

    assert ("done", "reply", True) == (outcome.state, name, text.startswith("I go on with the"))
    assert run.state.split.is_made


@pytest.mark.parametrize("parts", [PARTS, OPENED])
def test_stop_that_comes_while_parts_are_opened_is_kept(parts):
    """Whether their issues are there by then or not, none begins until a `/retry`."""
    state = make(parts)
    run = PartsRun(state, Signal("stop", by="tom"), open_part=opened())

    with pytest.raises(Stopped, match="No more parts begin, because tom said so") as stopped:
        asyncio.run(solve_parts(run, state))

    assert "`/retry` here goes on" in stopped.value.outcome.next_step
    assert ("tom", False) == (run.state.split.stopped_by, "open_part" in dict(run.done))


def follow(run):
    return asyncio.run(follow_parts(run, PartsNews(REPO, 7, "d")))


def test_end_of_a_part_is_news_though_its_text_was_written_anew():
    """The hidden marker is gone; what the run knows of its place stays."""
    run = PartsRun(make_state(place=PlaceInSplit(7, 1, 2)))
    run.key = RunKey("acme/greeter#8/2")
    asyncio.run(follow_end(run))

    assert [("start", "parts/acme/greeter#8/2")] == run.done


def test_parts_are_looked_at_again_after_an_outage():
    """GitHub was not there for hours, and no other news of the parts may come."""
    ended = PartsStanding(tuple(PartStanding(part, "done") for part in OPENED))
    looks = [Unreachable("GitHub"), ended, ended]
    run = PartsRun(make(OPENED), look_at_parts=looks)

    assert ("done", [OUTAGE_S]) == (follow(run).state, run.pauses_s)
    assert "tell_parts" in [name for name, *_ in run.done]


def test_part_that_cannot_begin_is_tried_once_for_each_news():
    """What stands in its way is told; it does not change by looking again."""
    waiting = PartsStanding((PartStanding(OPENED[0], "waiting"),))
    admission = PartAdmission(obstacle="#8 is locked.")
    run = PartsRun(make(OPENED), look_at_parts=[waiting] * 5, admit_part=[admission] * 5)
    follow(run)
    names = [name for name, *_ in run.done]

    assert ["look_at_parts", "admit_part", "tell_parts", "look_at_parts"] == names


@pytest.mark.parametrize("is_wanted", [True, False])
def test_branch_that_a_stack_stood_on_is_deleted_once_nothing_does(is_wanted):
    """At its merge another pull request went into it still. Only where the repository wants it."""
    lower, upper = (PartStanding(OPENED[0], "done", LOWER), PartStanding(OPENED[1], "green", UPPER))
    moved = replace(upper, pull=replace(UPPER, base=Branch("main")))
    looks = [PartsStanding((lower, standing)) for standing in (upper, moved, moved)]
    state = make(OPENED, split="stack", delete_branch=is_wanted)
    run = PartsRun(state, look_at_parts=looks, move_pull=[True], fetch_pull=[MERGED])
    follow(run)
    deleted = [values for name, *values in run.done if name == "delete_pull_branch"]

    assert ([[MERGED]] if is_wanted else []) == deleted
