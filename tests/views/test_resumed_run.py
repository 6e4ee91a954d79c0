"""What people read of a run that goes on from an earlier one, or that begins anew instead."""

from dataclasses import replace

import pytest

from bot.values import (
    Finish,
    Outcome,
    Plan,
    PullRequest,
    PushedChange,
    Repo,
    Request,
    Resumption,
    RunKey,
    RunState,
    Sha,
    Usage,
)
from bot.views.end_comment import render_end_comment
from bot.views.status_comment import describe_run, render_comment
from tests.gfm import GitHubPage

HEAD = Sha("a" * 40)
ON_PULL = Resumption("This goes on with #12.", goes_on=True, usd=0.5, head=HEAD, has_pull=True)
STATE = RunState(
    RunKey("acme/greeter#7/2"),
    Request(Repo("acme/greeter"), 7, "ada", "", "d", words="in German"),
    phase="waiting",
    usage=Usage(0.25),
    pushed=PushedChange(HEAD, Finish("Greet softly", "", "Softer."), ("greeting.py",)),
    pull=PullRequest(12, "https://github.com/acme/greeter/pull/12", draft=False),
    resumption=ON_PULL,
)
OPENED = replace(STATE, outcome=Outcome("opened", "CI is green.", 12))


def test_status_comment_says_what_it_goes_on_with():
    """In a line of its own below who asked for what; no second pull request is promised."""
    page = GitHubPage(render_comment(STATE))

    assert "Asked by ada: “in German”" in page.open_lines
    assert "This goes on with #12." in page.open_lines
    assert "I bring the pull request up to date" in page.text
    assert "I open the pull request" not in page.text


def test_first_words_promise_no_new_plan():
    """While the news is read no box is ticked behind an open one."""
    text = render_comment(replace(STATE, phase="reading", plan=Plan("Greet.")))

    assert "Next, as soon as I am free, I go on with the change." in GitHubPage(text).text
    assert not any(task.is_ticked for task in GitHubPage(text).tasks)


def test_plan_that_asked_is_not_made_yet():
    """Its questions are answered, and the next plan is still to come."""
    asks = Plan("Unsure.", questions=("Which?",))
    page = GitHubPage(render_comment(replace(STATE, phase="planning", plan=asks, pull=None)))

    assert [True, False, False, False, False] == [task.is_ticked for task in page.tasks]


@pytest.mark.parametrize("resumption", [None, Resumption("")])
def test_other_runs_say_nothing_of_it(resumption):
    """No empty line stands for what is not there."""
    page = GitHubPage(render_comment(replace(STATE, resumption=resumption)))

    assert "goes on" not in page.text
    assert all(page.open_lines)


def test_run_that_begins_anew_says_why():
    """It opens a pull request of its own."""
    anew = Resumption("#12 was closed, so this begins anew.")
    page = GitHubPage(render_comment(replace(STATE, resumption=anew, pull=None)))

    assert "#12 was closed, so this begins anew." in page.open_lines
    assert "I open the pull request" in page.text


def test_end_tells_of_a_change_and_of_both_costs():
    """The pull request was there before; what the runs cost together is told beside this one's."""
    page = GitHubPage(render_end_comment(OPENED))

    assert "@ada I changed the pull request Greet softly (#12). CI is green." in page.text
    assert "cost $0.25 ($0.75 with the runs before it)" in page.text
    assert "Greenlit changed its pull request; that cost $0.25." == describe_run(OPENED)


def test_run_on_its_own_tells_its_own_cost():
    """Nothing came before it."""
    page = GitHubPage(render_end_comment(replace(OPENED, resumption=None)))

    assert "I opened the pull request" in page.text
    assert "cost $0.25" in page.text
    assert "before" not in page.text
