"""Killed anywhere in the merge of a base, a run goes on where it was: one merge commit, pushed once,
and no turn paid twice.
"""

from __future__ import annotations

import pytest

from tests.crash.test_crash import ended, kill_when_fired, killable, outlive_new_steps
from tests.git_served import git
from tests.stage import BEGIN, END, REPO, open_pull, script
from tests.stories.test_update_branch import MINE, OPENING, SOLVE, SOLVED, YOURS

PLAY = script(*BEGIN, [SOLVE], END, opening=OPENING)


def begin(on):
    """A person's pull request that conflicts with its base, on which she asks for an update."""
    open_pull(on.forge, "topic", MINE)
    on.forge.push(REPO, "ada", "main", YOURS, "Greet there")
    on.forge.add_comment(REPO, 1, "ada", "/update")


def happened(on):
    """What a maintainer finds in the end."""
    folder = on.forge.git_dir(REPO)
    parents = git(folder, "log", "-1", "--format=%P", "topic").split()
    return {
        "outcome": on.outcome(),
        "commits": git(folder, "log", "--format=%s", "main..topic").splitlines(),
        "parents": [git(folder, "log", "-1", "--format=%s", parent) for parent in parents],
        "greeting": on.forge.read_files(REPO, "topic")["greeting.py"],
        "comments": len(on.forge.list_comments(REPO, 1)),
        "turns asked": sorted(on.double.paid_turns),
    }


UNHARMED = {
    "outcome": "changed",
    "commits": ["Merge branch 'main' into topic", "Change"],
    "parents": ["Change", "Greet there"],
    "greeting": f"def greet(name):\n{SOLVED}",
    "comments": 3,  # the command, how it stands, and how it ended
    "turns asked": [0, 1, 2, 3],
}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_after_every_new_step_of_an_update(tmp_path, checked):
    """The process dies behind each step that the chain of an issue does not have."""
    assert UNHARMED == outlive_new_steps(tmp_path, checked, PLAY, begin, happened)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["cut", "cut-after"])
def test_killed_in_the_middle_of_the_push_of_an_update(tmp_path, checked, when):
    """Before or after GitHub did the write: it is there once."""
    with killable(tmp_path, checked, PLAY) as on:
        fault = on.forge.faults.add("POST", r"git-receive-pack$", when)
        begin(on)
        kill_when_fired(on, fault)
        ended(on)

        assert UNHARMED == happened(on)
        assert 1 == max(on.double.paid_turns.values())
