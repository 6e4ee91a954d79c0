"""Pull requests: whatever gets lost on the way, each is there once."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse, validate

from bot.adapters.github.github_app import GitHubApp
from bot.ports import Refusal
from bot.values import Branch, PullRequest, PullRequestContent, Repo
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub, pull
from tests.contracts.descriptions import load_graphql_schema

PULLS = "GET /repos/o/r/pulls"
OPEN = "POST /repos/o/r/pulls"
GRAPHQL = "POST /api/graphql"
HEAD, MAIN = Branch("greenlit/7"), Branch("main")


class PullStore:
    """The pull requests of o/r, kept for real; `lost` as in CommentStore."""

    def __init__(
        self,
        github: ScriptedGitHub,
        *lost: Reply | tuple[Reply],
        there: list[dict[str, Any]] | None = None,
    ):
        self.pulls = there or []
        self._lost = list(lost)
        github.on(PULLS, lambda call: Reply(data=self.pulls))
        github.on(OPEN, self._open)

    def _open(self, call: ApiCall) -> Reply:
        lost = self._lost.pop(0) if self._lost else None
        if isinstance(lost, Reply):
            return lost
        number = len(self.pulls) + 1
        self.pulls.append(
            pull(number, **{name: call.body[name] for name in ("title", "body", "draft")})
        )
        return lost[0] if lost else Reply(201, self.pulls[-1])


def open_pull(
    app: GitHubApp, repo: Repo, *, draft: bool = False, title: str = "T", body: str = "B"
) -> PullRequest:
    return app.pulls.open_pull(repo, HEAD, MAIN, PullRequestContent(title, body, draft))


@pytest.mark.parametrize(
    "lost", [(), (Reply(502),), (Reply(cut=True),), ((Reply(502),),), ((Reply(cut=True),),)]
)
def test_pull_is_opened_once(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, lost: tuple[Reply]
):
    """Lost before or after it was opened, there is one pull request in the end, with the words
    asked for.
    """
    pulls = PullStore(github, *lost)
    first, again = open_pull(app, repo, draft=True), open_pull(app, repo, draft=True)

    assert (
        first == again == PullRequest(1, "https://github.example/o/r/pull/1", draft=True, open=True)
    )
    assert [("T", "B", True)] == [
        (there["title"], there["body"], there["draft"]) for there in pulls.pulls
    ]
    assert {"head": "greenlit/7", "base": "main"}.items() <= github.calls_to(OPEN)[0].body.items()


def test_open_pull_gets_new_words(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Title and body are brought up to date, once; line ends are no difference."""
    pulls = PullStore(github, there=[pull(4, body="one\r\ntwo")])
    github.on("PATCH /repos/o/r/pulls/4", lambda call: Reply(data=pulls.pulls[0] | call.body))
    open_pull(app, repo, body="one\ntwo")

    assert [] == github.calls_to("PATCH /repos/o/r/pulls/4")
    assert 4 == open_pull(app, repo, title="new").number
    assert [{"title": "new", "body": "B"}] == [
        call.body for call in github.calls_to("PATCH /repos/o/r/pulls/4")
    ]


@pytest.mark.usefixtures("described")
@pytest.mark.parametrize("draft", [True, False])
@pytest.mark.parametrize("lost", [None, Reply(502), Reply(cut=True)])
def test_pull_is_turned(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, draft: bool, lost: Reply | None
):
    """A draft is marked ready and a ready one turned into a draft, and once only when the answer is
    lost.
    """
    pulls = PullStore(github, there=[pull(4, draft=not draft)])

    mutation = "convertPullRequestToDraft" if draft else "markPullRequestReadyForReview"

    def turn(call: ApiCall) -> Reply:
        assert [] == validate(load_graphql_schema(), parse(call.body["query"]))
        pulls.pulls[0]["draft"] = draft
        return lost or Reply(data={"data": {mutation: {"pullRequest": {"isDraft": draft}}}})

    github.on(GRAPHQL, turn)

    assert draft == open_pull(app, repo, draft=draft).draft
    (hit,) = github.calls_to(GRAPHQL)
    assert mutation in hit.body["query"]
    assert {"input": {"pullRequestId": "PR_4"}} == hit.body["variables"]


