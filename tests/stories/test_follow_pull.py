"""The end of the bot's pull requests: recorded, tidied up, and shown to the next plan."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from bot.forge.claude_double import ClaudeDouble
from bot.values import PullEnd
from bot.web.page.routes import create_page
from tests.pull_scenes import BRANCH, open_own_pull, wait_for_run
from tests.stage import BEGIN, END, FILES, GOOD, REPO, Stage, script, staged

LONG_AGO = "2026-01-01T00:00:00Z"
CONFIG = ".github/greenlit.yml"
NO_CI = {path: text for path, text in FILES.items() if path != ".github/workflows/ci.yml"}
PLAY = script(*BEGIN, [GOOD], END)
LOUDER = {"greeting.py": 'def greet(name):\n    return "Hello " + name.title()\n'}


@pytest.mark.slow
def test_what_maintainers_changed_is_recorded_and_shown_to_the_next_plan(tmp_path, checked):
    """They merge the bot's pull request with a commit of their own: the branch goes, the page says
    what they changed, and the next run's model reads it.
    """
    tree = {**NO_CI, CONFIG: "delete_branch: true\n"}
    double = ClaudeDouble(PLAY, pace=0)
    with staged(tmp_path, checked, double, tree) as stage:
        issue = stage.issue()
        stage.label(issue)
        pull = stage.ended(issue).outcome.pull
        (branch,) = stage.branches()
        stage.forge.push(REPO, "ada", branch, LOUDER, "Greet dearly")
        assert stage.forge.wait_until_idle(30)
        stage.forge.merge_pull(REPO, pull, "ada", "squash")
        end = wait_for_run(stage, "follow_pull")

        assert f"#{pull} was merged by @ada, with 0 of 1 line as the bot wrote them." == (
            end.outcome.text
        )
        assert set() == stage.branches()

        page = TestClient(create_page(stage.bot, ["solve_issue"]), base_url="http://127.0.0.1")
        shown = page.get(f"/runs/{REPO.replace('/', '%2F')}%23{issue}%2F1").text
        assert f"#{pull} was merged by @ada" in shown
        assert "name.title()" in shown

        second = stage.issue("Greet less", "Too dear.")
        stage.label(second)
        stage.ended(second)
        read = json.dumps(double.requests[-1].body)
        assert f"What maintainers changed in your pull request #{pull} before they merged" in read
        assert "+ name.title()" in read


@pytest.mark.long
def test_a_closed_pull_request_keeps_its_branch_until_the_days_are_over(tmp_path, checked):
    """The reason is recorded at once. Opened again, nothing is deleted; closed again, the branch
    goes when the days are over.
    """
    tree = {**NO_CI, CONFIG: "delete_closed_after_days: 1\n"}
    with staged(tmp_path, checked, ClaudeDouble(PLAY, pace=0), tree) as stage:
        pull = open_own_pull(stage.forge)
        assert stage.forge.wait_until_idle(30)
        stage.forge.add_comment(REPO, pull, "ada", "We greet loudly here.")
        stage.forge.close_pull(REPO, pull, "ada")
        assert "We greet loudly here." == wait_for_end(stage, pull).reason
        assert {BRANCH} == stage.branches()

        stage.forge.reopen_pull(REPO, pull, "ada")
        assert "it was opened again" == wait_for_run(stage, "follow_pull").outcome.text
        assert {BRANCH} == stage.branches()

        close_days_ago(stage, pull, "ada")
        again = wait_for_run(stage, "follow_pull", 2)
        assert f"#{pull} was closed without being merged by @ada. @ada said: We greet" in (
            again.outcome.text
        )
        assert set() == stage.branches()


def close_days_ago(stage: Stage, pull: int, by: str) -> None:
    """Close a pull request, and say its reason, as if that had been long ago."""
    with stage.forge.state.lock:
        repository = stage.forge.state.find_repository(REPO)
        stage.forge.close_pull(REPO, pull, by)
        record = stage.forge.find_pull(REPO, pull)
        repository.issues[pull] = replace(record, closed_at=LONG_AGO)
        for comment in repository.list_comments(pull):
            repository.comments[comment.id] = replace(comment, created_at=LONG_AGO)


def wait_for_end(stage: Stage, pull: int) -> PullEnd:
    """The recorded end, once it is there."""
    deadline = time.monotonic() + 30
    while (end := stage.bot.pull_end(REPO, pull)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return end
