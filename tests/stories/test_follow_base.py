"""A base that moves while runs are at work on the bot's pull requests."""

import asyncio

from bot.steps.admit import LabelReading
from bot.steps.find_own_pulls import OwnPulls
from bot.stories.follow_base import follow_base
from bot.values import Branch, MovedBase, PullDetails, RepoConfig, RunKey, Sha
from tests.views.run_states import REPO

HEAD = "greenlit/7-greet"
MOVED = MovedBase(REPO, "d", "ada", is_by_bot=False, branch=Branch("main"))


def make_pull(number):
    """A pull request of the bot that conflicts with its base."""
    return PullDetails(
        number,
        "",
        "T",
        "",
        "greenlit[bot]",
        base=Branch("main"),
        base_sha=Sha("b" * 40),
        head=Branch(HEAD),
        head_sha=Sha("a" * 40),
        head_repo=REPO.name,
        is_fork=False,
        is_ours=True,
        is_mergeable=False,
    )


class BusyPulls:
    """Two pull requests in conflict; on the first one a run is at work for a quarter of an hour."""

    def __init__(self):
        self.now = 0.0
        self.started = []

    async def __call__(self, step, *values):
        match step.name:
            case "find_own_pulls":
                return OwnPulls((8, 9), "2026-11-20T10:00:00Z")
            case "fetch_pull":
                return make_pull(values[1])
        assert "read_label" == step.name
        return LabelReading("autogen", RepoConfig())

    async def find_subject(self, repo, branch):
        return None

    async def find_last_state(self, subject):
        return None

    async def start(self, start):
        number = start.value.number
        is_new = number == 9 or self.now >= 900
        if is_new:
            self.started.append((number, self.now))
        return RunKey(f"{start.subject}/1"), is_new

    async def wait(self, patience_s):
        self.now += patience_s


def test_a_pull_request_that_is_worked_on_is_updated_later():
    """However long CI takes there; the others are not kept waiting for it."""
    run = BusyPulls()
    outcome = asyncio.run(follow_base(run, MOVED))

    assert [9, 8] == [number for number, _ in run.started]
    assert 0 == run.started[0][1]
    assert f"started {REPO.name}#9/1, {REPO.name}#8/1" == outcome.text
