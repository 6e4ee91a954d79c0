"""The tests of what people read of a run that waits."""

from dataclasses import replace

import pytest

from bot.values import Check, Repo, Request, RunKey, RunState, Waiting
from bot.views.wait_note import describe_waiting, render_waiting

STATE = RunState(RunKey("o/r#7/1"), Request(Repo("o/r"), 7, "ada", "", "d"))
AT, LATER = "2026-11-29T10:05:07+00:00", "2026-11-29T10:12:00+00:00"


def render(waiting):
    return describe_waiting(waiting), render_waiting(replace(STATE, waiting=waiting))


def test_the_queue_says_place_and_whom_it_waits_for():
    """A run of this repository is named; what runs elsewhere is nobody's business here."""
    assert (
        "is queued, 2nd of 5 in line",
        (
            "I am at work on #3 in this repository, and begin here when that and what waits before "
            "this are done. Who asked first is served first."
        ),
    ) == render(Waiting("slot", place=2, line_length=5, behind=("o/r#3/1",)))
    assert (
        "is queued, 1st of 5 in line",
        (
            "I am at work on #3 in this repository, and begin here when that is done. "
            "Who asked first is served first."
        ),
    ) == render(Waiting("slot", place=1, line_length=5, behind=("o/r#3/1",)))
    assert (
        "is queued, 1st of 1 in line",
        "I am at work on as many issues as I may at once. Who asked first is served first.",
    ) == render(Waiting("slot", place=1, line_length=1))


@pytest.mark.parametrize(
    ("place", "ordinal"), [(1, "1st"), (3, "3rd"), (11, "11th"), (12, "12th"), (22, "22nd")]
)
def test_places_are_ordinals(place, ordinal):
    """As people write them."""
    words, _ = render(Waiting("slot", place=place, line_length=30))

    assert f"is queued, {ordinal} of 30 in line" == words


def test_an_outage_says_since_when_and_when_it_is_tried_again():
    """And that nothing is lost."""
    assert (
        "waits for Claude, which does not answer",
        (
            "Claude has not answered since 10:05 UTC. I keep trying, next at 10:12 UTC; "
            "nothing that was done so far is lost."
        ),
    ) == render(Waiting("service", since=AT, service="Claude", next_try=LATER))


def test_a_rate_limit_is_no_outage():
    """The service answers, and says when it will take more."""
    waiting = Waiting("service", since=AT, service="Claude", next_try=LATER, is_limited=True)

    assert (
        "waits until Claude takes more requests",
        (
            "Claude limits how much it is asked. I go on at 10:12 UTC; "
            "nothing that was done so far is lost."
        ),
    ) == render(waiting)


def test_ci_says_which_checks_run():
    """Each with its link; how many have ended, and since when it is waited for."""
    checks = (
        Check("build", "passed", "success"),
        Check("test (3.11)", "pending", url="https://h/a b"),
        Check("lint`", "pending"),
    )

    assert (
        "waits for CI",
        "Since 10:05 UTC: 1 of 3 checks ended. Running: [`test (3.11)`](https://h/a%20b), `lint'`.",
    ) == render(Waiting("ci", since=AT, checks=checks))


def test_ci_of_many_checks_names_a_few():
    """A matrix of thirty does not fill the comment."""
    checks = tuple(Check(f"t{number}", "pending") for number in range(30))
    _, text = render(Waiting("ci", since=AT, checks=checks))

    assert (
        "Since 10:05 UTC: no check has ended yet. Running: `t0`, `t1`, `t2`, `t3`, `t4`, 25 more."
        == text
    )


def test_ci_that_has_not_begun_and_ci_of_which_more_may_come():
    """Both are said."""
    assert (
        "CI has not begun yet; I have been waiting since 10:05 UTC."
        == render(Waiting("ci", since=AT))[1]
    )
    assert (
        "Since 10:05 UTC: 1 of 1 checks ended; more may come."
        == render(Waiting("ci", since=AT, checks=(Check("a", "passed"),)))[1]
    )


def test_who_waits_for_nothing_says_nothing():
    """There is no empty paragraph."""
    assert "" == render_waiting(STATE)
