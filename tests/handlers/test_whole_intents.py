"""What a handler decides is right to its last field: whom it tells, in whose name, by which key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.run import Ignore, SignalRun, StartRun
from bot.stories.follow_base import follow_base
from bot.stories.follow_parts import follow_parts
from bot.stories.follow_pull import follow_pull
from bot.stories.handle_command import handle_command
from bot.stories.handle_review import handle_review
from bot.stories.repair_checks import repair_checks
from bot.values import (
    Branch,
    InstallationId,
    MovedBase,
    Repo,
    RepoBranches,
    Request,
    Signal,
    Subject,
)
from bot.values.events import (
    ChecksMoved,
    CommentCreated,
    IssueClosed,
    IssueDeleted,
    IssueEdited,
    IssueLabeled,
    IssueTransferred,
    IssueUnlabeled,
    Ping,
    PullChanged,
    PullClosed,
    PullSynchronized,
    Pushed,
    ReviewCommentCreated,
    ReviewSubmitted,
)
from bot.values.part_progress import PartsNews
from handlers import HANDLERS, route

REPO = Repo("acme/orders", InstallationId(1))
AT = "2026-11-20T10:00:00Z"
BEFORE, AFTER = "a" * 40, "b" * 40
ISSUE_7, FOLLOWED = Subject("acme/orders#7"), Subject("follow/acme/orders#9")
BRANCH = RepoBranches("acme/orders", ("topic",))
LABEL = ("d", REPO, 7, "autogen", "T", "B", "ada", False, AT, False, 11)
PULL = ("d", REPO, 9, "topic", "T", "B", "greenlit[bot]", "ada", False, AT)
ISSUE = ("d", REPO, 7, "ada", False, AT)
ASKED = Request(REPO, 7, "ada", AT, "d", title="T", body="B", asker_id=11)
REVIEWED = replace(ASKED, number=9, on_pull=True, review=31)
RED = ChecksMoved("d", REPO, ("topic",), AFTER, "status", "error")
CLOSED = PullClosed("d", REPO, 9, "topic", False, "ada", False, "greenlit[bot]")
PART = "<!-- greenlit:part:3/2 -->\nText."

CASES = {
    "a label": (
        IssueLabeled(*LABEL),
        [StartRun(handle_command, replace(ASKED, label="autogen"), "command/d")],
    ),
    "a label on a pull request": (
        IssueLabeled(*LABEL[:9], True, 11),
        [StartRun(handle_command, replace(ASKED, label="autogen", on_pull=True), "command/d")],
    ),
    "a command": (
        CommentCreated("d", REPO, 7, 5, "/generate it", False, "T", "B", "ada", False, AT, 11),
        [StartRun(handle_command, replace(ASKED, words="it", comment=5), "command/d")],
    ),
    "a command in a thread": (
        ReviewCommentCreated(*PULL, 5, 31, "/generate it", sender_id=11),
        [
            StartRun(
                handle_command,
                replace(REVIEWED, words="it", comment=5, in_thread=True),
                "command/d",
            )
        ],
    ),
    "a command in a review": (
        ReviewSubmitted(*PULL, 31, "commented", "/stop", 11),
        [StartRun(handle_command, replace(REVIEWED, command="stop"), "command/d")],
    ),
    "a review": (
        ReviewSubmitted(*PULL, 31, "changes_requested", "Use a set.", 11),
        [StartRun(handle_review, REVIEWED, "review/acme/orders#9/31")],
    ),
    "a closed issue": (
        IssueClosed(*ISSUE),
        [
            SignalRun(ISSUE_7, Signal("issue", "closed", "ada"), "d"),
            StartRun(follow_parts, PartsNews(REPO, 7, "d"), "parts/d"),  # it may have parts
        ],
    ),
    "a closed part": (
        IssueClosed(*ISSUE, author="greenlit[bot]", body=PART),
        [
            SignalRun(ISSUE_7, Signal("issue", "closed", "ada"), "d"),
            StartRun(follow_parts, PartsNews(REPO, 3, "d"), "parts/d"),
        ],
    ),
    "a closed issue of somebody who writes what parts say": (
        IssueClosed(*ISSUE, author="eve", body=PART),
        [
            SignalRun(ISSUE_7, Signal("issue", "closed", "ada"), "d"),
            StartRun(follow_parts, PartsNews(REPO, 7, "d"), "parts/d"),
        ],
    ),
    "a merged part": (
        replace(CLOSED, body=PART),
        [
            SignalRun(BRANCH, Signal("closed", "the pull request was closed", "ada"), "d"),
            StartRun(follow_pull, replace(CLOSED, body=PART), "d", FOLLOWED),
            StartRun(follow_parts, PartsNews(REPO, 3, "d"), "parts/d"),
        ],
    ),
    "a part that is made ready": (
        replace(PullChanged(*PULL, "ready_for_review"), body=PART),
        [
            StartRun(follow_base, MovedBase(REPO, "d", "ada", is_by_bot=False, pull=9), "base/d"),
            StartRun(follow_parts, PartsNews(REPO, 3, "d"), "parts/d"),
        ],
    ),
    "a deleted issue": (
        IssueDeleted(*ISSUE),
        [SignalRun(ISSUE_7, Signal("issue", "deleted", "ada"), "d")],
    ),
    "a deleted part": (
        IssueDeleted(*ISSUE, author="greenlit[bot]", body=PART),
        [
            SignalRun(ISSUE_7, Signal("issue", "deleted", "ada"), "d"),
            StartRun(follow_parts, PartsNews(REPO, 3, "d"), "parts/d"),
        ],
    ),
    "a transferred issue": (
        IssueTransferred(*ISSUE, moved_to="acme/other#9"),
        [SignalRun(ISSUE_7, Signal("issue", "transferred to acme/other#9", "ada"), "d")],
    ),
    "a label that went": (
        IssueUnlabeled(*LABEL),
        [SignalRun(ISSUE_7, Signal("issue", "", "ada"), "d")],
    ),
    "an edited issue": (
        IssueEdited(*ISSUE),
        [SignalRun(ISSUE_7, Signal("edited", by="ada"), "d")],
    ),
    "red CI": (
        RED,
        [
            SignalRun(BRANCH, Signal("checks", "status", sha=AFTER), "d"),
            StartRun(repair_checks, RED, "checks/d"),
        ],
    ),
    "a push": (
        Pushed("d", REPO, "topic", BEFORE, AFTER, "ada", False),
        [
            SignalRun(BRANCH, Signal("pushed", "somebody pushed to my branch", "ada", AFTER), "d"),
            StartRun(follow_base, MovedBase(REPO, "d", "ada", False, Branch("topic")), "base/d"),
        ],
    ),
    "a push to a pull request": (
        PullSynchronized("d", REPO, 9, "topic", BEFORE, AFTER, "ada", False),
        [SignalRun(BRANCH, Signal("pushed", "somebody pushed to my branch", "ada", AFTER), "d")],
    ),
    "a merge by a bot": (
        Pushed("d", REPO, "main", BEFORE, AFTER, "merge[bot]", True, True),
        [StartRun(follow_base, MovedBase(REPO, "d", "merge[bot]", True, Branch("main")), "base/d")],
    ),
    "a pull request with another base": (
        PullChanged(*PULL, "edited"),
        [
            StartRun(follow_base, MovedBase(REPO, "d", "ada", False, pull=9), "base/d"),
            SignalRun(BRANCH, Signal("pull", "edited", "ada"), "d"),
        ],
    ),
    "a pull request that is opened again": (
        PullChanged(*PULL, "reopened"),
        [
            StartRun(follow_base, MovedBase(REPO, "d", "ada", False, pull=9), "base/d"),
            SignalRun(
                FOLLOWED,
                Signal("closed", "the pull request was opened again", "ada"),
                "d",
            ),
        ],
    ),
    "the end of a pull request": (
        CLOSED,
        [
            SignalRun(BRANCH, Signal("closed", "the pull request was closed", "ada"), "d"),
            StartRun(follow_pull, CLOSED, "d", FOLLOWED),
        ],
    ),
}


@pytest.mark.parametrize(("event", "intents"), CASES.values(), ids=CASES)
def test_an_event_decides_all_that_follows(event, intents):
    """The whole intents: a field that is lost tells another run, or blames another person."""
    assert intents == route(event)


def test_what_is_of_no_concern_has_no_reason():
    """A handler gives one only where an event might have been for it."""
    assert {Ignore("")} == {decide(Ping("d", 1)) for decide in HANDLERS}
    assert [Ignore("nothing to do")] == route(Ping("d", 1))


def test_every_handler_says_why_a_bot_is_not_heard():
    """In the log stands who it was; the reasons of several handlers are told once each."""
    comment = CommentCreated("d", REPO, 7, 5, "/stop", False, "T", "B", "x[bot]", True, AT)
    thread = replace(ReviewCommentCreated(*PULL, 5, 31, "/stop"), sender="x[bot]", sender_bot=True)
    push = Pushed("d", REPO, "topic", BEFORE, AFTER, "x[bot]", True)
    reviewed = ReviewSubmitted(*PULL, 31, "commented", "Hm.")

    assert [Ignore("x[bot] is a bot")] == route(comment)
    assert [Ignore("x[bot] is a bot")] == route(thread)
    assert [Ignore("a push by a bot")] == route(push)
    assert [Ignore("greenlit[bot] answers in its own pull request")] == route(
        replace(reviewed, sender="greenlit[bot]", sender_bot=True)
    )


@pytest.mark.parametrize(("length", "is_heard"), [(7_995, True), (8_000, False)])
def test_only_the_beginning_of_a_comment_is_read(length, is_heard):
    """Anybody may write a long one, and reading it takes time."""
    text = f"{'a' * (length - 2)}\n\n/stop"
    comment = CommentCreated("d", REPO, 7, 5, text, False, "T", "B", "ada", False, AT)

    assert is_heard is isinstance(route(comment)[0], StartRun)


@pytest.mark.parametrize("line_end", ["\n", "  \n", "\\\n", "\n\n", "\r\n"])
def test_a_command_is_heard_behind_any_end_of_a_line(line_end):
    """GitHub's own editor leaves blanks at the end of a line, which Markdown takes for a break."""
    text = f"Please.{line_end}/generate it"
    comment = CommentCreated("d", REPO, 7, 5, text, False, "T", "B", "ada", False, AT)

    assert ("generate", "it") == (route(comment)[0].value.command, route(comment)[0].value.words)
