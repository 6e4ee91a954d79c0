"""What became of an earlier run's work: can a run go on with it, and if not, why?"""

from dataclasses import replace

import pytest

from bot.adapters.git.mirrors import GitMirrors
from bot.steps.check_earlier_work import EarlierWork, check_earlier_work
from bot.steps.push_branch import commit_patch
from bot.values import (
    Author,
    Branch,
    CommitDetails,
    Finish,
    Patch,
    PullRequestContent,
    PushedChange,
    RunKey,
    RunState,
    Sha,
)
from tests.git_served import git

BRANCH = Branch("greenlit/1-greet")
BOT = Author("greenlit[bot]", "greenlit@example.org")
AT = "2026-11-20T10:00:00+00:00"
FINISH = Finish("Greet softly", "", "Softer.")


def leave_work(place, *, pushed=True, pull=True):
    """What a run left: a branch with a commit, and its pull request."""
    request = place.asking(place.issue())
    tree = place.tree()
    patch = Patch({"greeting.py": "def greet(name):\n    return name\n"})
    state = RunState(RunKey("k"), request, tree=tree, patch=patch, branch=BRANCH)
    if not pushed:
        return state
    ports = place.ports
    sha = ports.mirrors.commit(tree, patch.files, (tree.sha,), CommitDetails(FINISH.title, BOT, AT))
    ports.mirrors.push(place.repo, ports.credentials.fetch_remote(place.repo), sha, BRANCH, None)
    if pull:
        content = PullRequestContent("Greet softly", "Closes #1", draft=False)
        ports.pulls.open_pull(place.repo, BRANCH, Branch("main"), content)
    return replace(state, pushed=PushedChange(Sha(sha), FINISH, ("greeting.py",)))


def only_pull(place):
    (pull,) = place.forge.list_pulls(place.repo.name)
    return pull.number


def close(place):
    place.forge.close_pull(place.repo.name, only_pull(place), "ada")


def merge(place):
    close(place)
    pulls = place.forge.state.find_repository(place.repo.name).issues
    pull = pulls[only_pull(place)]
    pulls[pull.number] = replace(pull, merged_at=pull.closed_at)


def push(place):
    place.forge.push(place.repo.name, "ada", BRANCH, {"README.md": "# Mine\n"}, "Mine")


def rewrite_base(place):
    folder = place.forge.git_dir(place.repo.name)
    tree = git(folder, "rev-parse", "main^{tree}")
    orphan = git(folder, "commit-tree", tree, "-m", "Anew")
    git(folder, "update-ref", "refs/heads/main", orphan)


def move_base(place):
    place.forge.push(place.repo.name, "ada", "main", {"README.md": "# More\n"}, "More")


@pytest.mark.parametrize("act", [lambda place: None, move_base])
def test_work_that_stands_as_it_was_left_can_be_gone_on_with(place, act):
    """The base may have moved on meanwhile: pull requests live with that."""
    earlier = leave_work(place)
    act(place)
    work = check_earlier_work(place.ports, earlier)

    assert "" == work.obstacle
    assert only_pull(place) == work.pull.number


@pytest.mark.parametrize(
    ("act", "is_open", "obstacle"),
    [
        (close, False, "#2 was closed"),
        (merge, False, "#2 was merged"),
        (push, True, f"somebody else pushed to `{BRANCH}`"),
        (rewrite_base, True, "`main` was rewritten"),
    ],
)
def test_what_people_did_to_it_is_told(place, act, is_open, obstacle):
    """And whether its pull request is still open, beside which there is no second one."""
    earlier = leave_work(place)
    act(place)
    work = check_earlier_work(place.ports, earlier)

    assert (is_open, obstacle) == (work.pull is not None, work.obstacle)


def test_branch_that_was_deleted_is_told(place):
    """Without a pull request nothing else says so."""
    earlier = leave_work(place, pull=False)
    git(place.forge.git_dir(place.repo.name), "update-ref", "-d", f"refs/heads/{BRANCH}")

    assert EarlierWork(obstacle=f"`{BRANCH}` was deleted") == check_earlier_work(
        place.ports, earlier
    )


def test_work_that_was_never_pushed_can_be_gone_on_with(place):
    """There is no branch that anybody could have touched."""
    assert EarlierWork() == check_earlier_work(place.ports, leave_work(place, pushed=False))


def test_a_mirror_that_is_gone_is_filled_again(place, tmp_path):
    """The base and our own commit are fetched, so that the next commit can stand on them."""
    earlier = leave_work(place)
    move_base(place)
    ports = replace(place.ports, mirrors=GitMirrors(tmp_path / "other", ("http",)))
    work = check_earlier_work(ports, earlier)
    patch = Patch({"greeting.py": "def greet(name):\n    return name.lower()\n"})
    head = earlier.pushed.head

    assert "" == work.obstacle
    assert head != commit_patch(ports, earlier.base, patch, head, "More")
    assert head == commit_patch(ports, earlier.base, earlier.patch, head, "Nothing new")
