"""What `/approve` means: what was shown before it was written, by somebody who may."""

import asyncio
from dataclasses import replace

import pytest

from bot.stories.approve_command import approve
from bot.values import ApprovalRequest, LastRun, Repo, Request, RunKey, Subject

HASH = "abcdef0123" + "0" * 54
ASKED = ApprovalRequest("diff", HASH, asker="", comment=500, url="https://x/500")
REQUEST = Request(
    Repo("acme/orders"), 7, "tom", "2026-11-20T10:00:00Z", "d1", "approve", comment=501
)


class Hearing:
    """The run that hears the command; this is what waits, if anything does."""

    def __init__(self, asked=ASKED, *, is_live=True, may_write=True):
        self.last = LastRun(RunKey("acme/orders#7/1"), is_live, approval=asked)
        self.may_write = may_write
        self.said = []
        self.signals = []

    async def __call__(self, step, *values):
        self.said.append((step.name, *values[1:]))
        return self.may_write

    async def find_last_run(self, subject):
        return self.last

    async def signal(self, signal):
        self.signals.append(signal.signal)
        return True


def hear(run, **more):
    return asyncio.run(approve(run, replace(REQUEST, **more), Subject("acme/orders#7"))).state


@pytest.mark.parametrize("words", ["", "abcdef0", HASH, "ABCDEF0 looks good", "looks good"])
def test_what_is_shown_is_approved(words):
    """By its hash, however long, or as the newest; the signal has the whole hash."""
    run = Hearing()

    assert "done" == hear(run, words=words)
    assert [("approve", HASH, "tom")] == [(item.kind, item.text, item.by) for item in run.signals]
    assert ["is_authorized", "acknowledge"] == [name for name, *_ in run.said]


@pytest.mark.parametrize(
    "more",
    [
        {"words": "fedcba9"},
        {"comment": 499},  # written before it was shown
        {"in_thread": True, "comment": 9_000},  # whose numbers are others
        {"review": 12, "comment": None},
    ],
)
def test_what_means_something_else_approves_nothing(more):
    """The answer says what waits, where it is shown, and how it is approved."""
    run = Hearing()
    hear(run, **more)

    assert [] == run.signals
    assert "`/approve abcdef0`" in run.said[-1][1]
    assert "https://x/500" in run.said[-1][1]


def test_who_may_not_approves_nothing():
    """Neither who may not write, nor who asked, where another one is wanted."""
    stranger, asker = Hearing(may_write=False), Hearing(replace(ASKED, asker="tom"))

    assert "refused" == hear(stranger)
    assert "done" == hear(asker)
    assert "somebody else" in asker.said[-1][1]
    assert [] == [*stranger.signals, *asker.signals]


@pytest.mark.parametrize("run", [Hearing(None), Hearing(is_live=False)])
def test_where_nothing_waits(run):
    """On an issue it is said; on a pull request it may be another bot's, so nothing is."""
    assert "ignored" == hear(run, on_pull=True)
    assert [] == run.said
    assert "done" == hear(run)
    assert "Nothing waits" in run.said[-1][1]
    assert [] == run.signals
