"""Tests of merging on the forge, of its bases and heads, and of pull requests from forks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.forge.forge_merges import NotMergeableError
from tests.forge.served_forge import CI, REPO, ServedForge, serve_with_app
from tests.git_served import git

pytestmark = pytest.mark.served
PULLS = f"/repos/{REPO}/pulls"


@pytest.fixture
def box(tmp_path) -> Iterator[ServedForge]:
    """A served forge with a pull request, number 1, from the branch b."""
    with serve_with_app(tmp_path) as box:
        box.forge.push(REPO, "ada", "b", {"README.md": "Hello, you\n"}, "Greet.")
        box.forge.wait_until_idle(30)
        box.forge.open_pull(REPO, "ada", "b", "Greet")
        box.take_event_names()
        yield box


def ask(box: ServedForge, number: int = 1) -> tuple[bool | None, str]:
    """Ask whether the pull request can be merged."""
    view = box.request("GET", f"{PULLS}/{number}").json()
    return view["mergeable"], view["mergeable_state"]


def push(box: ServedForge, branch: str, text: str) -> str:
    """Push another greeting, and wait for what follows."""
    sha = box.forge.push(REPO, "ada", branch, {"README.md": text}, "Greet anew.")
    assert box.forge.wait_until_idle(30)
    return sha


def test_mergeability_is_unknown_until_it_was_asked_for(box: ServedForge):
    """And anew when head or base move; what conflicts is dirty."""
    box.forge.state.tests_merges = False
    never = [ask(box), ask(box)]
    box.forge.state.tests_merges = True
    first = [ask(box), ask(box), ask(box)]
    push(box, "main", "Good day\n")
    moved = [ask(box), ask(box)]
    push(box, "b", "Good day\n")
    mended = [ask(box), ask(box)]

    unknown, clean = (None, "unknown"), (True, "clean")
    assert [unknown, unknown] == never
    assert [unknown, clean, clean] == first
    assert [unknown, (False, "dirty")] == moved
    assert [unknown, clean] == mended


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1)])
def test_a_pull_request_is_merged(box: ServedForge, method: str, parents: int):
    """Its base moves to the commit that merges it, and it is closed as merged."""
    answer = box.request("PUT", f"{PULLS}/1/merge", {"merge_method": method}).json()
    view = box.request("GET", f"{PULLS}/1").json()
    commit = box.forge.state.store.read_commit(REPO, answer["sha"])

    assert ["pull_request.closed", "push"] == box.take_event_names()
    assert (True, "closed", "greenlit[bot]", answer["sha"]) == (
        view["merged"],
        view["state"],
        view["merged_by"]["login"],
        view["merge_commit_sha"],
    )
    assert (answer["sha"], parents) == (box.forge.list_branches(REPO)["main"], len(commit.parents))
    assert "Hello, you\n" == box.forge.read_files(REPO, "main")["README.md"]
    assert [204, 405] == [
        box.request(verb, f"{PULLS}/1/merge").status_code for verb in ("GET", "PUT")
    ]
    assert 422 == box.request("PATCH", f"{PULLS}/1", {"state": "open"}).status_code


def test_a_merged_branch_is_deleted_where_the_repository_wants_it(box: ServedForge):
    """The setting is told with the repository."""
    box.forge.delete_merged_branches(REPO)
    box.forge.merge_pull(REPO, 1, "ada")

    assert ["pull_request.closed", "push", "push"] == sorted(box.take_event_names())
    assert "b" not in box.forge.list_branches(REPO)
    assert box.request("GET", f"/repos/{REPO}").json()["delete_branch_on_merge"]


def test_what_cannot_be_merged_is_refused(box: ServedForge):
    """A head that moved, a way that is not allowed, a draft, a conflict."""
    statuses = [box.request("GET", f"{PULLS}/1/merge").status_code]
    statuses += [
        box.request("PUT", f"{PULLS}/1/merge", body).status_code
        for body in ({"sha": "1" * 40}, {"merge_method": "rebase"})
    ]
    box.forge.set_draft(REPO, 1, "ada", draft=True)
    with pytest.raises(NotMergeableError, match="still a draft"):
        box.forge.merge_pull(REPO, 1, "ada")
    box.forge.set_draft(REPO, 1, "ada", draft=False)
    push(box, "main", "Good day\n")

    with pytest.raises(NotMergeableError, match="not mergeable"):
        box.forge.merge_pull(REPO, 1, "ada")
    assert [404, 409, 405] == statuses


def test_commits_that_reach_the_base_merge_it(box: ServedForge):
    """As when somebody merges on their own machine and pushes."""
    head = box.forge.list_branches(REPO)["b"]
    git(box.forge.git_dir(REPO), "update-ref", "refs/heads/main", head)
    sha = push(box, "main", "Hello, you two\n")
    pull = box.forge.find_pull(REPO, 1)

    assert ("closed", sha, "ada") == (pull.state, pull.merge_sha, pull.merged_by)


def test_a_pull_request_is_asked_into_another_branch(box: ServedForge):
    """`edited` tells the old base; one that has all its commits is refused."""
    box.forge.push(REPO, "ada", "next", {"next": "x"}, "Next.")
    box.take_event_names()
    head = box.forge.list_branches(REPO)["b"]
    git(box.forge.git_dir(REPO), "update-ref", "refs/heads/same", head)
    statuses = [
        box.request("PATCH", f"{PULLS}/1", {"base": base}).status_code
        for base in ("nowhere", "same", "main", "next")
    ]
    box.forge.wait_until_idle(30)
    changes = box.received[-1].payload["changes"]

    assert ([422, 422, 200, 200], "main") == (statuses, changes["base"]["ref"]["from"])
    assert ("next", ["pull_request.edited"]) == (
        box.forge.find_pull(REPO, 1).base,
        box.take_event_names(),
    )


def test_a_deleted_branch_closes_its_pull_requests(box: ServedForge):
    """By REST as by git; the default branch, and one that is not there, cannot be deleted."""
    refs = f"/repos/{REPO}/git/refs/heads"
    statuses = [
        box.request("DELETE", f"{refs}/{branch}").status_code for branch in ("main", "none", "b")
    ]

    assert [422, 422, 204] == statuses
    assert ["push", "pull_request.closed"] == box.take_event_names()
    assert "b" not in box.forge.list_branches(REPO)
    assert 422 == box.request("PATCH", f"{PULLS}/1", {"state": "open"}).status_code


def test_a_renamed_branch_closes_those_from_it_and_moves_those_into_it(box: ServedForge):
    """As GitHub says of it."""
    box.forge.push(REPO, "ada", "c", {"c": "c"}, "Onto it.")
    box.forge.wait_until_idle(30)
    git(box.forge.git_dir(REPO), "branch", "-f", "onto", "b")
    second = box.forge.open_pull(REPO, "ada", "c", "Onto", base="b")
    box.take_event_names()
    box.forge.rename_branch(REPO, "b", "renamed", "ada")

    assert [
        "pull_request.edited",
        "push",
        "push",
        "pull_request.closed",
    ] == box.take_event_names()
    assert ("closed", "open", "renamed") == (
        box.forge.find_pull(REPO, 1).state,
        box.forge.find_pull(REPO, second).state,
        box.forge.find_pull(REPO, second).base,
    )


def test_no_workflow_starts_for_a_pull_request_with_conflicts(box: ServedForge):
    """Only once they are gone."""
    on_pull = {".github/workflows/ci.yml": CI.replace("[push]", "[pull_request]")}
    box.forge.push(REPO, "ada", "main", {"README.md": "Good day\n"}, "Greet anew.")
    box.forge.push(REPO, "ada", "b", on_pull, "Check.")
    assert box.forge.wait_until_idle(30)
    with_conflicts = len(box.forge.list_jobs(REPO))
    push(box, "b", "Good day\n")
    assert box.forge.wait_until_idle(30)

    assert (0, 2) == (with_conflicts, len(box.forge.list_jobs(REPO)))


def test_a_pull_request_that_opens_again_has_what_was_pushed_since(box: ServedForge):
    """While it was closed it did not move."""
    box.forge.close_pull(REPO, 1, "ada")
    old = box.forge.find_pull(REPO, 1).head_sha
    new = push(box, "b", "Hello, all\n")
    closed = box.forge.find_pull(REPO, 1).head_sha
    box.forge.reopen_pull(REPO, 1, "ada")

    assert (old, new) == (closed, box.forge.find_pull(REPO, 1).head_sha)


def test_a_fork_has_pull_requests(box: ServedForge):
    """Their head is elsewhere, and its commits are here too; a push there moves them; CI runs here,
    and names no branch.
    """
    fork = box.forge.fork_repository(REPO, "bob")
    files = {"b.txt": "b\n", ".github/workflows/ci.yml": CI.replace("[push]", "[pull_request]")}
    box.forge.push(fork, "bob", "b", files, "Theirs.")
    box.forge.wait_until_idle(30)
    number = box.request("POST", PULLS, {"title": "T", "head": "bob:b", "base": "main"}).json()[
        "number"
    ]
    sha = box.forge.push(fork, "bob", "b", {"b.txt": "c\n"}, "More.")
    assert box.forge.wait_until_idle(60)
    view = box.request("GET", f"{PULLS}/{number}").json()
    suites = [webhook for webhook in box.received if webhook.name == "check_suite.completed"]
    ref = git(box.forge.git_dir(REPO), "rev-parse", f"refs/pull/{number}/head")

    assert ("bob:b", "bob/demo", REPO, sha, sha) == (
        view["head"]["label"],
        view["head"]["repo"]["full_name"],
        view["base"]["repo"]["full_name"],
        view["head"]["sha"],
        ref,
    )
    assert [(None, []), (None, [])] == [
        (suite.payload["check_suite"]["head_branch"], suite.payload["check_suite"]["pull_requests"])
        for suite in suites
    ]
    assert 1 == len(box.request("GET", f"{PULLS}?head=bob:b").json())
    assert 1 == len(box.request("GET", f"{PULLS}?head=acme:b").json())


def test_a_fork_that_was_deleted_leaves_its_pull_request(box: ServedForge):
    """Without a repository of its head, which cannot be opened again once it is closed."""
    fork = box.forge.fork_repository(REPO, "bob")
    box.forge.push(fork, "bob", "c", {"b.txt": "b\n"}, "Theirs.")
    box.forge.wait_until_idle(30)
    number = box.forge.open_pull(REPO, "bob", "bob:c", "Theirs")
    box.forge.delete_repository(fork)
    view = box.request("GET", f"{PULLS}/{number}").json()
    box.forge.close_pull(REPO, number, "bob")

    assert (None, 1) == (view["head"]["repo"], view["changed_files"])
    assert 422 == box.request("PATCH", f"{PULLS}/{number}", {"state": "open"}).status_code


def test_hidden_refs_cannot_be_pushed(box: ServedForge, tmp_path):
    """refs/pull is the forge's own."""
    remote = f"{box.base.replace('://', f'://x-access-token:{box.app_token}@')}/{REPO}.git"
    git(tmp_path, "clone", "-q", remote, "clone")

    with pytest.raises(AssertionError, match="deny updating a hidden ref"):
        git(tmp_path / "clone", "push", "origin", "HEAD:refs/pull/1/head")
