"""Two processes that know of each other by their record alone keep to GitHub's limits together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.recorded_limits import RecordedLimits
from bot.adapters.dbos.shared_slots import SlotLimits
from bot.adapters.github.github_app import GitHubApp
from bot.ports import RateLimited
from bot.values import Repo
from tests.adapters.dbos.engine_stage import make_listener
from tests.adapters.github.scripted_github import Reply, ScriptedGitHub
from tests.tcp_proxy import open_wire

ISSUE = "GET /repos/o/r/issues/7"
REACTION = "POST /repos/o/r/issues/7/reactions"
SKEW_S = 300.0


@pytest.fixture
def skewed(make: Callable[..., GitHubApp], database_url: str) -> GitHubApp:
    """A process on a machine whose clock is five minutes fast."""
    shared = RecordedLimits(PostgresRecord(database_url))
    return make(clock=lambda: time.time() + SKEW_S, shared_limits=shared)


@pytest.fixture
def right(make: Callable[..., GitHubApp], database_url: str) -> GitHubApp:
    """A process on another machine, whose clock is right."""
    return make(shared_limits=RecordedLimits(PostgresRecord(database_url)))


@pytest.fixture
def beat(database_url: str, right: GitHubApp) -> Iterator[Callable[[], None]]:
    """Has the process with the right clock say that it lives, as it does each second."""
    member = FleetMember(
        PostgresRecord(database_url), [], 0, SlotLimits(1, 6), Fence(), FleetTiming()
    )
    member.join()
    listener = make_listener(on_limits=right.learn_limits)
    with closing(member.record.connect()) as connection:
        yield lambda: member._beat(connection, listener)


def test_a_limit_that_one_process_met_stops_the_other(
    github: ScriptedGitHub,
    skewed: GitHubApp,
    right: GitHubApp,
    beat: Callable[[], None],
    repo: Repo,
):
    """For as long as GitHub asked, though their clocks differ; another installation goes on."""
    github.on(ISSUE, Reply(429, None, {"Retry-After": "120"}))
    with pytest.raises(RateLimited):
        skewed.issues.fetch_issue(repo, 7)
    beat()
    with pytest.raises(RateLimited) as raised:
        right.issues.fetch_issue(repo, 7)

    assert 2 == round((raised.value.until - time.time()) / 60)
    assert 1 == len(github.calls_to(ISSUE))


def test_an_hour_that_is_used_up_ends_for_both_when_github_says(
    github: ScriptedGitHub,
    skewed: GitHubApp,
    right: GitHubApp,
    beat: Callable[[], None],
    repo: Repo,
):
    """It tells the time of the reset by its own clock, and so do they."""
    now = time.time()
    used_up = {
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{now + 600:.0f}",
        "Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)),
    }
    github.on(ISSUE, Reply(403, {"message": "API rate limit exceeded"}, used_up))
    with pytest.raises(RateLimited) as met:
        skewed.issues.fetch_issue(repo, 7)
    beat()
    with pytest.raises(RateLimited) as heard:
        right.issues.fetch_issue(repo, 7)

    assert 10 == round((met.value.until - now - SKEW_S) / 60)
    assert 10 == round((heard.value.until - now) / 60)


def test_writes_of_two_processes_wait_for_each_other(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], database_url: str, repo: Repo
):
    """The second process is sent away, as its turn is in half a minute; a process alone is not."""
    github.on(REACTION, Reply(201))
    url = PostgresRecord(database_url)
    apps = [
        make(pause_between_writes_s=30.0, shared_limits=shared)
        for shared in (RecordedLimits(url), RecordedLimits(url), None)
    ]
    apps[0].comments.add_reaction(repo, 7, None)
    with pytest.raises(RateLimited, match="at once"):
        apps[1].comments.add_reaction(repo, 7, None)
    apps[2].comments.add_reaction(repo, 7, None)

    assert 2 == len(github.calls_to(REACTION))


def test_without_the_record_a_process_keeps_its_own_pace(
    github: ScriptedGitHub,
    make: Callable[..., GitHubApp],
    database_url: str,
    repo: Repo,
):
    """It knows the turns that it had before, and no write fails for want of the record."""
    github.on(REACTION, Reply(201))
    with open_wire(database_url) as (wire, url):
        shared = RecordedLimits(PostgresRecord(url))
        app = make(pause_between_writes_s=30.0, shared_limits=shared)
        app.comments.add_reaction(repo, 7, None)
        wire.cut()
        with pytest.raises(RateLimited, match="at once"):
            app.comments.add_reaction(repo, 7, None)
        fresh = make(pause_between_writes_s=30.0, shared_limits=shared)
        fresh.comments.add_reaction(repo, 7, None)

    assert 2 == len(github.calls_to(REACTION))
