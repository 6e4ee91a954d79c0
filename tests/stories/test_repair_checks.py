"""CI that turns red on the bot's pull request when its run has ended."""

from __future__ import annotations

import pytest

from bot.forge.claude_double import ClaudeDouble
from bot.forge.git_http import RefUpdate
from tests.git_served import git
from tests.pull_scenes import settle, wait_for_run
from tests.stage import BEGIN, END, FILES, GOOD, REPO, Stage, edit, script, staged

BROKEN = {"test_greeting.py": "raise ValueError('broken')\n"}
SOLVE = script(*BEGIN, [GOOD], END)
REPAIR = script(*BEGIN, [edit('"Hello, "', '"Hello: "')], END, opening="work on pull request")


@pytest.fixture
def stage(tmp_path, checked):
    """The bot, with its pull request open and green."""
    scripts = [
        SOLVE.model_copy(update={"about": "solve issue"}),
        REPAIR.model_copy(update={"about": "work on pull request"}),
    ]
    with staged(tmp_path, checked, ClaudeDouble(scripts, pace=0), FILES) as on:
        issue = on.issue()
        on.label(issue)
        assert "opened" == on.ended(issue).outcome.state
        assert on.forge.wait_until_idle(30)
        yield on


def move_base(stage: Stage, files: dict[str, str]) -> str:
    """Push to main, and merge it into the bot's branch as "Update branch" does."""
    (branch,) = stage.branches()
    stage.forge.push(REPO, "ada", "main", files, "Move")
    folder = stage.forge.git_dir(REPO)
    old = git(folder, "rev-parse", branch)
    tree = git(folder, "merge-tree", "--write-tree", branch, "main")
    message = f"Merge branch 'main' into {branch}"
    new = git(folder, "commit-tree", tree, "-p", branch, "-p", "main", "-m", message)
    git(folder, "update-ref", f"refs/heads/{branch}", new)
    stage.forge.pushes.follow(REPO, "ada", (RefUpdate(f"refs/heads/{branch}", old, new),))
    assert stage.forge.wait_until_idle(30)
    return new


def refuse(words: str) -> dict[str, str]:
    """A test that is green on main alone, and red together with a change that greets so."""
    test = f'from greeting import greet\n\nassert greet("Ada") != "{words}"\n'
    return {"test_greeting.py": test}


def read_red(stage: Stage) -> list[str]:
    """What the bot said of a red CI on the pull request."""
    number = stage.forge.list_pulls(REPO)[0].number
    return [body for body in stage.own(number) if "greenlit:red:" in body]


@pytest.mark.slow
def test_what_the_pull_request_is_to_blame_for_is_repaired_once(stage):
    """The base moved, so that the change breaks it: one verdict, and a commit on top of the merge.
    The same failure again is left to people, and what they push themselves is theirs.
    """
    merged = move_base(stage, refuse("Hello, Ada"))
    wait_for_run(stage, "work_on_pull", patience_s=120)
    settle(stage)
    (red,) = read_red(stage)
    (branch,) = stage.branches()

    assert "@ada CI has turned red since I left this pull request." in red
    assert "This change seems to break it; `main` was green where this branch left it.** I" in red
    assert "I repair it now." in red
    assert "Hello: " in stage.forge.read_files(REPO, branch)["greeting.py"]
    assert merged == git(stage.forge.git_dir(REPO), "rev-parse", f"{branch}^")

    move_base(stage, refuse("Hello: Ada"))
    settle(stage)
    (_, red) = read_red(stage)
    assert "I have tried to repair this very failure before, so I leave it to you." in red
    assert 1 == len(stage.bot.runs(100, story="work_on_pull"))

    stage.forge.push(REPO, "ada", branch, {"greeting.py": "raise KeyError('ada')\n"}, "Break it")
    settle(stage)
    assert red == read_red(stage)[-1]
    assert 2 == len(read_red(stage))


@pytest.mark.slow
def test_what_was_red_before_is_told_once(stage):
    """The base is broken: nothing is repaired here, and merging it again is no news. A person's own
    branch is nobody's business.
    """
    move_base(stage, BROKEN)
    settle(stage)
    move_base(stage, {"README.md": "# Greeter, still broken\n"})
    settle(stage)
    stage.forge.push(REPO, "ada", "topic", BROKEN, "Break it")
    settle(stage)
    (red,) = read_red(stage)

    assert "`main` was red in the same way before this change, and nothing new broke." in red
    assert [] == list(stage.bot.runs(100, story="work_on_pull"))
