"""The repository's own checks run before the push, and the pull request says what they showed."""

import sys

import pytest

from bot.values import Subject
from tests.adapters.sandbox.sandboxed import OpenTier
from tests.gfm import GitHubPage
from tests.stage import BEGIN, END, FILES, GOOD, REPO, edit, script, staged

PYTEST = f"{sys.executable} -m pytest -q -p no:cacheprovider"
CONFIG = f"setup: []\nchecks:\n  test:\n    run: {PYTEST}\n    only: {PYTEST} {{only}}\n"
OLD = "from greeting import greet\n\n\ndef test_name():\n    assert greet('Ada').endswith('Ada')\n"
NEW = "\n\ndef test_comma():\n    assert greet('Ada') == 'Hello, Ada'\n"
TREE = {**FILES, ".github/greenlit.yml": CONFIG, "test_greeting.py": OLD}
ADD_TEST = edit("endswith('Ada')\n", f"endswith('Ada')\n{NEW}", "test_greeting.py")


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
    """A change that the suite refuses is mended before anything is pushed; CI sees one commit."""
    wrong = edit('"Hello "', '"Hi, "')
    mended = edit('"Hi, "', '"Hello, "')
    with stage(script(*BEGIN, [wrong, ADD_TEST], END, [mended], END)) as on:
        run, page = solve(on)
        state = on.bot.last_state(Subject(f"{REPO}#1"))

    assert ("opened", 1) == (run.outcome.state, len(state.attempts))
    assert "test_greeting.py::test_comma fails on main with" in page
    assert "assert 'Hello Ada' == 'Hello, Ada'" in page
    assert "test passed in the sandbox before the push." in page


@pytest.mark.served
def test_a_test_that_shows_nothing_is_told_once_and_then_said(stage):
    """The model is asked for a better one; where it stays, reviewers read it."""
    weak = edit(".endswith('Ada')", "[-3:] == 'Ada'", "test_greeting.py")
    with stage(script(*BEGIN, [GOOD, weak], END, [("show_diff", {})], END)) as on:
        run, page = solve(on)
        told = on.double.requests[-2].body["messages"][-1]["content"]

    assert "opened" == run.outcome.state
    assert "pass without the rest of your change too" in str(told)
    assert "No test shows this change: test_greeting.py::test_name passes on main as well." in page
