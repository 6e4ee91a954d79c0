"""Reviews on the forge, as the App reads them and takes part in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge
from bot.forge.review_records import NewThread, ThreadPlace
from bot.ports import Refusal
from bot.values import Branch, InstallationId, PullDetails, Repo, Review, Sha, SuggestedChange
from tests.adapters.github.on_forge.greeter import HEAD, LOST, REPO

GREETING = "def greet(name):\n    return name\n\n\ndef part():\n    return 1\n"


@pytest.fixture
def pull(forge: Forge) -> int:
    """A pull request of a person that adds a file and deletes another."""
    files = {"greet.py": GREETING, "README.md": None}
    forge.push(REPO, "ada", HEAD, files, "Greet")
    number = forge.open_pull(REPO, "ada", HEAD, "Greet", body="It greets.")
    assert forge.wait_until_idle(30)
    return number


def fetch(github: GitHubApp, repo: Repo, number: int) -> PullDetails:
    """The pull request as it is now."""
    pull = github.reviews.fetch_pull(repo, number)
    assert pull is not None
    return pull


def test_a_pull_request_is_read_as_it_is_now(
    forge: Forge, github: GitHubApp, repo: Repo, pull: int
):
    """Head, base and author; whether it merges is unknown at first; the end, with its commit."""
    first = github.reviews.fetch_pull(repo, pull)
    assert forge.wait_until_idle(30)
    second = github.reviews.fetch_pull(repo, pull)
    forge.lock_issue(REPO, pull, "ada")
    merged = forge.merge_pull(REPO, pull, "ada")
    last = github.reviews.fetch_pull(repo, pull)

    assert first is not None
    assert second is not None
    assert last is not None
    assert ("ada", "Greet", "It greets.", HEAD, "main", REPO, False, False, True, None) == (
        first.author,
        first.title,
        first.body,
        first.head,
        first.base,
        first.head_repo,
        first.is_fork,
        first.is_ours,
        first.is_open,
        first.is_mergeable,
    )
    assert second.is_mergeable is True
    assert (merged, False, True, True) == (
        last.merge_sha,
        last.is_open,
        last.is_merged,
        last.is_locked,
    )
    assert last.closed_at
    assert github.reviews.fetch_pull(repo, 99) is None


def test_only_our_open_pull_requests_into_a_branch_are_listed(
    forge: Forge, github: GitHubApp, repo: Repo, pull: int
):
    """A person's, a closed one, and one into another branch are left out."""
    numbers = []
    for name, base in (("a", "main"), ("b", "main"), ("c", HEAD)):
        forge.push(REPO, "ada", name, {f"{name}.txt": "x"}, "Add")
        numbers.append(forge.open_pull(REPO, "greenlit[bot]", name, "Add", base=base))
    forge.close_pull(REPO, numbers[0], "ada")

    assert (numbers[1],) == github.reviews.list_own_pulls(repo, Branch("main"))
    assert (numbers[2],) == github.reviews.list_own_pulls(repo, Branch(HEAD))
    assert () == github.reviews.list_own_pulls(repo, Branch("elsewhere"))


def test_forks_are_told(forge: Forge, github: GitHubApp, repo: Repo):
    """Nothing can be pushed to a fork; one that was deleted has no name."""
    fork = forge.fork_repository(REPO, "eve")
    forge.push(fork, "eve", "theirs", {"theirs.txt": "x\n"}, "Theirs")
    number = forge.open_pull(REPO, "eve", "eve:theirs", "Theirs")
    assert forge.wait_until_idle(30)
    there = github.reviews.fetch_pull(repo, number)
    forge.delete_repository(fork)
    gone = github.reviews.fetch_pull(repo, number)

    assert there is not None
    assert gone is not None
    assert [(True, fork), (True, "")] == [
        (found.is_fork, found.head_repo) for found in (there, gone)
    ]


