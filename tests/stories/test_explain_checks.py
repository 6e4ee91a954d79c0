"""`/explain`: what CI says of a pull request, told through the whole bot."""

from __future__ import annotations

import time

import pytest

from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_script import Script
from tests.gfm import GitHubPage
from tests.pull_scenes import wait_for_run
from tests.stage import FILES, REPO, Stage, staged

NOBODY = Script(about="nobody asks Claude", turns=())
BAD = {"greeting.py": 'def greet(name):\n    return "hello " + name\n'}
GOOD = {"greeting.py": 'def greet(name):\n    return "Hello, " + name\n'}

# Its jobs print nothing of the test that failed, and upload the report of it.
MATRIX = """
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: ["3.11", "3.12"]
    steps:
      - uses: actions/checkout@v4
      - run: |
          failure="<failure message='assert 2 == 3'>$PWD/test_greeting.py:3: AssertionError</failure>"
          case="<testcase classname='cart' name='test_adds'>$failure</testcase>"
          echo "<testsuite>$case</testsuite>" > report.xml
          echo "1 test failed, see the report"
          exit 1
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: py${{ matrix.python }}
          path: "*.xml"
"""


def explain(stage: Stage, pull: int, by: str = "ada") -> str:
    """Ask, and the newest comment of the bot."""
    before = len(stage.bot.runs(50, story="explain_checks"))
    stage.forge.add_comment(REPO, pull, by, "/explain")
    wait_for_run(stage, "explain_checks", before + 1)
    return stage.own(pull)[-1]


def open_pull(stage: Stage, branch: str, files: dict[str, str | None]) -> int:
    """Push to a branch, open its pull request, and let CI end."""
    stage.forge.push(REPO, "wes", branch, files, "Change")
    pull = stage.forge.open_pull(REPO, "wes", branch, "Greet otherwise")
    assert stage.forge.wait_until_idle(30)
    return pull


@pytest.mark.long
def test_ci_of_a_pull_request_is_explained(tmp_path, checked):
    """Red and green, once for each commit; who may not write is told so, and no model is asked."""
    with staged(tmp_path, checked, ClaudeDouble(NOBODY, pace=0), FILES) as stage:
        red = open_pull(stage, "louder", BAD)
        first = GitHubPage(explain(stage, red))
        head = stage.forge.list_branches(REPO)["louder"]

        assert f"@ada CI is red on {head[:7]}: 1 of 1 check failed." == first.paragraphs[0]
        assert "This change seems to break it; CI says nothing of main where" in first.text
        assert ["AssertionError", "hello Ada", "at test_greeting.py:3"] == first.open_lines[3:6]
        assert f"/blob/{head}/test_greeting.py#L3" in " ".join(url for _, url in first.links)

        uploaded = open_pull(stage, "matrix", {".github/workflows/ci.yml": MATRIX})
        page = GitHubPage(explain(stage, uploaded))
        assert "cart.test_adds (in test (3.11) and test (3.12))" in page.text
        assert "at test_greeting.py:3" in page.text

        again = explain(stage, red)
        assert "up to date. CI is red on" in again
        assert 2 == len(stage.own(red))

        stage.forge.push(REPO, "wes", "louder", GOOD, "Mend")
        assert stage.forge.wait_until_idle(30)
        assert "CI is green on" in explain(stage, red)
        assert 3 == len(stage.own(red))

        stage.forge.add_comment(REPO, red, "eve", "/explain")
        stage.heard()
        deadline = time.monotonic() + 60
        while "only people with write access" not in stage.own(red)[-1]:
            assert time.monotonic() < deadline
            time.sleep(0.05)

        issue = stage.issue()
        stage.forge.add_comment(REPO, issue, "ada", "/explain")
        deadline = time.monotonic() + 60
        while not stage.own(issue):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "`/explain` works on pull requests." in stage.own(issue)[-1]
        assert [] == stage.double.requests


@pytest.mark.long
def test_a_red_base_a_fork_and_a_silent_ci_are_explained(tmp_path, checked):
    """What was red before is not blamed on the pull request, and a fork's is read as any other."""
    with staged(tmp_path, checked, ClaudeDouble(NOBODY, pace=0), FILES) as stage:
        stage.forge.push(REPO, "ada", "main", BAD, "Break it")
        assert stage.forge.wait_until_idle(30)
        pull = open_pull(stage, "docs", {"README.md": "# The greeter\n"})

        assert "was red in the same way before this change" in explain(stage, pull)

        fork = stage.forge.fork_repository(REPO, "eve")
        stage.forge.push(fork, "eve", "theirs", {"README.md": "# Mine\n"}, "Mine")
        theirs = stage.forge.open_pull(REPO, "eve", "eve:theirs", "Mine")
        assert stage.forge.wait_until_idle(30)
        assert "CI says nothing of" in explain(stage, theirs)

        head = stage.forge.list_branches(fork)["theirs"]
        stage.forge.set_status(REPO, head, "lint", "failure")
        explain(stage, theirs)
        assert "- `lint` failed" in stage.own(theirs)[0]
