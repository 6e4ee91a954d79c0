"""Comments: whatever gets lost on the way, each is there once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.issue_comments import GitHubComments
from bot.ports import RateLimited, Unreachable
from bot.values import Repo
from tests.adapters.github.scripted_github import CommentStore, Reply, ScriptedGitHub, comment

POST = "POST /repos/o/r/issues/7/comments"


LIST = "GET /repos/o/r/issues/7/comments"


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

    assert 1 == app.comments.put_comment(repo, 7, "m", "hello").id
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

    assert make().comments.put_comment(repo, 7, "m", "done").id == 3
    assert [{"body": "<!-- m -->\ndone"}] * 2 == [call.body for call in github.calls_to(edit)]
    assert [] == github.calls_to(POST)


def test_unchanged_comment_costs_nothing(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """The same body is not sent again; the place is remembered, so the list is read once."""
    CommentStore(github)
    app = make()
    numbers = {app.comments.put_comment(repo, 7, "m", "hello").id for _ in range(3)}
    again = make().comments.put_comment(repo, 7, "m", "hello").id

    assert numbers == {again}
    assert 2 == len(github.calls_to(LIST))
    assert 1 == len(github.calls_to(POST))


def test_forgotten_comment_is_looked_for(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Only so many issues are remembered; the comment that was forgotten is found by its marker."""
    board = CommentStore(github)
    github.on("GET /repos/o/r/issues/8/comments", Reply(data=[]))
    github.on("POST /repos/o/r/issues/8/comments", Reply(201, comment(2, "<!-- m -->\nhello")))
    comments = GitHubComments(app._api, app.fetch_login, capacity=1)
    posted = [comments.put_comment(repo, number, "m", "hello") for number in (7, 8, 7)]

    assert [1, 2, 1] == [comment.id for comment in posted]
    assert 1 == len(board.comments)
    assert 2 == len(github.calls_to(LIST))


def test_issue_is_listed_once_for_all_our_comments(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Behind one whole listing we know what we wrote, and what we did not write yet."""
    board = CommentStore(github)
    board.comments.append(comment(1, "<!-- n -->\nold"))
    edit = "PATCH /repos/o/r/issues/comments/1"
    github.on(edit, Reply(data={}))
    posted = [app.comments.put_comment(repo, 7, marker, "new") for marker in ("m", "n", "o", "m")]

    assert [2, 1, 3, 2] == [comment.id for comment in posted]
    assert (1, 1, 2) == tuple(len(github.calls_to(call)) for call in (LIST, edit, POST))


def test_comment_that_came_through_after_all_is_not_doubled(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Where a write failed for good, what was listed before proves nothing any more."""
    board = CommentStore(github)
    app.comments.put_comment(repo, 7, "m", "hello")
    github.on(POST, Reply(502), Reply(502))
    with pytest.raises(Unreachable):
        app.comments.put_comment(repo, 7, "n", "the end")
    board.comments.append(comment(2, "<!-- n -->\nthe end"))

    assert 2 == app.comments.put_comment(repo, 7, "n", "the end").id
    assert 2 == len(board.comments)


def test_comment_tells_its_whole_address(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """When it is written, when it is known, and when it is found: a link works in an e-mail too."""
    CommentStore(github)
    app = make()
    urls = {app.comments.put_comment(repo, 7, "m", "hello").url for _ in range(2)}
    again = make().comments.put_comment(repo, 7, "m", "hello").url

    assert {"https://github.example/o/r/issues/7#issuecomment-1"} == {*urls, again}


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


def test_what_came_through_for_a_deleted_comment_is_not_doubled(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Where the new one's write failed for good, the deleted one is forgotten all the same."""
    board = CommentStore(github)
    app.comments.put_comment(repo, 7, "m", "one")
    board.comments.clear()
    github.on("PATCH /repos/o/r/issues/comments/1", Reply(404, {"message": "Not Found"}))
    github.on(POST, Reply(502), Reply(502), Reply(201, comment(3, "<!-- m -->\ntwo")))
    with pytest.raises(Unreachable):
        app.comments.put_comment(repo, 7, "m", "two")
    board.comments.append(comment(2, "<!-- m -->\ntwo"))

    assert 2 == app.comments.put_comment(repo, 7, "m", "two").id


def test_issue_that_was_used_last_is_forgotten_last(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """A run that lives is not listed anew because others began."""
    CommentStore(github)
    for number in (8, 9):
        github.on(f"GET /repos/o/r/issues/{number}/comments", Reply(data=[]))
        written = Reply(201, comment(number, "<!-- m -->\nhello"))
        github.on(f"POST /repos/o/r/issues/{number}/comments", written)
    comments = GitHubComments(app._api, app.fetch_login, capacity=2)
    for number in (7, 8, 7, 9, 7):
        comments.put_comment(repo, number, "m", "hello")

    assert 1 == len(github.calls_to(LIST))


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

    assert 3 == app.comments.put_comment(repo, 7, "m", "new").id
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


def test_reaction_may_be_repeated(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub keeps one reaction of a kind, so a lost answer is asked for again, on the comment when
    there is one.
    """
    there = "POST /repos/o/r/issues/comments/5/reactions"
    github.on(there, Reply(cut=True), Reply(200, {}))
    app.comments.add_reaction(repo, 7, 5)

    assert [{"content": "eyes"}] * 2 == [call.body for call in github.calls_to(there)]
