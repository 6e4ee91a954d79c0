"""Threads as GraphQL has them: in pages, with what their readers see, answered once."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import graphql_sync

from bot.adapters.github.github_app import GitHubApp
from bot.ports import BadAnswer, Refusal, Unreachable
from bot.values import Repo, Sha, ThreadComment
from tests.adapters.github.graphql_double import GRAPHQL, LAST
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub
from tests.contracts.descriptions import load_graphql_schema

SHA = Sha("b" * 40)


def comment(number: int, body: str = "Why?", **changed: Any) -> dict[str, Any]:
    """A comment as GraphQL has it."""
    return {
        "fullDatabaseId": str(number),
        "body": body,
        "createdAt": "2026-11-01T12:00:00Z",
        "url": f"https://x.example/#discussion_r{number}",
        "state": "SUBMITTED",
        "diffHunk": "@@ -1 +1 @@",
        "author": {"__typename": "User", "login": "ada", "databaseId": 71},
        "originalCommit": {"oid": SHA},
        "pullRequestReview": {"fullDatabaseId": "4000000001"},
        **changed,
    }


def thread(number: int, *comments: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A thread as GraphQL has it."""
    return {
        "__typename": "PullRequestReviewThread",
        "id": f"PRRT_{number}",
        "path": "a.py",
        "line": 3,
        "startLine": None,
        "originalLine": 2,
        "originalStartLine": None,
        "diffSide": "RIGHT",
        "subjectType": "LINE",
        "isResolved": False,
        "isOutdated": False,
        "viewerCanResolve": True,
        "comments": {"nodes": list(comments), "pageInfo": LAST},
        **changed,
    }


class ThreadStore:
    """The threads of pull request 7, in pages; replies are kept, or lost as in CommentStore."""

    def __init__(
        self, github: ScriptedGitHub, *pages: list[dict[str, Any]], lost: tuple[Any, ...] = ()
    ):
        self.pages = list(pages) or [[]]
        self.more: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self._lost = list(lost)
        github.on(GRAPHQL, self._answer)

    @property
    def replies(self) -> list[str]:
        """What the bot wrote."""
        comments = [
            one
            for page in self.pages
            for found in page
            for one in (*found["comments"]["nodes"], *self.more.get(found["id"], ()))
        ]
        return [one["body"] for one in comments if one["author"]["login"] == "greenlit"]

    def _answer(self, call: ApiCall) -> Reply:
        root = {
            "repository": lambda *_, **__: {"pullRequest": {"reviewThreads": self._list}},
            "node": lambda _, id: {  # noqa: A006 - the schema's name
                "__typename": "PullRequestReviewThread",
                "comments": {"nodes": self.more[id], "pageInfo": LAST},
            },
            "addPullRequestReviewThreadReply": self._reply,
            "resolveReviewThread": lambda _, input: {},  # noqa: A006
        }
        body = call.body
        self.asked.append(body["query"].split("(")[0].split()[1])
        lost = self._lost.pop(0) if self._lost and "mutation" in body["query"] else None
        if isinstance(lost, Reply):
            return lost
        done = graphql_sync(
            load_graphql_schema(), body["query"], root, variable_values=body["variables"]
        )
        assert done.errors is None, done.errors
        return lost[0] if lost else Reply(data={"data": done.data})

    def _list(self, info: object, after: str | None = None, **_: object) -> dict[str, Any]:
        number = int(after or 0)
        more = number + 1 < len(self.pages)
        page = {"hasNextPage": more, "endCursor": str(number + 1)}
        return {"nodes": self.pages[number], "pageInfo": page}

    def _reply(self, info: object, input: dict[str, str]) -> dict[str, Any]:  # noqa: A002
        ours = {"__typename": "Bot", "login": "greenlit"}
        key = input["pullRequestReviewThreadId"]
        for found in (found for page in self.pages for found in page if found["id"] == key):
            found["comments"]["nodes"].append(comment(99, input["body"], author=ours))
        return {}


