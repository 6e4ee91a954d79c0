"""Killed anywhere in the work on a pull request, a run goes on where it was: each commit once, one
comment that is edited, one end, and no turn paid twice.
"""

from __future__ import annotations

import pytest

from tests.crash.test_crash import (
    ended,
    kill_at_requests,
    kill_when_fired,
    killable,
    outlive_new_steps,
)
from tests.git_served import git
from tests.stage import BAD, BEGIN, END, MENDED, REPO, open_pull, script

PLAY = script(*BEGIN, [BAD], END, [MENDED], END, opening="work on pull request")
UNHARMED = {
    "outcome": "changed",
    "branches": ["main", "topic"],
    "commits": ["Repair AssertionError in test_greeting.py", "Greet quietly", "Change"],
    "comments": 3,  # the command, how it stands, and how it ended
    "pulls": ["topic"],
    "greeting": 'def greet(name):\n    return "Hello, " + name\n',
    "turns asked": [0, 1, 2, 3, 4, 5],
    "reactions": ["+1", "eyes"],
}
EFFECTS = (("POST", r"/issues/1/comments$"), ("POST", "/graphql createCommitOnBranch$"))


def begin(on):
    """A person's pull request, on which she asks for a change."""
    open_pull(on.forge, "topic", {"README.md": "# Greeter\n\nIt greets.\n"})
    on.forge.add_comment(REPO, 1, "ada", "/generate greet quietly")


def happened(on):
    """What a maintainer finds in the end."""
    forge = on.forge
    subjects = git(forge.git_dir(REPO), "log", "--format=%s", "main..topic").splitlines()
    command = forge.list_comments(REPO, 1)[0].id
    return {
        "outcome": on.outcome(),
        "branches": sorted(forge.list_branches(REPO)),
        "commits": subjects,
        "comments": len(forge.list_comments(REPO, 1)),
        "pulls": [pull.head for pull in forge.list_pulls(REPO)],
        "greeting": forge.read_files(REPO, "topic")["greeting.py"],
        "turns asked": sorted(on.double.paid_turns),
        "reactions": sorted(each.content for each in forge.list_reactions(REPO, 1, command)),
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_after_every_new_step_of_the_work_on_a_pull_request(tmp_path, checked):
    """The process dies behind each step that the chain of an issue does not have."""
    assert UNHARMED == outlive_new_steps(tmp_path, checked, PLAY, begin, happened)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["cut", "cut-after"])
def test_killed_in_the_middle_of_each_effect_on_a_pull_request(tmp_path, checked, when):
    """Before or after GitHub did the write: each is there once."""
    with killable(tmp_path, checked, PLAY) as on:
        faults = [
            on.forge.faults.add(method=method, path=path, times=1, kind=when)
            for method, path in EFFECTS
        ]
        begin(on)
        kill_when_fired(on, *faults)
        ended(on)

        assert UNHARMED == happened(on)
        assert 1 == max(on.double.paid_turns.values())


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["cut", "cut-after"])
def test_killed_while_github_makes_a_commit(tmp_path, checked, kind):
    """Commits are made by GraphQL, as checks and threads are read: the process dies at every fourth
    of these requests, before or after GitHub did the work.
    """
    with killable(tmp_path, checked, PLAY) as on:
        kill_at_requests(on, begin, "/graphql$", kind, spared=3)

        assert on.kills > 1
        assert UNHARMED == happened(on)
