"""The commit and the branch: whose they are, what they say, and what is never pushed."""

from dataclasses import replace

import pytest

from bot.steps.push_branch import (
    branch_moved,
    commit_patch,
    is_named_after,
    push_branch,
)
from bot.values import (
    Branch,
    OpenFinish,
    Patch,
    Sha,
    Subject,
)
from bot.views.commit_message import render_commit_message
from tests.git_served import git
from tests.views.run_states import WRITTEN, make_state

BRANCH = Branch("greenlit/7-greet")
WORK = make_state(open_finish=OpenFinish("c", WRITTEN))
MESSAGE = render_commit_message(WORK)


def test_a_commit_is_the_bots_on_what_was_pushed_before(place):
    """Author, committer, parents, files and modes, as git itself tells them; the base stays."""
    tree = place.lay({"100755:run.sh": b"echo hi\n"})
    sha = commit_patch(
        place.ports,
        tree,
        Patch({"run.sh": "echo ho\n", "README.md": None}),
        tree.sha,
        MESSAGE,
    )
    pushed = push_branch(place.ports, tree, sha, BRANCH, None)
    folder = place.forge.git_dir(place.repo.name)

    assert (sha, True) == (pushed.sha, pushed.is_ours)
    assert f"greenlit[bot] {tree.sha} Greet softly" == git(
        folder, "log", "-1", "--format=%an %P %s", BRANCH
    )
    assert "100755" in git(folder, "ls-tree", BRANCH, "run.sh")
    assert "M\trun.sh" in git(folder, "show", "--name-status", "--no-renames", "--format=", BRANCH)
    assert "D\tREADME.md" in git(
        folder, "show", "--name-status", "--no-renames", "--format=", BRANCH
    )
    assert ["ada"] == [
        line.split(" <")[0].partition(": ")[2]
        for line in git(
            folder, "log", "-1", "--format=%(trailers:key=Co-authored-by)", BRANCH
        ).splitlines()
    ]
    assert tree.sha == place.forge.list_branches(place.repo.name)["main"]


@pytest.mark.parametrize(
    "odd", ["nul \0 here", "esc \x1b[31m", "bidi \u202e", "# a comment", "-m x", "\r\nline"]
)
def test_any_message_can_be_committed(place, odd):
    """What git does not take, and what nobody sees, is left out: no work may be lost for a letter."""
    tree = place.tree()
    finish = OpenFinish("c", replace(WRITTEN, title=odd, message=odd))
    message = render_commit_message(replace(WORK, open_finish=finish))
    sha = commit_patch(place.ports, tree, Patch({"a.txt": "a\n"}), tree.sha, message)
    push_branch(place.ports, tree, sha, BRANCH, None)
    told = git(place.forge.git_dir(place.repo.name), "log", "-1", "--format=%B", BRANCH)

    assert all(char.isprintable() or char == "\n" for char in told)
    assert "Co-authored-by: ada" in told


def test_a_push_tells_its_diff_without_secrets_and_not_without_end(place):
    """What the branch changes in the base, for the page; nothing where nothing was pushed."""
    tree = place.tree()
    token = "ghs_" + "a1" * 20
    first = commit_patch(place.ports, tree, Patch({"a.txt": f"{token}\n"}), tree.sha, MESSAGE)
    long = Patch({"a.txt": "b\n", "long.txt": "word\n" * 60_000})
    pushed = push_branch(place.ports, tree, first, BRANCH, None)
    second = commit_patch(place.ports, tree, long, pushed.sha, MESSAGE)
    diffs = [
        pushed.diff,
        push_branch(place.ports, tree, second, BRANCH, pushed.sha).diff,
        push_branch(place.ports, tree, first, BRANCH, None).diff,
    ]

    assert "\n+***\n" in diffs[0]
    assert token not in diffs[0]
    assert ("\n+b\n" in diffs[1], "\n-***" in diffs[1]) == (True, False)
    assert 190_000 < len(diffs[1]) <= 200_000
    assert diffs[1].endswith("\n+word\n")
    assert "" == diffs[2]


def test_somebody_elses_branch_stays_theirs(place):
    """Neither a new branch nor a moved one is pushed over; an own push is done again without harm."""
    tree = place.tree()
    ours = commit_patch(place.ports, tree, Patch({"a.txt": "a\n"}), tree.sha, MESSAGE)
    theirs = place.forge.push(place.repo.name, "eve", BRANCH, {"b.txt": "b\n"}, "Mine")

    assert (theirs, False) == tuple(
        getattr(push_branch(place.ports, tree, ours, BRANCH, None), name)
        for name in ("sha", "is_ours")
    )
    assert theirs == place.forge.list_branches(place.repo.name)[BRANCH]
    other = Branch("greenlit/7-other")
    assert push_branch(place.ports, tree, ours, other, None) == push_branch(
        place.ports, tree, ours, other, None
    )


def test_a_branch_that_moved_or_went_is_noticed(place):
    """Somebody pushed to it, or deleted it."""
    tree = place.tree()
    sha = commit_patch(place.ports, tree, Patch({"a.txt": "a\n"}), tree.sha, MESSAGE)
    sha = push_branch(place.ports, tree, sha, BRANCH, None).sha
    before = branch_moved(place.ports, tree, BRANCH, sha)
    place.forge.push(place.repo.name, "eve", BRANCH, {"b.txt": "b\n"}, "Mine")
    pushed = branch_moved(place.ports, tree, BRANCH, sha)
    git(place.forge.git_dir(place.repo.name), "update-ref", "-d", f"refs/heads/{BRANCH}")

    assert (False, True, True) == (
        before,
        pushed,
        branch_moved(place.ports, tree, BRANCH, Sha(sha)),
    )


@pytest.mark.parametrize(
    ("branch", "number", "is_its"),
    [
        ("greenlit/7-greet", 7, True),
        ("bots-7-greet-2", 7, True),
        ("greenlit/17-greet", 7, False),
        ("greenlit/7-greet", 9, False),
        ("develop", 10, False),
    ],
)
def test_a_branch_names_its_issue(branch, number, is_its):
    """Whatever its prefix is; the branch of a person names no pull request."""
    assert is_its == is_named_after(Branch(branch), Subject(f"acme/orders#{number}"))
