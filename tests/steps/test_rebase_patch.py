"""A patch that was not pushed yet, and what somebody pushed meanwhile."""

from dataclasses import replace

import pytest

from bot.steps.push_branch import make_commit_details
from bot.steps.rebase_patch import rebase_patch
from bot.values import Branch, Finish, Patch, PushedChange, RunKey, RunState
from tests.git_served import git

LINES = "".join(f"line {number}\n" for number in range(1, 21))
FILES = {"a.txt": LINES, "b.txt": "b\n", "c.txt": "c\n"}
TOPIC = Branch("topic")


@pytest.fixture
def work(build):
    """A run that stands on a person's branch, with this patch and nothing pushed."""

    def stand(patch):
        place = build(FILES)
        place.forge.push(place.repo.name, "wes", TOPIC, {"c.txt": "topic\n"}, "Topic")
        tree = place.tree(TOPIC)
        pushed = PushedChange(tree.sha, Finish("", "", ""), ())
        request = place.asking(1)
        state = RunState(
            RunKey("k"), request, tree=tree, branch=TOPIC, pushed=pushed, patch=Patch(patch)
        )
        return place, state

    return stand


def push(place, files):
    return place.forge.push(place.repo.name, "wes", TOPIC, files, "Meanwhile")


def test_files_that_the_push_left_alone_are_taken_as_they_are(work):
    """New, changed and deleted ones; the work stands on the newest commit."""
    place, state = work({"a.txt": "mine\n", "new.txt": "new\n", "b.txt": None})
    newest = push(place, {"c.txt": "theirs\n"})
    rebased = rebase_patch(place.ports, state)

    assert (newest, "") == (rebased.tree.sha, rebased.obstacle)
    assert state.patch == rebased.patch


def test_what_they_pushed_as_well_is_left_out(work):
    """The same text from both is no change any more."""
    place, state = work({"a.txt": "mine\n", "b.txt": "both\n"})
    push(place, {"b.txt": "both\n"})

    assert Patch({"a.txt": "mine\n"}) == rebase_patch(place.ports, state).patch


def test_changes_of_other_lines_are_merged(work):
    """One file, changed apart by both: that leaves no doubt."""
    place, state = work({"a.txt": LINES.replace("line 2\n", "my 2\n")})
    push(place, {"a.txt": LINES.replace("line 19\n", "their 19\n"), "b.txt": "theirs\n"})
    rebased = rebase_patch(place.ports, state)
    merged = LINES.replace("line 2\n", "my 2\n").replace("line 19\n", "their 19\n")

    assert ("", Patch({"a.txt": merged})) == (rebased.obstacle, rebased.patch)


def test_changes_of_one_line_are_an_obstacle(work):
    """It names the file; nothing is guessed."""
    place, state = work({"a.txt": LINES.replace("line 2\n", "my 2\n"), "b.txt": "mine\n"})
    push(place, {"a.txt": LINES.replace("line 2\n", "their 2\n")})
    rebased = rebase_patch(place.ports, state)

    assert ("we both changed `a.txt`", Patch()) == (rebased.obstacle, rebased.patch)


def test_only_what_is_not_pushed_yet_is_put_on_top(work):
    """A repair after a push: the pushed part stands on the branch already."""
    place, state = work({"a.txt": "pushed\n", "b.txt": "repaired\n"})
    ports, tree = place.ports, state.base
    details = make_commit_details(ports, "First")
    first = ports.mirrors.commit(tree, {"a.txt": "pushed\n"}, (tree.sha,), details)
    remote = ports.credentials.fetch_remote(place.repo)
    ports.mirrors.push(place.repo, remote, first, TOPIC, tree.sha)
    place.forge.wait_until_idle(30)
    push(place, {"c.txt": "theirs\n"})
    state = replace(state, pushed=PushedChange(first, Finish("First", "", ""), ("a.txt",)))

    assert Patch({"b.txt": "repaired\n"}) == rebase_patch(ports, state).patch


def test_branch_that_was_rewritten_is_not_merged_with(work):
    """What they dropped does not come back."""
    place, state = work({"c.txt": "mine\n"})
    folder = place.forge.git_dir(place.repo.name)
    git(folder, "update-ref", f"refs/heads/{TOPIC}", "refs/heads/main")
    rebased = rebase_patch(place.ports, state)

    assert "the commit that I worked on is not there any more" == rebased.obstacle