def test_threads_come_with_all_their_comments(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """One request for a page of threads, one for each further page of comments; what is pending is
    not seen, and bots are called as everywhere else.
    """
    bot = {"__typename": "Bot", "login": "coderabbitai"}
    rest = {"hasNextPage": True, "endCursor": "x"}
    long = thread(1, comment(1, author=None), comments={"nodes": [comment(1)], "pageInfo": rest})
    store = ThreadStore(
        github,
        [long, thread(2, comment(2, state="PENDING"))],
        [thread(3, comment(3, author=None), subjectType="FILE", diffSide="LEFT", isOutdated=True)],
    )
    edited = "2026-11-02T12:00:00Z"
    store.more["PRRT_1"] = [comment(4, "Hm", author=bot, lastEditedAt=edited)]
    first, last = app.reviews.list_threads(repo, 7)

    assert ["Threads", "Comments", "Threads"] == store.asked
    at, review, url = "2026-11-01T12:00:00Z", 4_000_000_001, "https://x.example/#discussion_r"
    assert (
        ThreadComment(1, "ada", "Why?", at, at, review=review, url=f"{url}1", author_id=71),
        ThreadComment(
            4, "coderabbitai[bot]", "Hm", at, edited, bot=True, review=review, url=f"{url}4"
        ),
    ) == first.comments
    assert (3, None, 2, SHA, "right", True) == (
        first.line,
        first.start_line,
        first.original_line,
        first.original_sha,
        first.side,
        first.may_resolve,
    )
    assert ("ghost", None, "left", True, True) == (
        last.comments[0].author,
        last.line,
        last.side,
        last.is_on_file,
        last.is_outdated,
    )
    assert first == app.reviews.find_thread(repo, 7, 4)
    assert app.reviews.find_thread(repo, 7, 5) is None


@pytest.mark.parametrize(
    "lost", [(), (Reply(502),), (Reply(cut=True),), ((Reply(502),),), ((Reply(cut=True),),)]
)
def test_a_thread_is_answered_once(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, lost: tuple[Any, ...]
):
    """Lost before or after it was written, there is one reply for each marker in the end."""
    store = ThreadStore(github, [thread(1, comment(1))], lost=lost)
    for _ in range(2):
        app.reviews.reply(repo, 7, "PRRT_1", "greenlit:a", "Done in abc.")

    assert ["<!-- greenlit:a -->\nDone in abc."] == store.replies


def test_many_threads_are_listed_once(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, make: Any
):
    """Each reply is one request; after a restart the marker in the thread tells that it is there."""
    store = ThreadStore(github, [thread(number, comment(number)) for number in range(50)])
    for number in range(50):
        app.reviews.reply(repo, 7, f"PRRT_{number}", "greenlit:a", "Done.")
    restarted = make()
    restarted.reviews.reply(repo, 7, "PRRT_9", "greenlit:a", "Done.")

    assert 50 == len(store.replies)
    assert {"Threads": 2, "Mutation": 50} == {name: store.asked.count(name) for name in store.asked}


def test_a_reply_that_nobody_knows_of_is_looked_for(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Both attempts lost, the next call lists the threads anew."""
    store = ThreadStore(github, [thread(1, comment(1))], lost=(Reply(502), Reply(502)))
    with pytest.raises(Unreachable):
        app.reviews.reply(repo, 7, "PRRT_1", "greenlit:a", "Done.")
    app.reviews.reply(repo, 7, "PRRT_1", "greenlit:a", "Done.")

    assert 1 == len(store.replies)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("NOT_FOUND", "Could not resolve to a node with the global id of 'PRRT_1'"),
        ("FORBIDDEN", "Resource not accessible by integration"),
    ],
)
def test_a_thread_that_is_gone_or_closed_to_us_stays(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, kind: str, words: str
):
    """Deleted, or without the permission: it is not resolved, and that is no error."""
    ThreadStore(github, [])
    error = Reply(data={"errors": [{"type": kind, "message": words}]})
    github.on(GRAPHQL, error)

    assert not app.reviews.resolve_thread(repo, "PRRT_1")


def test_a_deleted_thread_is_not_answered(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """False tells so; what else GitHub refuses is told in its words."""
    gone, locked = (
        (Reply(data={"errors": [{"type": kind, "message": words}]}),)
        for kind, words in (("NOT_FOUND", "no node"), ("FORBIDDEN", "It is locked"))
    )
    ThreadStore(github, [thread(1, comment(1))], lost=(gone[0], locked[0]))

    assert not app.reviews.reply(repo, 7, "PRRT_2", "greenlit:a", "Done.")
    with pytest.raises(Refusal, match="It is locked"):
        app.reviews.reply(repo, 7, "PRRT_1", "greenlit:a", "Done.")


def test_threads_of_another_shape_are_bad_answers(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """What cannot be read is not taken for no thread."""
    threads = {"nodes": [{"id": "PRRT_1"}], "pageInfo": LAST}
    data = {"repository": {"pullRequest": {"reviewThreads": threads}}}
    github.on(GRAPHQL, Reply(data={"data": data}))
    with pytest.raises(BadAnswer, match=r"nodes\.0\.path"):
        app.reviews.list_threads(repo, 7)


def test_what_github_cannot_show_is_passed_over(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Its schema lets a list hold null: the others are read all the same."""
    comments = {"nodes": [None, comment(1, originalCommit=None)], "pageInfo": LAST}
    empty = thread(2, comments={"nodes": None, "pageInfo": LAST})
    nodes = [None, thread(1, comments=comments), empty]
    threads = {"nodes": nodes, "pageInfo": LAST}
    data = {"repository": {"pullRequest": {"reviewThreads": threads}}}
    github.on(GRAPHQL, Reply(data={"data": data}))
    (read,) = app.reviews.list_threads(repo, 7)

    assert ("PRRT_1", [1]) == (read.id, [written.id for written in read.comments])


def test_a_thread_from_a_deleted_line_on_has_no_first_line(github, app, repo):
    """The two ends count the lines of different texts: the last one alone says where it stands."""
    changed = {"startLine": 9, "originalStartLine": 9, "startDiffSide": "LEFT"}
    ThreadStore(github, [thread(1, comment(1), **changed), thread(2, comment(2), startLine=1)])
    first, last = app.reviews.list_threads(repo, 7)

    assert (True, None, None, 3) == (
        first.begins_left,
        first.start_line,
        first.original_start_line,
        first.line,
    )
    assert (False, 1) == (last.begins_left, last.start_line)
