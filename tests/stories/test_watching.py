"""The wait for CI ends, whatever comes in meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from bot.steps.admit import GONE, find_stop_reason
from bot.steps.fetch_checks import ChecksSnapshot, fetch_checks
from bot.stories.stops import StaysRed, Stopped
from bot.stories.watching import obey_signal, settle_ci
from bot.values import (
    Branch,
    Caps,
    Check,
    Checks,
    ExpectedCi,
    Finish,
    PushedChange,
    Sha,
    Signal,
    WatchedHead,
)
from tests.views.run_states import TREE, make_state

HEAD = Sha("a" * 40)
STATE = make_state(
    caps=Caps(ci_patience_s=600),
    ci=ExpectedCi("on push", 1),
    branch=Branch("greenlit/1-x"),
    tree=TREE,
    pushed=PushedChange(HEAD, Finish("T", "", ""), ()),
)


class Busy:
    """A run into whose inbox signals about another commit keep coming, ten seconds apart."""

    def __init__(self):
        self.now = 1.0
        self.signals = 0
        self.state = STATE

    async def __call__(self, step, *values):
        assert step is fetch_checks
        return ChecksSnapshot(Checks(HEAD, (Check("test", "pending"),)), self.now)

    async def wait(self, patience_s, waiting=None):
        self.now += min(patience_s, 10.0)
        self.signals += 1
        assert self.signals < 1000, "it waits for ever"
        return Signal("checks", sha="b" * 40)


def test_signals_about_other_commits_do_not_hold_the_wait_up():
    """Time runs on: after the patience for CI the wait ends."""
    run = Busy()
    try:
        asyncio.run(settle_ci(run, STATE))
        ended = ""
    except StaysRed as stays_red:
        ended = str(stays_red)

    assert "CI did not end within 10 minutes." == ended


class Quiet:
    """A run of which nobody hears anything, while its CI runs; `pause_s` is the watch's word."""

    def __init__(self, pause_s):
        self.pause_s = pause_s
        self.now = 1.0
        self.looks = []
        self.state = STATE

    async def __call__(self, step, *values):
        if step is find_stop_reason:
            return ""
        self.looks.append(self.now - 1.0)
        return ChecksSnapshot(Checks(HEAD, (Check("test", "pending"),)), self.now, self.pause_s)

    async def wait(self, patience_s, waiting):
        assert WatchedHead(STATE.request.repo, HEAD) == waiting.head
        self.now += patience_s


@pytest.mark.parametrize(
    ("pause_s", "looks"),
    [
        (0.0, [0, 60, *range(90, 3600, 60), 3600]),  # nobody watches
        (300.0, [0, *range(90, 3600, 300), 3600]),
        (576.0, [0, *range(90, 3600, 576), 3600]),  # two hundred runs wait
        (28_800.0, [0, 90, 3600]),  # ten thousand
    ],
)
def test_a_watched_run_asks_seldom(pause_s, looks):
    """It asks by itself when the grace for silent CI ends, when its patience does, and between them
    as seldom as the watch allows.
    """
    run = Quiet(pause_s)
    state = replace(STATE, caps=Caps(ci_patience_s=3600))
    with pytest.raises(StaysRed):
        asyncio.run(settle_ci(run, state))

    assert looks == pytest.approx(run.looks)


class Ended:
    """A run that hears this signal, while GitHub answers so when it is asked."""

    def __init__(self, answer):
        self.answer = answer
        self.state = STATE

    async def __call__(self, step, *values, **more):
        return self.answer


@pytest.mark.parametrize(
    ("signal", "answer", "why"),
    [
        (Signal("issue", "deleted", "bob"), GONE, "the issue was deleted by @bob"),
        (
            Signal("issue", "transferred to acme/other#9", "bob"),
            GONE,
            "the issue was transferred to acme/other#9 by @bob",
        ),
        (Signal("issue", "", "bob"), GONE, f"{GONE} by @bob"),
        (Signal("issue", "deleted"), "the issue was closed", "the issue was closed"),
        (Signal("pushed", "", "bob", "0" * 40), True, "@bob deleted my branch `greenlit/1-x`"),
        (Signal("pushed", "", "bob", "a" * 40), True, "@bob changed my branch `greenlit/1-x`"),
    ],
)
def test_what_became_of_the_issue_or_the_branch_is_told(signal, answer, why):
    """GitHub says whether it is there; what it shows no more only the event tells."""
    with pytest.raises(Stopped) as stopped:
        asyncio.run(obey_signal(Ended(answer), signal))

    assert f"I stopped, because {why}." == stopped.value.outcome.text
