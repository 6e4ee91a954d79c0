"""What people are told of a run: one comment that is edited, and one that tells the end."""

from dataclasses import replace

import pytest

from bot.ports import Unreachable
from bot.steps.report import report, report_failure
from bot.values import (
    Outcome,
    Plan,
    PullRequest,
    ReviewThread,
    RunKey,
    RunState,
    ThreadAnswer,
    ThreadComment,
)
from tests.gfm import GitHubPage


@pytest.fixture
def begun(place):
    """A run of an issue, as it begins."""
    issue = place.issue()
    return RunState(RunKey(f"{place.repo.name}#{issue}/1"), place.asking(issue))


def test_the_comment_is_one_and_holds_no_secret(place, begun):
    """Edited in place, found by its hidden marker, masked as a whole."""
    first = report(place.ports, replace(begun, plan=Plan("Use ghs_" + "a1" * 20)))
    second = report(place.ports, replace(begun, phase="waiting"))
    (text,) = place.said(1)

    assert first.comment == second.comment
    assert "Greenlit is reading the request." == first.line
    assert "Greenlit is waiting for CI." == second.line
    assert f"<!-- greenlit:run:{begun.key} -->" in text
    assert "ghs_" not in text


def test_the_end_is_a_comment_of_its_own_however_often_it_is_told(place, begun):
    """A new one, for GitHub notifies of new ones; the edited one points to it."""
    report(place.ports, begun)
    ended = replace(begun, outcome=Outcome("stopped", "I stopped. ghs_" + "a1" * 20))
    told = [report(place.ports, ended) for _ in range(2)]
    status, end = place.said(1)

    assert told[0] == told[1]
    assert ("How it ended", told[0].url) in GitHubPage(status).links
    assert told[0].url.startswith("http")
    assert told[0].url.endswith(f"/issues/1#issuecomment-{told[0].end_comment}")
    assert f"<!-- greenlit:end:{begun.key} -->\n@ada I stopped. ***" == end


def test_where_the_end_cannot_be_told_the_runs_comment_is_true(place, begun):
    """It says that the run ended, though nobody is called; the error is raised all the same."""
    report(place.ports, begun)
    fault = place.forge.faults.add("POST", "/comments$", "500", 9)
    with pytest.raises(Unreachable):
        report(place.ports, replace(begun, outcome=Outcome("gave up", "I gave up.")))
    fault.times = 0  # others share the forge
    (status,) = place.said(1)

    assert "Greenlit gave up" in status


def test_a_reaction_that_cannot_be_made_holds_nothing_up(place, begun):
    """It is a courtesy; the end is told, and the run's comment says so."""
    fault = place.forge.faults.add("POST", "/reactions$", "500", 9)
    report(place.ports, replace(begun, outcome=Outcome("opened", "CI is green.")))
    fault.times = 0
    status = place.said(1)[-1]

    assert fault.fired
    assert "Greenlit opened a pull request" in status


def test_a_review_is_answered_where_it_was_written(place, begun):
    """On the pull request, also where the end is told on the issue; later runs find it there."""
    place.forge.push(place.repo.name, "wes", "topic", {"a.txt": "a\n"}, "Topic")
    number = place.forge.open_pull(place.repo.name, "wes", "topic", "Topic")
    said = ThreadComment(31, "wes", "Who wanted this?", "", "")
    answer = ThreadAnswer("review/31", "declined", "Ada asked for it.", is_posted=True)
    ended = replace(
        begun,
        pull=PullRequest(number, "", False),
        open_threads=(ReviewThread("review/31", "", (said,)),),
        answers=(answer,),
        outcome=Outcome("opened", "CI is green.", number),
    )
    for _ in range(2):
        report(place.ports, ended)

    (text,) = place.said(number)
    assert "> Who wanted this?\n\nAda asked for it.<!-- greenlit:review/31 -->" in text
    assert not [said for said in place.said(1) if "Ada asked for it." in said]


def test_each_run_of_an_issue_tells_its_own_end(place, begun):
    """The second run's end is no edit of the first one's."""
    again = replace(begun, key=RunKey(f"{place.repo.name}#1/2"))
    for run in (begun, again):
        report(place.ports, replace(run, outcome=Outcome("stopped", "I stopped.")))

    assert 4 == len(place.said(1))


def test_a_command_that_broke_is_told_once(place, begun):
    """There is no run to show, so there is only the end."""
    broken = replace(begun, outcome=Outcome("failed", "Something broke.", next_step="Ask again."))
    for _ in range(2):
        report_failure(place.ports, broken)

    (text,) = place.said(1)

    assert "@ada Something broke.\n\nAsk again." in text
