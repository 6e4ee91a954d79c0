"""The tests of the allow-list: who may use the bot, by owner and repository."""

import logging

import pytest

from bot.run import Ignore
from bot.values import AllowList, Repo
from bot.values.events import ChecksMoved, Ping
from bot.web.allowed_route import AllowedRoute


@pytest.mark.parametrize(
    ("patterns", "repository", "allowed"),
    [
        ((), "any/thing", True),
        (("acme",), "acme/greeter", True),
        (("acme",), "ACME/Greeter", True),
        (("acme",), "acme2/greeter", False),
        (("acme/*",), "acme/greeter", True),
        (("acme/web-*",), "acme/web-shop", True),
        (("acme/web-*",), "acme/greeter", False),
        (("globex", "ada/greeter"), "ada/greeter", True),
        (("globex", "ada/greeter"), "ada/greeter2", False),
        (("acme-*",), "acme-labs/x", True),
    ],
)
def test_patterns_allow_owners_and_repositories(patterns, repository, allowed):
    """In any case of letters; a pattern without a slash is an owner."""
    assert allowed == AllowList(patterns).allows(repository)


def test_owners_with_an_allowed_repository_are_allowed():
    """For the doctor, which knows only who installed the App."""
    listed = AllowList(("acme", "ada/greeter"))

    assert [True, True, False] == [listed.allows_owner(name) for name in ("Acme", "ada", "eve")]
    assert AllowList().allows_owner("anybody")


def checks_of(name):
    return ChecksMoved("d", Repo(name), ("main",), "a" * 40, "status", "success")


def test_events_of_others_are_ignored_and_logged_once(caplog):
    """Each repository with a line, however much happens there."""
    caplog.set_level(logging.INFO)
    route = AllowedRoute(lambda event: [event], AllowList(("acme",)))
    allowed = checks_of("acme/greeter")

    assert [allowed] == route(allowed)
    for _ in range(3):
        assert [Ignore("eve/x is not in GREENLIT_ALLOW")] == route(checks_of("eve/x"))
    assert ["eve/x is not in GREENLIT_ALLOW: its events are ignored"] == caplog.messages


def test_events_without_a_repository_pass():
    """GitHub's ping is answered whatever is allowed."""
    ping = Ping("d", 1)

    assert [ping] == AllowedRoute(lambda event: [event], AllowList(("acme",)))(ping)
