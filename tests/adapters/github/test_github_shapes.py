"""What GitHub answers in another shape: told with its place, or done without."""

from __future__ import annotations

import logging

import pytest
from pydantic import BaseModel, ValidationError

from bot.adapters.github.bad_answers import explain_bad_answer
from bot.adapters.github.github_app import GitHubApp
from bot.ports import BadAnswer
from bot.values import Branch, PullRequestContent, Repo, RepoInfo, Sha
from tests.adapters.github.scripted_github import Reply, ScriptedGitHub, comment, pull

ISSUE = "GET /repos/o/r/issues/7"
TOKENS = "POST /app/installations/1/access_tokens"
NOTES = "GET /repos/o/r/check-runs/9/annotations"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("moved", "another kind of value was expected"),
        ({"number": 7, "title": 5}, "a text was expected, and a number came"),
        ({"number": 7, "title": "T", "labels": 3}, "another kind of value was expected"),
    ],
)
def test_an_answer_of_another_shape_names_its_request(
    github: ScriptedGitHub,
    app: GitHubApp,
    repo: Repo,
    caplog: pytest.LogCaptureFixture,
    data: object,
    words: str,
):
    """The log says where, and what was expected; a few tries later the run says so too."""
    github.on(ISSUE, Reply(data=data))
    with pytest.raises(BadAnswer) as bad:
        app.issues.fetch_issue(repo, 7)

    assert f"GitHub's answer to `{ISSUE}` is not as documented: {words}" in str(bad.value)
    assert [str(bad.value)] == [
        record.getMessage() for record in caplog.records if record.levelno == logging.WARNING
    ]


@pytest.mark.parametrize(
    "data", [{"annotations": [{"path": "a.py"}]}, ["a.py"], [{"path": "a.py"}], "none"]
)
def test_annotations_of_another_shape_are_bad_answers(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, data: object
):
    """They are no bug of ours, so whoever reads CI can do without them."""
    github.on(NOTES, Reply(data=data))
    with pytest.raises(BadAnswer, match="check-runs/9/annotations` is not as documented"):
        app.ci.list_annotations(repo, 9)


def test_checks_of_another_shape_are_bad_answers(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """What says nothing of CI is not taken for a CI that said nothing."""
    suites = {"nodes": [{"id": 5}], "pageInfo": {"hasNextPage": False}}
    commit = {"status": None, "checkSuites": suites}
    github.on("POST /api/graphql", Reply(data={"data": {"repository": {"object": commit}}}))
    with pytest.raises(
        BadAnswer,
        match=r"POST .*/graphql` is not as documented: in `checkSuites.nodes.0.id` a text",
    ):
        app.ci.fetch_checks(repo, Sha("a" * 40))


def test_a_repository_that_says_less_is_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub's description leaves `archived` and `private` out of some repositories."""
    github.on("GET /repos/o/r", Reply(data={"default_branch": "main"}))

    assert RepoInfo(Branch("main")) == app.repositories.fetch_info(repo)


def test_a_transferred_issue_says_where_it_is(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub redirects to the new repository, where it has another number."""
    moved = {
        "number": 9,
        "title": "T",
        "repository_url": f"{github.url}/repos/acme/other",
        "labels": [{"color": "fff"}],
    }
    github.on(ISSUE, Reply(301, headers={"Location": f"{github.url}/repositories/5/issues/9"}))
    github.on("GET /repositories/5/issues/9", Reply(data=moved))
    issue = app.issues.fetch_issue(repo, 7)

    assert issue is not None
    assert "acme/other#9" == issue.moved_to


def test_an_issue_of_a_renamed_repository_has_not_moved(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """It is redirected as well, and keeps its number."""
    data = {"number": 7, "title": "T", "repository_url": f"{github.url}/repos/o/new"}
    github.on(ISSUE, Reply(301, headers={"Location": f"{github.url}/repositories/5/issues/7"}))
    github.on("GET /repositories/5/issues/7", Reply(data=data))
    issue = app.issues.fetch_issue(repo, 7)

    assert issue is not None
    assert "" == issue.moved_to


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"n": 5}, "it lacks `name`"),
        ({"n": "five", "name": "x"}, "in `n` a whole number was expected, and a text came"),
        ({"n": None, "name": "x"}, "in `n` a whole number was expected, and null came"),
        ({"n": 1, "name": [1]}, "in `name` a text was expected, and a list came"),
        ([], "an object was expected, and a list came"),
    ],
)
def test_an_odd_answer_is_told_in_plain_words(error: object, words: str):
    """Nothing of a library's words, and nothing of the answer itself."""

    class Shape(BaseModel):
        n: int
        name: str

    with pytest.raises(ValidationError) as wrong:
        Shape.model_validate(error)
    bad = explain_bad_answer("GET /x", wrong.value)

    assert f"GitHub's answer to `GET /x` is not as documented: {words}" == str(bad)


@pytest.mark.parametrize("status", [300, 302, 304])
def test_a_redirect_to_nowhere_is_a_bad_answer(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, status: int
):
    """It is neither a success nor a refusal of ours."""
    github.on(ISSUE, Reply(status, {"message": "elsewhere"}))
    with pytest.raises(BadAnswer, match=f"answered {status} to `GET /repos/o/r/issues/7`"):
        app.issues.fetch_issue(repo, 7)


@pytest.mark.parametrize("data", [["odd"], {"role_name": "write"}, {"permission": 3}, "admin"])
def test_a_permission_of_another_shape_is_a_bad_answer(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, data: object
):
    """Nobody is let in by it, and it is no fault of ours."""
    github.on("GET /repos/o/r/collaborators/ada/permission", Reply(data=data))
    with pytest.raises(BadAnswer, match="collaborators/ada/permission` is not as documented"):
        app.repositories.fetch_permission(repo, "ada")


@pytest.mark.parametrize("path", ["GET /app/installations/1", TOKENS])
def test_a_token_of_another_shape_is_a_bad_answer(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, path: str
):
    """Named by what was asked, whoever needed the token; nothing of it is told."""
    github.on(path, Reply(201, {"token": "ghs_secret", "expires_at": "soon"}))
    with pytest.raises(BadAnswer, match=f"`{path}` is not as documented") as bad:
        app.fetch_remote(repo)

    assert "secret" not in str(bad.value)


def test_an_odd_comment_is_left_out(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, caplog: pytest.LogCaptureFixture
):
    """The others are read; the log names the request."""
    odd = {**comment(2, "odd"), "created_at": None}
    github.on(f"{ISSUE}/comments", Reply(data=[comment(1, "one"), odd, comment(3, "three")]))

    assert ["one", "three"] == [said.body for said in app.issues.list_comments(repo, 7)]
    assert "issues/7/comments` is not as documented: it lacks `a time`" in caplog.text


def test_a_review_that_cannot_be_asked_for_holds_nothing_up(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """The pull request is open."""
    github.on("GET /repos/o/r/pulls", Reply(data=[pull(4)]))
    github.on("POST /repos/o/r/pulls/4/requested_reviewers", Reply(502))
    content = PullRequestContent("T", "B", draft=False, reviewer="ada")

    assert 4 == app.pulls.open_pull(repo, Branch("greenlit/7"), Branch("main"), content).number
