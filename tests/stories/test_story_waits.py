"""Runs that wait, as people read of them: in the queue, for Claude, for CI; and how they end."""

import re
import time
from contextlib import contextmanager

import pytest

from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_stream import FailedRequest
from bot.values import RunKey
from tests.stage import BEGIN, END, FILES, GOOD, REPO, script, staged
from tests.stories.test_story_ci import slow, until

pytestmark = pytest.mark.long

BRANCH = "greenlit/1-greet-more-quietly"
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
NEVER_ENDS = FILES | {
    "test_greeting.py": "import time\nfrom pathlib import Path\n\n"
    "while not Path.home().joinpath('go').exists():\n    time.sleep(0.05)\n"
}
PLAY = script(*BEGIN, [GOOD], END)
DOWN = {number: FailedRequest(529, "overloaded_error") for number in range(2, 40)}


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage: stage(script or double, tree, settings...)."""

    @contextmanager
    def make(play=PLAY, tree=NO_CI, **settings):
        with staged(tmp_path, checked, play, tree, **settings) as on:
            yield on

    return make


@contextmanager
def queued(stage, pace_s=9.0, **settings):
    """A stage on which the first issue is worked on, and the second waits in the queue."""
    double = ClaudeDouble(slow(PLAY, turn=2, pace_s=pace_s))
    with stage(double, slots=1, **settings) as on:
        on.label(on.issue())
        until(lambda: len(on.double.requests) > 2, 40)
        on.label(on.issue())
        until(lambda: on.own(2), 40)
        yield on


def stop(on, issue):
    """Say /stop, and how many seconds later the run has ended."""
    began = time.monotonic()
    on.forge.add_comment(REPO, issue, "ada", "/stop")
    assert "stopped" == on.ended(issue).outcome.state
    return time.monotonic() - began


def test_a_queued_run_says_its_place_and_then_works(stage):
    """The comment has its place and whom it waits for; afterwards nothing of that is left."""
    with queued(stage) as on:
        until(lambda: "queued" in on.own(2)[0], 40)
        text = on.own(2)[0]

        assert "is queued, 1st of 1 in line" in text
        assert "I am at work on #1 in this repository" in text
        assert "opened" == on.ended(2).outcome.state
        assert "queued" not in on.own(2)[0]


def test_a_stop_ends_a_queued_run_at_once(stage):
    """Nobody waits for the other run to end."""
    with queued(stage, pace_s=15) as on:
        assert stop(on, 2) < 6


def test_a_closed_issue_ends_a_queued_run(stage):
    """GitHub is asked though there is no slot to work in."""
    with queued(stage, pace_s=15) as on:
        on.forge.close_issue(REPO, 2, "ada")

        assert "the issue was closed" in on.ended(2, patience_s=8).outcome.text


def test_who_lost_access_in_the_queue_gets_no_work(stage):
    """Whether the asker may still write is asked when the slot is there, on an issue and on a pull
    request; Claude is never asked.
    """
    with queued(stage, pace_s=6) as on:
        pull = on.pull("quiet", {"greeting.py": "def greet(name):\n    return name\n"}, "eve")
        on.say(pull, "/generate Greet in German")
        until(lambda: on.own(pull), 40)
        on.forge.set_permission(REPO, "ada", "read")
        on_pull = on.ended(pull).outcome
        ended = on.ended(2).outcome

        assert "stopped" == ended.state
        assert "because you may not write to this repository any more" in ended.text
        assert ("stopped", ended.text) == (on_pull.state, on_pull.text)
        assert "stopped" == on.ended(1).outcome.state
        assert {"quiet"} == on.branches()


def test_claude_that_is_down_is_told_and_a_stop_is_heard(stage):
    """Since when, and when it is tried again; the run ends within a moment of the stop."""
    with stage(ClaudeDouble(PLAY, DOWN, pace=0)) as on:
        on.label(on.issue())
        until(lambda: on.own(1) and "does not answer" in on.own(1)[0], 40)
        text = on.own(1)[0]

        assert "waits for Claude, which does not answer" in text
        assert re.search(r"Claude has not answered since \d\d:\d\d UTC\. I keep trying", text)
        assert stop(on, 1) < 6
        assert "does not answer" not in on.own(1)[0]


def test_claude_that_comes_back_is_told_no_more(stage):
    """The same run goes on and opens its pull request."""
    faults = {number: DOWN[number] for number in (2, 3, 4)}
    with stage(ClaudeDouble(PLAY, faults, pace=0)) as on:
        on.label(on.issue())
        until(lambda: on.own(1) and "does not answer" in on.own(1)[0], 40)

        assert "opened" == on.ended(1).outcome.state
        assert "does not answer" not in on.own(1)[0]


def test_ci_that_runs_is_named_with_its_link_and_a_stop_is_heard(stage):
    """Which checks are awaited, and where to look at them."""
    with stage(PLAY, NEVER_ENDS, ci_poll_s=1) as on:
        on.label(on.issue())
        until(lambda: on.own(1) and "Running: [" in on.own(1)[0], 60)

        assert re.search(
            r"Since \d\d:\d\d UTC: no check has ended yet\. Running: \[`test`\]\(http[^)]+\)\.",
            on.own(1)[0],
        )
        assert stop(on, 1) < 6


def test_ci_that_ends_without_a_webhook_is_heard_of(stage, tmp_path):
    """The watch wakes the run, long before it would ask by itself."""
    with stage(PLAY, NEVER_ENDS, ci_grace_s=60) as on:
        on.label(on.issue())
        on.until_waiting(1)
        on.forge.set_webhook_url(on.keys, "http://127.0.0.1:9/github")
        (tmp_path / "go").touch()
        outcome = on.ended(1).outcome
        heard = [step.result for step in on.bot.steps(RunKey(f"{REPO}#1/1"))]

    assert "opened" == outcome.state
    assert any("watched" in str(result) for result in heard)


def test_who_lost_access_gets_nothing_pushed(stage):
    """Access is asked for again before the push, and before the pull request."""
    with stage(ClaudeDouble(slow(PLAY, turn=2, pace_s=2))) as on:
        on.label(on.issue())
        until(lambda: len(on.double.requests) > 2, 40)
        on.forge.set_permission(REPO, "ada", "triage")
        ended = on.ended(1).outcome

        assert "stopped" == ended.state
        assert "may not write to this repository any more" in ended.text
        assert set() == on.branches()


def test_who_lost_access_during_ci_gets_no_pull_request(stage, tmp_path):
    """The branch stays, as it was pushed while they had it."""
    with stage(PLAY, NEVER_ENDS) as on:
        on.label(on.issue())
        on.until_waiting(1)
        on.forge.set_permission(REPO, "ada", "read")
        (tmp_path / "go").touch()

        assert "stopped" == on.ended(1).outcome.state
        assert [] == on.forge.list_pulls(REPO)
        assert {BRANCH} == on.branches()