def test_threads_are_read_with_their_places(forge: Forge, github: GitHubApp, repo: Repo, pull: int):
    """On one line, several, deleted lines and a whole file; outdated, resolved, and pending."""
    threads = [
        NewThread(ThreadPlace("greet.py", 2), "Louder?"),
        NewThread(ThreadPlace("greet.py", 6, start_line=5), "Why?"),
        NewThread(ThreadPlace("README.md", 1, "LEFT"), "Keep it."),
        NewThread(ThreadPlace("greet.py", is_on_file=True), "Rename it."),
    ]
    review = forge.submit_review(REPO, pull, "ada", "REQUEST_CHANGES", "Not yet.", threads)
    forge.submit_review(REPO, pull, "mel", "", "", [NewThread(ThreadPlace("greet.py", 1), "Hm")])
    first = github.reviews.list_threads(repo, pull)
    begun = Sha(forge.list_branches(REPO)[HEAD])
    changed = GREETING.replace("return name", "return name.upper()")
    forge.push(REPO, "ada", HEAD, {"greet.py": f"# Greets.\n{changed}"}, "Louder")
    assert forge.wait_until_idle(30)
    second = github.reviews.list_threads(repo, pull)

    assert ["Louder?", "Why?", "Keep it.", "Rename it."] == [
        thread.comments[0].body for thread in first
    ]
    assert {("ada", review, False)} == {
        (one.author, one.review, one.bot) for thread in first for one in thread.comments
    }
    assert [
        ("greet.py", None, 2, "right", False, False),
        ("greet.py", 5, 6, "right", False, False),
        ("README.md", None, 1, "left", False, False),
        ("greet.py", None, None, "right", True, False),
    ] == [
        (
            thread.path,
            thread.start_line,
            thread.line,
            thread.side,
            thread.is_on_file,
            thread.is_outdated,
        )
        for thread in first
    ]
    assert [(None, 2, True, begun), (7, 6, False, begun)] == [
        (thread.line, thread.original_line, thread.is_outdated, thread.original_sha)
        for thread in second[:2]
    ]
    assert (Review(review, "ada", "changes requested", "Not yet.", second[0].comments[0].at),) == (
        github.reviews.list_reviews(repo, pull)
    )


@pytest.mark.parametrize("lost", LOST)
def test_an_answer_is_given_once(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, pull: int, lost: str
):
    """Whatever got lost, and after a restart: one reply, the thread resolved, the review asked for."""
    place = [NewThread(ThreadPlace("greet.py", 2), "Louder?")]
    forge.submit_review(REPO, pull, "mel", "REQUEST_CHANGES", "", place)
    (thread,) = make().reviews.list_threads(repo, pull)
    writes = ("addPullRequestReviewThreadReply$", "resolveReviewThread$", "/reactions$")
    for path in (*writes, "/requested_reviewers$"):
        forge.faults.add("POST", path, lost)
    for github in (make(), make()):
        assert github.reviews.reply(repo, pull, thread.id, "greenlit:a", "Done.")
        assert github.reviews.resolve_thread(repo, thread.id)
        assert github.reviews.request_review(repo, pull, "mel")
        github.reviews.add_thread_reaction(repo, thread.comments[0].id)
    (after,) = make().reviews.list_threads(repo, pull)

    assert 4 == forge.faults.count_fired()
    assert ["Louder?", "<!-- greenlit:a -->\nDone."] == [one.body for one in after.comments]
    assert (True, False) == (after.is_resolved, after.may_resolve)
    assert ("greenlit[bot]", True) == (after.comments[1].author, after.comments[1].bot)
    assert ("mel",) == forge.list_pulls(REPO)[0].reviewers
    assert ["eyes"] == [
        reaction.content for reaction in forge.list_reactions(REPO, pull, thread.comments[0].id)
    ]


