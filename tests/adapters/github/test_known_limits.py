"""What is remembered of GitHub's limits, and what is told to other processes."""

from __future__ import annotations

import pytest

from bot.adapters.github.known_limits import KnownLimits
from bot.adapters.github.request_budget import creates_content, find_reset, name_resource
from bot.ports import RateLimited, RequestLimit, WriteRate, WriteTurn
from bot.values import InstallationId
from tests.adapters.github.watch import NOW

ONE = InstallationId(1)
GRAPHQL_URL = "https://ghe.example/api/graphql"
AT_NOW = "Fri, 15 Jan 2027 08:00:00 GMT"


class Telling:
    """Keeps what is told to the others."""

    def __init__(self) -> None:
        self.limits: list[RequestLimit] = []

    def take_turn(
        self, installation: InstallationId, rate: WriteRate, *, creates_content: bool
    ) -> WriteTurn | None:
        """Nobody writes here."""

    def tell_limit(self, limit: RequestLimit) -> None:
        """Keep it."""
        self.limits.append(limit)


def test_a_limit_is_told_once():
    """Many runs meet it at the same time; what others told, or is over, is told to nobody."""
    telling = Telling()
    limits = KnownLimits(lambda: NOW, telling)
    for later_s in (60.0, 60.2, 59.0):
        limits.keep(ONE, "core", NOW + later_s)
    limits.learn([RequestLimit(ONE, "graphql", 30.0)])
    limits.keep(ONE, "graphql", NOW + 30)
    limits.keep(ONE, "search", NOW - 5)

    assert [RequestLimit(ONE, "core", 60.0)] == telling.limits
    limits.keep(ONE, "core", NOW + 90)
    assert 90.0 == telling.limits[-1].left_s


def test_the_limit_that_lasts_longest_counts():
    """Of those that a request takes from."""
    limits = KnownLimits(lambda: NOW)
    limits.keep(ONE, "core", NOW + 60)
    limits.keep(ONE, "writes", NOW + 90)
    limits.check(ONE, "graphql")
    limits.check(InstallationId(2), "core", "writes")
    with pytest.raises(RateLimited) as raised:
        limits.check(ONE, "writes", "core")

    assert NOW + 90 == raised.value.until


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("/repos/o/search", "core"),
        ("/repos/o/graphql", "core"),
        ("/search/issues?q=a", "search"),
        (GRAPHQL_URL, "graphql"),
    ],
)
def test_requests_take_from_what_github_says(url: str, resource: str):
    """By their address."""
    assert resource == name_resource(url, GRAPHQL_URL)


@pytest.mark.parametrize(
    ("verb", "path", "is_content"),
    [
        ("POST", "/issues/7/comments", True),
        ("PATCH", "/issues/comments/1", False),
        ("POST", "/git/trees", False),
        ("POST", "/actions/runs/3/rerun-failed-jobs", False),
    ],
)
def test_content_is_what_people_see(verb: str, path: str, *, is_content: bool):
    """Whether an address is the bot's, without a host, or one that GitHub told."""
    for place in ("/repos/o/r", "https://ghe.example/api/v3/repos/git/actions"):
        assert is_content == creates_content(verb, place + path)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"x-ratelimit-reset": f"{NOW + 600:.0f}"}, 600 + 300),
        ({"x-ratelimit-reset": f"{NOW + 600:.0f}", "date": AT_NOW}, 600),
        ({"x-ratelimit-reset": f"{NOW + 600:.0f}", "date": "soon"}, 600 + 300),
        ({"x-ratelimit-reset": f"{NOW - 600:.0f}", "date": AT_NOW}, 1),
        ({}, 1),
        ({"x-ratelimit-reset": f"{NOW + 1e6:.0f}", "date": AT_NOW}, 3600),
        ({"x-ratelimit-reset": "9" * 400}, 1),
    ],
)
def test_the_hour_ends_by_githubs_clock(headers: dict[str, str], wait_s: float):
    """Ours is five minutes slow; without a date it is all that there is."""
    slow = NOW - 300

    assert wait_s == find_reset(headers, slow) - slow


def test_a_clock_that_is_set_back_keeps_nobody_from_asking():
    """What was to end in an hour would end in a day by now; what is met since then counts."""
    now = [NOW]
    limits = KnownLimits(lambda: now[0])
    limits.keep(ONE, "core", NOW + 3600)
    now[0] -= 86_400
    limits.check(ONE, "core")
    limits.keep(ONE, "core", now[0] + 60)
    with pytest.raises(RateLimited) as raised:
        limits.check(ONE, "core")

    assert now[0] + 60 == raised.value.until
