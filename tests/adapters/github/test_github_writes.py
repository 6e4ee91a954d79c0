"""Writes: whatever gets lost on the way, each happens once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse, validate
from scripted_github import ApiCall, CommentStore, Reply, ScriptedGitHub, comment, listening, pull

from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.issue_comments import GitHubComments
from bot.ports import RateLimited, Refusal, Unreachable
from bot.values import Branch, PullRequest, PullRequestContent, Repo
from tests.contracts.descriptions import load_graphql_schema

POST = "POST /repos/o/r/issues/7/comments"
LIST = "GET /repos/o/r/issues/7/comments"
PULLS = "GET /repos/o/r/pulls"
OPEN = "POST /repos/o/r/pulls"
GRAPHQL = "POST /api/graphql"
HEAD, MAIN = Branch("greenlit/7"), Branch("main")


@pytest.mark.parametrize("lost", [Reply(502), Reply(500, b"oops"), Reply(cut=True)])
def test_comment_lost_before_it_was_written_is_written_again(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, lost: Reply
):
    """The look finds nothing, so it is written once more."""
    board = CommentStore(github, lost)
    app.comments.put_comment(repo, 7, "m", "hello")

    assert ["<!-- m -->\nhello"] == [comment["body"] for comment in board.comments]
    assert 2 == len(github.calls_to(POST))


@pytest.mark.parametrize("lost", [Reply(502), Reply(500, b"oops"), Reply(cut=True)])
def test_comment_whose_answer_was_lost_is_not_doubled(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, lost: Reply
):
    """GitHub wrote it and the answer got lost: the look finds it."""
    board = CommentStore(github, (lost,))

    assert 1 == app.comments.put_comment(repo, 7, "m", "hello")
    assert len(board.comments) == len(github.calls_to(POST)) == 1


def test_comment_is_tried_twice_at_most(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Then it is for the engine to try the step again."""
    CommentStore(github, *[Reply(503)] * 9)

    with pytest.raises(
        Unreachable, match="GitHub answered 503 to POST /repos/o/r/issues/7/comments"
    ):
        app.comments.put_comment(repo, 7, "m", "hello")
    assert 2 == len(github.calls_to(POST))


