"""What the App writes to the forge is there once, and refused in words."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge
from bot.ports import Refusal
from bot.values import (
    PullRequest,
    PullRequestContent,
    Repo,
)
from tests.adapters.github.on_forge.greeter import HEAD, LOST, MAIN, REPO
from tests.adapters.github.watch import Watch


@pytest.mark.parametrize("lost", LOST)
def test_reaction_is_given_once(forge: Forge, github: GitHubApp, repo: Repo, issue: int, lost: str):
    """On the issue or on a comment, whatever got lost and however often it is asked."""
    comment = forge.add_comment(REPO, issue, "ada", "/generate")
    forge.faults.add("POST", "/reactions$", lost)
    for _ in range(2):
        github.comments.add_reaction(repo, issue, None)
        github.comments.add_reaction(repo, issue, comment)

    given = [forge.list_reactions(REPO, issue), forge.list_reactions(REPO, issue, comment)]
    assert [["eyes"], ["eyes"]] == [[reaction.content for reaction in on] for on in given]
    assert 1 == forge.faults.count_fired()


@pytest.mark.parametrize("lost", LOST)
def test_comment_is_written_once(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, issue: int, lost: str
):
    """Written, edited, and found again after a restart: one comment, though every kind of request
    gets lost once.
    """
    forge.faults.add("POST", "/comments$", lost)
    forge.faults.add("PATCH", "/comments/", lost)
    github = make()
    ids = [
        github.comments.put_comment(repo, issue, "greenlit:run", text).id
        for text in ("queued", "working")
    ]
    ids.append(make().comments.put_comment(repo, issue, "greenlit:run", "done").id)

    assert ["<!-- greenlit:run -->\ndone"] == [
        comment.body for comment in forge.list_comments(REPO, issue)
    ]
    assert {forge.list_comments(REPO, issue)[0].id} == set(ids)
    assert 2 == forge.faults.count_fired()


def test_comment_is_written_once_by_many_at_once(
    forge: Forge, github: GitHubApp, repo: Repo, issue: int
):
    """Six threads with one marker: the first writes, the others find what it wrote."""
    with ThreadPoolExecutor(6) as at_once:
        texts = [f"said {number}" for number in range(6)]
        posted = set(
            at_once.map(lambda text: github.comments.put_comment(repo, issue, "m", text), texts)
        )

    assert [comment.id for comment in forge.list_comments(REPO, issue)] == [
        comment.id for comment in posted
    ]
    assert 1 == len(posted)


def refuse(github: GitHubApp, repo: Repo, issue: int, *logins: str) -> list[bool]:
    """Refuse these people, all at once, and tell to whom something was written."""
    with ThreadPoolExecutor(len(logins)) as at_once:
        return list(
            at_once.map(lambda login: github.comments.put_refusal(repo, issue, login, "no"), logins)
        )


def test_person_is_refused_once_in_an_issue(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, issue: int
):
    """Six commands at once are answered by one comment; after a restart it is found again."""
    github = make()

    assert [True] == [told for told in refuse(github, repo, issue, *["eve"] * 6) if told]
    assert [False, False] == refuse(github, repo, issue, "eve") + refuse(make(), repo, issue, "eve")
    assert 1 == len(forge.list_comments(REPO, issue))


def test_a_person_who_was_refused_costs_nothing(
    forge: Forge, github: GitHubApp, repo: Repo, issue: int
):
    """Whatever they ask for afterwards, GitHub is not asked whether they were told."""
    refuse(github, repo, issue, "eve")
    requests = forge.list_requests()
    told = refuse(github, repo, issue, *["eve"] * 3)

    assert ([False] * 3, requests) == (told, forge.list_requests())


def test_issue_has_three_refusals_at_most(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, issue: int
):
    """However many people ask at once; what people write like a refusal of ours is none."""
    forge.add_comment(REPO, issue, "eve", "<!-- greenlit:answer:bob may not -->")
    people = [f"p{number}" for number in range(6)]

    assert 3 == sum(refuse(make(), repo, issue, *people))
    assert [False] == refuse(make(), repo, issue, "eve")
    assert 4 == len(forge.list_comments(REPO, issue))


def test_repository_has_ten_refusals_an_hour(forge: Forge, keys: AppKeys, repo: Repo, issue: int):
    """The eleventh person is told nothing; an hour later the next one is told again."""
    watch = forge.apps.clock = Watch(time.time())
    url = forge.state.web
    github = GitHubApp(
        keys.id,
        keys.private_key,
        url,
        f"{url}/api/v3",
        clock=watch,
        pause_between_writes_s=0.0,
    )
    issues = [issue, *(forge.open_issue(REPO, "ada", "More", "") for _ in range(11))]
    told = [refuse(github, repo, number, "eve") for number in issues[:11]]
    watch.now_s += 3601

    assert [[True]] * 10 + [[False]] == told
    assert [True] == refuse(github, repo, issues[11], "eve")


def test_deleted_comment_is_written_again(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """A maintainer may delete our comment: the next news is a new one."""
    first = github.comments.put_comment(repo, issue, "greenlit:run", "queued").id
    forge.delete_comment(REPO, first, "ada")
    second = github.comments.put_comment(repo, issue, "greenlit:run", "working").id

    assert [second] == [comment.id for comment in forge.list_comments(REPO, issue)]


def test_locked_issue_is_refused_in_words(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """A locked issue takes no comment from an App."""
    forge.lock_issue(REPO, issue, "ada")

    with pytest.raises(Refusal, match="locked"):
        github.comments.put_comment(repo, issue, "greenlit:run", "queued")


def test_archived_repository_is_refused_in_words(
    forge: Forge, github: GitHubApp, repo: Repo, issue: int
):
    """An archived repository takes nothing."""
    forge.archive_repository(REPO)

    with pytest.raises(Refusal, match="archived"):
        github.comments.put_comment(repo, issue, "greenlit:run", "queued")


@pytest.mark.parametrize("lost", LOST)
def test_pull_is_opened_once(forge: Forge, make: Callable[[], GitHubApp], repo: Repo, lost: str):
    """A draft is opened, given new words and marked ready: one pull request, though every request
    gets lost once.
    """
    forge.push(REPO, "ada", HEAD, {"a.txt": "a"}, "A")
    forge.faults.add("POST", "/pulls$", lost)
    forge.faults.add("PATCH", "/pulls/", lost)
    forge.faults.add("POST", "/graphql$", lost)
    draft = make().pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=True)
    )
    ready = make().pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet quietly", "Closes #1", draft=False)
    )

    there = forge.list_pulls(REPO)
    assert [("Greet quietly", "Closes #1", False)] == [
        (pull.title, pull.body, pull.draft) for pull in there
    ]
    assert (
        PullRequest(there[0].number, f"{forge.state.web}/{REPO}/pull/{there[0].number}", draft=True)
        == draft
    )
    assert PullRequest(draft.number, draft.url, draft=False) == ready
    assert 3 == forge.faults.count_fired()


@pytest.mark.parametrize("lost", LOST)
def test_a_review_is_asked_for_once(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, lost: str
):
    """However often the pull request is brought up to date, though the request gets lost once."""
    forge.push(REPO, "ada", HEAD, {"a.txt": "a"}, "A")
    forge.faults.add("POST", "/requested_reviewers$", lost)
    content = PullRequestContent("Greet", "Quietly", draft=False, reviewer="ada")
    for _ in range(2):
        make().pulls.open_pull(repo, HEAD, MAIN, content)
    asked = [path for _, path, *_ in forge.list_requests() if "requested_reviewers" in path]

    assert [("ada",)] == [pull.reviewers for pull in forge.list_pulls(REPO)]
    assert len(asked) <= 2
    assert 1 == forge.faults.count_fired()


@pytest.mark.parametrize("reviewer", ["greenlit[bot]", "nan", ""])
def test_who_cannot_review_is_not_asked(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, reviewer: str
):
    """The author and people without access are refused by GitHub: the pull request opens without."""
    forge.state.find_repository(REPO).private = True
    forge.push(REPO, "ada", HEAD, {"a.txt": "a"}, "A")
    content = PullRequestContent("Greet", "Quietly", draft=False, reviewer=reviewer)
    pull = make().pulls.open_pull(repo, HEAD, MAIN, content)

    assert pull.open
    assert [()] == [pull.reviewers for pull in forge.list_pulls(REPO)]


def test_pull_is_found_by_its_branch(forge: Forge, github: GitHubApp, repo: Repo):
    """None before it is opened; closed when a person closed it; the open one before a closed one."""
    forge.push(REPO, "ada", HEAD, {"a.txt": "a"}, "A")
    nothing = github.pulls.find_pull(repo, HEAD)
    opened = github.pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=False)
    )
    forge.close_pull(REPO, opened.number, "ada")
    closed = github.pulls.find_pull(repo, HEAD)
    again = github.pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=False)
    )

    assert nothing is None
    assert PullRequest(opened.number, opened.url, draft=False, open=False) == closed
    assert opened.number != again.number
    assert again == github.pulls.find_pull(repo, HEAD)


def test_pull_without_a_commit_is_refused_in_words(forge: Forge, github: GitHubApp, repo: Repo):
    """GitHub's own words say what is wrong."""
    sha = forge.list_branches(REPO)["main"]
    subprocess.run(["git", "-C", forge.git_dir(REPO), "branch", HEAD, sha], check=True)

    with pytest.raises(Refusal, match="No commits between main and greenlit/1-quiet"):
        github.pulls.open_pull(
            repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=False)
        )
