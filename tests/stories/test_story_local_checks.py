"""The repository's own checks run before the push, and the pull request says what they showed."""

import pytest

from bot.values import Subject
from tests.adapters.sandbox.sandboxed import OpenTier
from tests.gfm import GitHubPage
from tests.stage import BEGIN, END, FILES, GOOD, REPO, edit, script, staged

CONFIG = """\
setup: []
checks:
  test:
    run: python3 -B test_greeting.py
    only: python3 -B {only}
    kind: test
"""
TREE = {**FILES, ".github/greenlit.yml": CONFIG}
TEST = edit('startswith("Hello")', 'startswith("Hello,")', "test_greeting.py")


@pytest.fixture
def stage(tmp_path, checked):
    """Makes stages on which the repository's checks run."""

    def make(play):
        return staged(tmp_path, checked, play, TREE, tier=OpenTier())

    return make


def solve(on):
    """Label an issue, and wait for the run's end: its outcome, and what the pull request says."""
    issue = on.issue()
    on.label(issue)
    run = on.ended(issue)
    (pull,) = on.forge.list_pulls(REPO)
    return run, GitHubPage(pull.body).text


@pytest.mark.served
def test_a_change_is_shown_red_on_the_base_and_green_here(stage):
    """A change that its own test refuses is mended before anything is pushed; CI sees one commit."""
    wrong = edit('"Hello "', '"Hi, "')
    mended = edit('"Hi, "', '"Hello, "')
    with stage(script(*BEGIN, [wrong, TEST], END, [mended], END)) as on:
        run, page = solve(on)
        state = on.bot.last_state(Subject(f"{REPO}#1"))

    assert ("opened", 1) == (run.outcome.state, len(state.attempts))
    assert "test_greeting.py fails on main with AssertionError: Hello Ada, passes here." in page
    assert "test passed in the sandbox before the push." in page


@pytest.mark.served
def test_a_test_that_shows_nothing_is_told_once_and_then_said(stage):
    """The model is asked for a better one; where it stays, reviewers read it."""
    weak = edit('startswith("Hello")', 'endswith("Ada")', "test_greeting.py")
    accepted = ("submit_plan", {"lowered": [{"what": "test_greeting.py", "why": "It is enough."}]})
    play = script(*BEGIN, [accepted], [GOOD, weak], END, [("show_diff", {})], END)
    with stage(play) as on:
        run, page = solve(on)
        told = on.double.requests[-2].body["messages"][-1]["content"]

    assert "opened" == run.outcome.state
    assert "pass without the rest of your change too" in str(told)
    assert "No test shows this change: test_greeting.py passes on main as well." in page