def test_what_the_bot_may_not_is_told(
    forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo, pull: int
):
    """Without the right to write, a thread stays open; a deleted one is gone; authors review not."""
    place = [NewThread(ThreadPlace("greet.py", 2), "Louder?")]
    forge.submit_review(REPO, pull, "mel", "COMMENT", "", place)
    (thread,) = github.reviews.list_threads(repo, pull)
    installation = forge.state.installations[repo.installation]
    installation.permissions["contents"] = "read"
    forge.expire_tokens()
    (seen,) = github.reviews.list_threads(repo, pull)
    refused = github.reviews.resolve_thread(repo, thread.id)
    forge.lock_issue(REPO, pull, "ada")
    with pytest.raises(Refusal, match="locked"):
        github.reviews.reply(repo, pull, thread.id, "greenlit:a", "Done.")
    installation.permissions["pull_requests"] = "read"
    forge.expire_tokens()
    with pytest.raises(Refusal, match="lacks the permission `pull requests: write` for addPull"):
        github.reviews.reply(repo, pull, thread.id, "greenlit:a", "Done.")
    installation.permissions["pull_requests"] = "write"
    forge.expire_tokens()
    forge.delete_review_comment(REPO, thread.comments[0].id, "mel")

    assert (True, False, False) == (thread.may_resolve, seen.may_resolve, refused)
    assert not github.reviews.reply(repo, pull, thread.id, "greenlit:a", "Done.")
    assert not github.reviews.resolve_thread(repo, thread.id)
    assert github.reviews.find_thread(repo, pull, thread.comments[0].id) is None
    assert not github.reviews.request_review(repo, pull, "ada")
    forge.archive_repository(REPO)
    assert not github.reviews.request_review(repo, pull, "mel")


@pytest.mark.parametrize("lost", LOST)
def test_suggestions_are_submitted_once(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, pull: int, lost: str
):
    """One review with a block for each change, which neither approves nor refuses."""
    changes = (
        SuggestedChange("greet.py", 2, 2, "    return name.upper()", "Louder."),
        SuggestedChange("greet.py", 3, 4, None),
        SuggestedChange("greet.py", 5, 6, "```\ncode\n```"),
    )
    forge.faults.add("POST", "/reviews$", lost)
    reviewed = fetch(make(), repo, pull)
    for github in (make(), make()):
        assert github.reviews.submit_review(repo, reviewed, "greenlit:s", "Take these.", changes)
    (review,) = make().reviews.list_reviews(repo, pull)
    bodies = [thread.comments[0].body for thread in make().reviews.list_threads(repo, pull)]

    assert 1 == forge.faults.count_fired()
    assert ("commented", "<!-- greenlit:s -->\nTake these.", True) == (
        review.state,
        review.body,
        review.is_by_bot,
    )
    assert [
        "Louder.\n\n```suggestion\n    return name.upper()\n```",
        "```suggestion\n```",
        "````suggestion\n```\ncode\n```\n````",
    ] == bodies


def test_lines_outside_of_the_diff_are_refused(
    forge: Forge, github: GitHubApp, repo: Repo, pull: int
):
    """GitHub takes no suggestion there: nothing is written."""
    change = SuggestedChange("test.sh", 1, 1, "exit 0")

    reviewed = fetch(github, repo, pull)

    assert not github.reviews.submit_review(repo, reviewed, "greenlit:s", "Take this.", [change])
    assert () == github.reviews.list_reviews(repo, pull)


def test_suggestions_stay_at_the_lines_they_were_made_for(
    forge: Forge, github: GitHubApp, repo: Repo, pull: int
):
    """The branch moved before they were submitted: they do not land on what stands there now."""
    reviewed = fetch(github, repo, pull)
    forge.push(REPO, "ada", HEAD, {"greet.py": f"import sys\n\n{GREETING}"}, "Import")
    assert forge.wait_until_idle(30)
    change = SuggestedChange("greet.py", 2, 2, "    return name.upper()")
    assert github.reviews.submit_review(repo, reviewed, "greenlit:s", "Take this.", [change])
    (thread,) = github.reviews.list_threads(repo, pull)

    assert (4, 2, reviewed.head_sha) == (
        thread.line,
        thread.original_line,
        thread.original_sha,
    )


def test_threads_of_another_repository_are_not_touched(
    forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo, pull: int
):
    """A token is for one repository: a thread's id leads to none of another."""
    place = [NewThread(ThreadPlace("greet.py", 2), "Louder?")]
    forge.submit_review(REPO, pull, "mel", "COMMENT", "", place)
    (thread,) = github.reviews.list_threads(repo, pull)
    forge.create_repository("acme/other", {"a": "b\n"})
    other = Repo("acme/other", InstallationId(forge.install(keys, "acme/other")))

    assert not github.reviews.resolve_thread(other, thread.id)