def test_limited_write_is_not_looked_for(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A limit means that nothing was done, so nothing is asked until it is over."""
    CommentStore(github, Reply(429))

    with pytest.raises(RateLimited):
        app.comments.put_comment(repo, 7, "m", "hello")
    assert len(github.calls_to(LIST)) == len(github.calls_to(POST)) == 1


def test_comment_is_found_again_and_edited(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """After a restart the comment is found by its marker; people who quote the marker are not us."""
    theirs = [comment(1, "talk", "ada", "User"), comment(2, "<!-- m1 -->\nother")]
    quoted = comment(4, "<!-- m -->\nquoted", "mallory", "User")
    CommentStore(github).comments += [*theirs, comment(3, "<!-- m -->\nqueued"), quoted]
    edit = "PATCH /repos/o/r/issues/comments/3"
    github.on(edit, Reply(502), Reply(data={}))

    assert make().comments.put_comment(repo, 7, "m", "done") == 3
    assert [{"body": "<!-- m -->\ndone"}] * 2 == [call.body for call in github.calls_to(edit)]
    assert [] == github.calls_to(POST)


def test_unchanged_comment_costs_nothing(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """The same body is not sent again; the place is remembered, so the list is read once."""
    CommentStore(github)
    app = make()
    numbers = {app.comments.put_comment(repo, 7, "m", "hello") for _ in range(3)}
    again = make().comments.put_comment(repo, 7, "m", "hello")

    assert numbers == {again}
    assert 2 == len(github.calls_to(LIST))
    assert 1 == len(github.calls_to(POST))


def test_forgotten_comment_is_looked_for(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Only so many places are remembered; the comment that was forgotten is found by its marker."""
    board = CommentStore(github)
    comments = GitHubComments(app._api, app.fetch_login, capacity=1)
    numbers = [comments.put_comment(repo, 7, marker, "hello") for marker in ("m", "n", "m")]

    assert [1, 2, 1] == numbers
    assert 2 == len(board.comments)
    assert 3 == len(github.calls_to(LIST))


@pytest.mark.parametrize("status", [404, 410])
def test_deleted_comment_is_written_again(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, status: int
):
    """Somebody deleted our comment: the news comes as a new one."""
    board = CommentStore(github)
    app.comments.put_comment(repo, 7, "m", "one")
    board.comments[0]["id"] = 99
    github.on("PATCH /repos/o/r/issues/comments/1", Reply(status, {"message": "Not Found"}))
    app.comments.put_comment(repo, 7, "m", "two")

    assert ["<!-- m -->\none", "<!-- m -->\ntwo"] == [comment["body"] for comment in board.comments]


def test_long_comment_is_cut_and_keeps_its_marker(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """GitHub takes 65,536 characters; the cut is said, and the comment is still found."""
    board = CommentStore(github)
    app.comments.put_comment(repo, 7, "m", "x" * 70_000)
    body = board.comments[0]["body"]

    assert 65_536 == len(body)
    assert body.startswith("<!-- m -->\n")
    assert body.endswith("Cut here: GitHub takes no longer text.*")


def page_of(number: int, *bodies: str) -> Reply:
    """A full page of comments that ends with these."""
    others = [comment(number * 1000 + index, "talk", "ada") for index in range(100 - len(bodies))]
    return Reply(data=[*others, *(comment(number, body) for body in bodies)])


def test_newest_comments_are_searched_first(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub lists oldest first: after page 1 the pages are read from the last, and the search
    stops at our comment.
    """
    pages = {1: page_of(1), 2: page_of(2), 4: page_of(4)} | {3: page_of(3, "<!-- m -->\nold")}
    github.on(LIST, lambda call: pages[int(call.query.get("page", 1))])
    github.on("GET /repos/o/r/issues/7", Reply(data={"number": 7, "comments": 399}))
    github.on("PATCH /repos/o/r/issues/comments/3", Reply(data={}))

    assert 3 == app.comments.put_comment(repo, 7, "m", "new")
    assert ["1", "4", "3"] == [call.query.get("page", "1") for call in github.calls_to(LIST)]


def test_search_ends_at_the_first_page(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Each page is read once, and what is on none is written."""
    board = CommentStore(github)
    pages = {1: page_of(1), 2: page_of(2), 3: Reply(data=[])}
    github.on(LIST, lambda call: pages[int(call.query.get("page", 1))])
    github.on("GET /repos/o/r/issues/7", Reply(data={"number": 7, "comments": 200}))
    app.comments.put_comment(repo, 7, "m", "new")

    assert ["1", "3", "2"] == [call.query.get("page", "1") for call in github.calls_to(LIST)]
    assert 1 == len(board.comments)


def test_threads_do_not_mix_their_requests(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Eight threads write at once; each body arrives where it belongs (PyGithub's clients are not
    thread-safe).
    """
    mixed: list[object] = []

    def react(call: ApiCall) -> Reply:
        if call.path.split("/")[5] not in call.body["body"]:
            mixed.append(call)
        return Reply(201, comment(1, call.body["body"]))

    for number in range(8):
        github.on(f"GET /repos/o/r/issues/{number}/comments", Reply(data=[]))
        github.on(f"POST /repos/o/r/issues/{number}/comments", react)

    def write(number: int) -> None:
        for turn in range(12):
            app.comments.put_comment(repo, number, f"m{turn}", f"{number}")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert [] == mixed
    assert (
        sum(call.verb == "POST" and call.path.startswith("/repos") for call in github.calls) == 96
    )


def test_write_follows_a_renamed_repository(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub answers 307 to writes under an old name, which PyGithub takes for a success."""
    github.on(
        "POST /repos/o/r/issues/7/reactions",
        Reply(307, headers={"Location": f"{github.api_url}/repositories/5/x"}),
    )
    github.on("POST /repositories/5/x", Reply(201, {}))
    app.comments.add_reaction(repo, 7, None)

    assert [{"content": "eyes"}] == [
        call.body for call in github.calls_to("POST /repositories/5/x")
    ]


def test_redirect_to_another_host_takes_no_token_along(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Neither the 301 that PyGithub follows nor the 307 that we follow leads away from the API's
    host.
    """
    elsewhere: list[ApiCall] = []

    def hear(call: ApiCall) -> Reply:
        elsewhere.append(call)
        return Reply(data={"number": 7, "title": "T"})

    with listening(hear, host="localhost") as other:
        github.on("GET /repos/o/r/issues/7", Reply(301, headers={"Location": f"{other}/api/v3/x"}))
        github.on(
            "POST /repos/o/r/issues/7/reactions", Reply(307, headers={"Location": f"{other}/x"})
        )
        with pytest.raises(Refusal, match="GREENLIT_GITHUB_API_URL"):
            app.issues.fetch_issue(repo, 7)
        with pytest.raises(Refusal, match="GREENLIT_GITHUB_API_URL"):
            app.comments.add_reaction(repo, 7, None)

    assert [] == elsewhere


def test_reaction_may_be_repeated(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub keeps one reaction of a kind, so a lost answer is asked for again, on the comment when
    there is one.
    """
    there = "POST /repos/o/r/issues/comments/5/reactions"
    github.on(there, Reply(cut=True), Reply(200, {}))
    app.comments.add_reaction(repo, 7, 5)

    assert [{"content": "eyes"}] * 2 == [call.body for call in github.calls_to(there)]


def test_rerun_happens_once(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A re-run whose answer was lost is seen by the attempt's number; a run that ran twice is left
    alone.
    """
    runs = {"run_attempt": 1}

    def rerun(call: ApiCall) -> Reply:
        runs["run_attempt"] += 1
        return Reply(cut=True)

    github.on("GET /repos/o/r/actions/runs/3", lambda call: Reply(data=runs))
    github.on("POST /repos/o/r/actions/runs/3/rerun-failed-jobs", rerun)
    app.ci.rerun_failed(repo, 3)
    app.ci.rerun_failed(repo, 3)

    assert {"run_attempt": 2} == runs


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
    github.on(GRAPHQL, Reply(data={"errors": [error]}))

    with pytest.raises(Refusal, match="lacks a permission"):
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
