"""How CI stands at many commits is read with one query, and a token that can do nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge
from bot.ports import Refusal
from bot.values import HeadMark, InstallationId, Repo, Sha, WatchedHead
from tests.adapters.github.on_forge.greeter import HEAD, REPO

UNCHECKED = {".github/workflows/ci.yml": None}


def add_head(forge: Forge, repo: Repo, *, status: str = "") -> WatchedHead:
    """Add a commit to a repository, of which another CI says this."""
    files = {"text": f"{forge.state.make_id()}\n", **(UNCHECKED if repo.name == REPO else {})}
    sha = Sha(forge.push(repo.name, "ada", HEAD, files, "Change"))
    if status:
        forge.set_status(repo.name, sha, "ci/other", status)
    return WatchedHead(repo, sha)


def add_repository(forge: Forge, keys: AppKeys, name: str) -> Repo:
    """Add a repository on which the App is installed."""
    forge.create_repository(name, {"README.md": "# It\n"}, people={"ada": "admin"})
    return Repo(name, InstallationId(forge.install(keys, name)))


def count(forge: Forge, path: str) -> int:
    return sum(path in request[1] for request in forge.list_requests())


def test_one_query_tells_of_all_commits(forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo):
    """Under way, ended, and silent, in two repositories."""
    other = add_repository(forge, keys, "acme/other")
    heads = [
        add_head(forge, repo, status="pending"),
        add_head(forge, other, status="failure"),
        add_head(forge, repo),
    ]
    marks = github.ci_marks.fetch(heads, {repo, other})

    assert [False, True, False] == [marks.by_head[head].has_settled for head in heads]
    assert 3 == len({mark.text for mark in marks.by_head.values()})
    assert 1 == count(forge, "/graphql")
    assert 1 == marks.cost
    assert marks.budget
    assert 4_990 < marks.budget.left < marks.budget.limit == 5_000


def test_a_mark_is_another_once_something_has_happened(forge: Forge, github: GitHubApp, repo: Repo):
    """A second attempt that ends as the first did is news; to ask again is none."""
    head = add_head(forge, repo, status="failure")
    first = read_mark(github, head)
    again = read_mark(github, head)
    repository = forge.state.find_repository(REPO)
    later = replace(repository.statuses[-1], created_at="2099-01-01T00:00:00Z")
    repository.statuses.append(later)

    assert first == again
    assert first != read_mark(github, head)


def read_mark(github: GitHubApp, head: WatchedHead) -> HeadMark:
    return github.ci_marks.fetch([head], {head.repo}).by_head[head]


def test_a_workflow_is_over_when_its_suite_is(forge: Forge, github: GitHubApp, repo: Repo):
    """A suite that GitHub makes for each App stays queued for ever, and is not waited for."""
    forge.state.makes_empty_suites = True
    head = WatchedHead(repo, Sha(forge.push(REPO, "ada", HEAD, {"text": "more\n"}, "Change")))
    before = read_mark(github, head)
    assert forge.wait_until_idle(30)

    assert not before.has_settled
    assert read_mark(github, head).has_settled


def test_the_token_reads_ci_of_the_repositories_in_question(
    forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo
):
    """It is kept while it covers what is asked; for a repository more there is another one."""
    other = add_repository(forge, keys, "acme/other")
    mine, others = add_head(forge, repo), add_head(forge, other)
    for scope in ({repo}, {repo}, {repo, other}, {repo}):
        heads = [mine, others] if other in scope else [mine]
        github.ci_marks.fetch(heads, scope)
    tokens = list(forge.state.tokens.values())

    assert [(REPO,), (REPO, "acme/other")] == [token.repositories for token in tokens]
    assert [{"checks": "read", "contents": "read", "metadata": "read", "statuses": "read"}] * 2 == [
        token.permissions for token in tokens
    ]


def test_a_repository_without_the_app_is_left_out(
    forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo
):
    """GitHub refuses one token for all of them and does not say why: it is found, and not asked
    for again soon.
    """
    repos = [repo, *(add_repository(forge, keys, f"acme/r{number}") for number in range(4))]
    heads = [add_head(forge, each, status="success") for each in repos]
    forge.uninstall(repo.installation, "acme/r1")
    first = github.ci_marks.fetch(heads, set(repos))
    minted = count(forge, "/access_tokens")
    github.ci_marks.fetch(heads, set(repos))

    assert {REPO, "acme/r0", "acme/r2", "acme/r3"} == {head.repo.name for head in first.by_head}
    assert minted == count(forge, "/access_tokens")
    forge.uninstall(repo.installation, "acme/r2")
    lost_later = github.ci_marks.fetch(heads, set(repos))
    assert {REPO, "acme/r0", "acme/r3"} == {head.repo.name for head in lost_later.by_head}


def test_an_app_that_is_nowhere_installed_asks_nothing(forge: Forge, github: GitHubApp, repo: Repo):
    """There is no token to ask with."""
    head = add_head(forge, repo)
    forge.uninstall(repo.installation, REPO)
    marks = github.ci_marks.fetch([head], {repo})

    assert ({}, 0, 0) == (marks.by_head, marks.cost, count(forge, "/graphql"))


def test_a_token_that_ended_early_is_made_anew(forge: Forge, github: GitHubApp, repo: Repo):
    """The look that meets it fails, and the next one does not."""
    head = add_head(forge, repo, status="success")
    read_mark(github, head)
    forge.expire_tokens()
    with pytest.raises(Refusal):
        read_mark(github, head)

    assert read_mark(github, head).has_settled


def test_many_repositories_share_no_token(
    forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo
):
    """GitHub takes five hundred for one: with more in question, a token is for those of a query."""
    head = add_head(forge, repo, status="success")
    many = {replace(repo, name=f"acme/n{number}") for number in range(600)}
    marks = github.ci_marks.fetch([head], {repo, *many})

    assert marks.by_head[head].has_settled
    assert [(REPO,)] == [token.repositories for token in forge.state.tokens.values()]