def test_pull_is_ready_where_there_are_no_drafts(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Free plans have no drafts in private repositories: it is opened ready, and the value says so."""
    PullStore(
        github,
        Reply(422, {"message": "Draft pull requests are not supported in this repository."}),
    )
    github.on(
        GRAPHQL, Reply(data={"errors": [{"type": "UNPROCESSABLE", "message": "Not supported"}]})
    )

    assert [False, False] == [open_pull(app, repo, draft=True).draft for _ in range(2)]


def test_pull_opened_by_another_hand_is_taken(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Somebody opened one between our look and our write: GitHub says so, and that one is ours now."""
    pulls = PullStore(github)

    def refuse(call: ApiCall) -> Reply:
        pulls.pulls.append(pull(9))
        errors = [{"message": "A pull request already exists for o:greenlit/7."}]
        return Reply(422, {"message": "Validation Failed", "errors": errors})

    github.on(OPEN, refuse)

    assert 9 == open_pull(app, repo).number


def test_pull_that_was_just_looked_for_is_opened_without_another_look(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """One look serves one opening; the next call looks again, and finds it."""
    pulls = PullStore(github)
    looked = app.pulls.find_pull(repo, HEAD)
    first = open_pull(app, repo)
    looks = len(github.calls_to(PULLS))
    again = open_pull(app, repo)

    assert (None, 1, first) == (looked, looks, again)
    assert 2 == len(github.calls_to(PULLS))
    assert 1 == len(pulls.pulls)


def test_pull_opened_since_the_look_is_taken(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Between the look and the opening somebody may have been faster: GitHub says so."""
    pulls = PullStore(github)
    app.pulls.find_pull(repo, HEAD)
    pulls.pulls.append(pull(9))
    errors = [{"message": "A pull request already exists for o:greenlit/7."}]
    github.on(OPEN, Reply(422, {"message": "Validation Failed", "errors": errors}))

    assert 9 == open_pull(app, repo).number
    assert 1 == len(pulls.pulls)


def test_pull_without_a_commit_is_told(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """What GitHub refuses is told in its words."""
    errors = [{"message": "No commits between main and greenlit/7"}]
    PullStore(github, Reply(422, {"message": "Validation Failed", "errors": errors}))

    with pytest.raises(Refusal, match="No commits between main and greenlit/7"):
        open_pull(app, repo)


def test_ready_that_is_forbidden_is_told(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GraphQL says what the App lacks with status 200."""
    PullStore(github, there=[pull(4, draft=True)])
    error = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}
    path = ["markPullRequestReadyForReview"]
    github.on(GRAPHQL, Reply(data={"errors": [{**error, "path": path}]}))

    with pytest.raises(Refusal, match="lacks the permission `pull requests: write` and `contents"):
        open_pull(app, repo)


def test_pull_of_a_fork_is_not_ours(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A fork's branch may be named like ours: only a branch of this repository counts, open before
    closed.
    """
    fork = {"ref": "greenlit/7", "repo": {"id": 2}}
    gone = {"ref": "greenlit/7", "repo": None}
    pulls = PullStore(
        github,
        there=[
            pull(5, head=fork),
            pull(6, head=gone),
            pull(7, head={"ref": "x", "repo": {"id": 1}}),
        ],
    )
    nobody = app.pulls.find_pull(repo, HEAD)
    pulls.pulls += [pull(2, state="closed"), pull(3, state="closed")]
    closed = app.pulls.find_pull(repo, HEAD)
    pulls.pulls.append(pull(1))

    assert nobody is None
    assert PullRequest(3, "https://github.example/o/r/pull/3", draft=False, open=False) == closed
    assert PullRequest(
        1, "https://github.example/o/r/pull/1", draft=False, open=True
    ) == app.pulls.find_pull(repo, HEAD)
    assert {"head": "o:greenlit/7", "state": "all", "per_page": "100"} == github.calls_to(PULLS)[
        0
    ].query


def test_a_base_that_is_gone_is_told(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """It was renamed or deleted; GitHub has no words for it but the field's name."""
    errors = [{"resource": "PullRequest", "field": "base", "code": "invalid"}]
    PullStore(github, Reply(422, {"message": "Validation Failed", "errors": errors}))

    with pytest.raises(Refusal, match=r"^The branch `main` is gone, renamed or deleted"):
        open_pull(app, repo)
