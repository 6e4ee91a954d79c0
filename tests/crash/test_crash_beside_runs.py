"""Killed while it explains CI, or tidies up behind a pull request: each comment and each deletion
is done once.
"""

from __future__ import annotations

import time

import pytest

from bot.values.ended_pulls import name_followed
from tests.crash.test_crash import PATIENCE_S, kill_when_fired, killable
from tests.pull_scenes import BRANCH, open_own_pull
from tests.stage import BEGIN, REPO, open_pull, script

NOBODY = script(*BEGIN)


def wait_until(is_done):
    """Wait until what the process shall do is done."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.slow
def test_killed_in_the_middle_of_an_explanation_it_is_written_once(tmp_path, checked):
    """GitHub wrote the comment before it died: it stands there once, and nothing else does."""
    with killable(tmp_path, checked, NOBODY) as on:
        open_pull(on.forge, "topic", {"README.md": "# Greeter\n"})
        assert on.forge.wait_until_idle(30)
        fault = on.forge.faults.add(
            method="POST", path=r"/issues/1/comments$", times=1, kind="cut-after"
        )
        command = on.forge.add_comment(REPO, 1, "ada", "/explain")
        kill_when_fired(on, fault)
        wait_until(
            lambda: "+1" in [each.content for each in on.forge.list_reactions(REPO, 1, command)]
        )
        _, *answers = on.forge.list_comments(REPO, 1)

        assert ["CI is green on"] == [answer.body.partition("@ada ")[2][:14] for answer in answers]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["cut", "cut-after"])
def test_killed_in_the_middle_of_a_deletion_the_branch_is_gone(tmp_path, checked, when):
    """Where GitHub deleted it before the process died, there is nothing left to delete."""
    with killable(tmp_path, checked, NOBODY) as on:
        on.forge.push(REPO, "ada", "main", {".github/greenlit.yml": "delete_branch: true\n"}, "C")
        pull = open_own_pull(on.forge)
        assert on.forge.wait_until_idle(30)
        fault = on.forge.faults.add("POST", r"git-receive-pack$", when)
        on.forge.merge_pull(REPO, pull, "ada")
        kill_when_fired(on, fault)
        key = f"{name_followed(REPO, pull)}/1"
        wait_until(lambda: on.bot.fetch_run(key)["outcome"])

        assert "done" == on.bot.fetch_run(key)["outcome"]["state"]
        assert BRANCH not in on.forge.list_branches(REPO)
