"""Payloads: each kind that is read becomes its own frozen value, and the App's manifest asks for
just these.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.values import InstallationId, Repo
from bot.values.events import (
    ChecksMoved,
    CommentCreated,
    Event,
    InstallationChanged,
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
    ReviewChanged,
    ReviewCommentCreated,
    ReviewSubmitted,
    ThreadMoved,
    Unknown,
)
from bot.web.webhook import EVENTS, read_event
from tests.deliveries import (
    ADA,
    COMMENT,
    ENVELOPE,
    GUID,
    ISSUE,
    REPOSITORY,
    SECRET,
    SHA,
    ZERO,
    commented,
    issues,
    pull,
    signed,
)

REPO = Repo("ada/engine", InstallationId(99))
AT = "2026-11-20T10:00:00Z"
BOT = {"login": "renovate[bot]", "id": 43, "type": "Bot"}
LABELED = IssueLabeled(
    GUID, REPO, 7, "autogen", "Slow report", "", "ada", False, AT, on_pull=False, sender_id=42
)
COMMENTED = CommentCreated(
    GUID,
    REPO,
    7,
    5,
    "/generate",
    False,
    "Slow report",
    "",
    "ada",
    False,
    "2026-11-20T10:01:00Z",
    42,
)
SUITE = {"head_branch": "greenlit/7-slow", "head_sha": SHA, "conclusion": "failure"}
READ_PULL = {
    "number": 8,
    "title": "Be quick",
    "body": None,
    "user": ADA,
    "updated_at": AT,
    "head": {"ref": "greenlit/7-slow", "repo": REPOSITORY},
}
CHANGED = PullChanged(
    GUID, REPO, 8, "greenlit/7-slow", "Be quick", "", "ada", "ada", False, AT, "reopened"
)
REVIEW = {"id": 6, "body": None, "state": "changes_requested", "submitted_at": AT}
REVIEWED = ReviewSubmitted(
    *(GUID, REPO, 8, "greenlit/7-slow", "Be quick", "", "ada", "ada", False, AT),
    review=6,
    state="changes_requested",
    text="",
    sender_id=42,
)
LINE_COMMENT = {
    "id": 5,
    "body": "Why?",
    "created_at": AT,
    "pull_request_review_id": 6,
    "in_reply_to_id": 4,
}
LINE_COMMENTED = ReviewCommentCreated(
    *(GUID, REPO, 8, "greenlit/7-slow", "Be quick", "", "ada", "ada", False, AT),
    comment=5,
    review=6,
    text="Why?",
    reply_to=4,
    sender_id=42,
)
MOVED = ChecksMoved(GUID, REPO, ("greenlit/7-slow",), SHA, "check_suite", "failure")


def told(kind: str, payload: object) -> Event:
    """The event of a signed delivery."""
    return read_event(*signed(kind, payload), SECRET)


def on_pull(action: str, **more: object) -> dict[str, object]:
    """Something happened to a pull request that is read with what it says."""
    return {**ENVELOPE, "action": action, "pull_request": READ_PULL, **more}


def as_bot(payload: dict[str, object]) -> dict[str, object]:
    """The same payload, sent by a bot."""
    return {**payload, "sender": BOT}


@pytest.mark.parametrize(
    ("kind", "payload", "event"),
    [
        ("issues", issues("labeled"), LABELED),
        (
            "issues",
            issues("labeled", issue={**ISSUE, "body": "It hangs.", "pull_request": {}}),
            replace(LABELED, body="It hangs.", on_pull=True),
        ),
        (
            "issues",
            issues("unlabeled"),
            IssueUnlabeled(
                GUID, REPO, 7, "autogen", "Slow report", "", "ada", False, AT, sender_id=42
            ),
        ),
        ("issues", issues("closed"), IssueClosed(GUID, REPO, 7, "ada", False, AT)),
        (
            "issues",
            issues("closed", issue={**ISSUE, "body": "It hangs.", "user": ADA}),
            IssueClosed(GUID, REPO, 7, "ada", False, AT, "ada", "It hangs."),
        ),
        ("issues", as_bot(issues("edited")), IssueEdited(GUID, REPO, 7, "renovate[bot]", True, AT)),
        ("issues", issues("deleted"), IssueDeleted(GUID, REPO, 7, "ada", False, AT)),
        ("issues", issues("transferred"), IssueTransferred(GUID, REPO, 7, "ada", False, AT)),
        (
            "issues",
            issues(
                "transferred",
                changes={
                    "new_issue": {"number": 9},
                    "new_repository": {"id": 5, "full_name": "acme/other"},
                },
            ),
            IssueTransferred(GUID, REPO, 7, "ada", False, AT, moved_to="acme/other#9"),
        ),
        ("issue_comment", commented(), COMMENTED),
        (
            "issue_comment",
            commented(issue={**ISSUE, "pull_request": {"url": "x"}}),
            replace(COMMENTED, on_pull=True),
        ),
        (
            "issue_comment",
            commented(comment={**COMMENT, "body": None}),
            replace(COMMENTED, text=""),
        ),
        (
            "pull_request",
            pull("closed", REPOSITORY),
            PullClosed(GUID, REPO, 8, "greenlit/7-slow", False, "ada", False),
        ),
        (
            "pull_request",
            on_pull("closed", pull_request={**READ_PULL, "merged": None}),
            PullClosed(GUID, REPO, 8, "greenlit/7-slow", False, "ada", False, "ada"),
        ),
        (
            "pull_request",
            on_pull("closed", pull_request={**READ_PULL, "body": "Closes."}),
            PullClosed(GUID, REPO, 8, "greenlit/7-slow", False, "ada", False, "ada", "Closes."),
        ),
        (
            "pull_request",
            pull("closed", {"id": 8}),
            PullClosed(GUID, REPO, 8, "", False, "ada", False),
        ),
        (
            "pull_request",
            pull("synchronize", REPOSITORY, before=ZERO, after=SHA),
            PullSynchronized(GUID, REPO, 8, "greenlit/7-slow", ZERO, SHA, "ada", False),
        ),
        (
            "pull_request",
            pull("synchronize", None, before=ZERO, after=SHA),
            PullSynchronized(GUID, REPO, 8, "", ZERO, SHA, "ada", False),
        ),
        ("pull_request", on_pull("reopened"), CHANGED),
        (
            "pull_request",
            on_pull("edited", pull_request={**READ_PULL, "user": None, "head": {"ref": "x"}}),
            replace(CHANGED, action="edited", pull_author="", branch=""),
        ),
        ("pull_request_review", on_pull("submitted", review=REVIEW), REVIEWED),
        (
            "pull_request_review",
            on_pull("submitted", review={**REVIEW, "state": "approved", "body": "Fine."}),
            replace(REVIEWED, state="approved", text="Fine."),
        ),
        (
            "pull_request_review",
            on_pull("dismissed", review={**REVIEW, "state": "dismissed", "submitted_at": None}),
            ReviewChanged(
                *(GUID, REPO, 8, "greenlit/7-slow", "Be quick", "", "ada", "ada", False, AT),
                review=6,
                action="dismissed",
            ),
        ),
        ("pull_request_review_comment", on_pull("created", comment=LINE_COMMENT), LINE_COMMENTED),
        (
            "pull_request_review_comment",
            on_pull("created", comment={"id": 5, "body": None, "created_at": AT}),
            replace(LINE_COMMENTED, text="", review=0, reply_to=0),
        ),
        (
            "pull_request_review_thread",
            on_pull("unresolved", thread={"node_id": "PRRT_1"}),
            ThreadMoved(
                *(GUID, REPO, 8, "greenlit/7-slow", "Be quick", "", "ada", "ada", False, AT),
                thread="PRRT_1",
                action="unresolved",
            ),
        ),
        ("check_suite", {**ENVELOPE, "action": "completed", "check_suite": SUITE}, MOVED),
        (
            "check_suite",
            {
                **ENVELOPE,
                "action": "completed",
                "check_suite": {**SUITE, "head_branch": None, "conclusion": None},
            },
            replace(MOVED, branches=(), state=""),
        ),
        (
            "check_run",
            {
                **ENVELOPE,
                "action": "completed",
                "check_run": {"head_sha": SHA, "conclusion": "success", "check_suite": SUITE},
            },
            replace(MOVED, kind="check_run", state="success"),
        ),
        (
            "workflow_run",
            {
                **ENVELOPE,
                "action": "completed",
                "workflow_run": {**SUITE, "head_repository": REPOSITORY},
            },
            replace(MOVED, kind="workflow_run"),
        ),
        (
            "workflow_run",
            {
                **ENVELOPE,
                "action": "completed",
                "workflow_run": {**SUITE, "head_repository": {"id": 8}},
            },
            replace(MOVED, kind="workflow_run", branches=()),
        ),
        (
            "status",
            {
                **ENVELOPE,
                "sha": SHA,
                "state": "error",
                "branches": [{"name": "main"}, {"name": "next"}],
            },
            ChecksMoved(GUID, REPO, ("main", "next"), SHA, "status", "error"),
        ),
        (
            "status",
            {**ENVELOPE, "sha": SHA, "state": "pending"},
            Unknown(GUID, "status", "pending"),
        ),
        (
            "push",
            {**ENVELOPE, "ref": "refs/heads/a/b", "before": ZERO, "after": SHA},
            Pushed(GUID, REPO, "a/b", ZERO, SHA, "ada", False),
        ),
        (
            "push",
            {**ENVELOPE, "ref": "refs/tags/v1", "before": ZERO, "after": SHA},
            Unknown(GUID, "push", ""),
        ),
        (
            "installation",
            {"action": "created", "installation": {"id": 99}, "repositories": [REPOSITORY]},
            InstallationChanged(GUID, 99, "created", ("ada/engine",)),
        ),
        (
            "installation_repositories",
            {"action": "removed", "installation": {"id": 99}, "repositories_removed": [REPOSITORY]},
            InstallationChanged(GUID, 99, "removed", ("ada/engine",)),
        ),
        ("ping", {"hook_id": 3}, Ping(GUID, 3)),
    ],
)
def test_payloads_become_events(kind, payload, event):
    """Each kind that is read becomes its own frozen value."""
    assert event == told(kind, payload)


@pytest.mark.parametrize(
    ("kind", "payload", "action"),
    [
        ("issues", issues("opened"), "opened"),
        ("issues", issues("labeled", label=None), "labeled"),
        (
            "issues",
            {key: value for key, value in issues("labeled").items() if key != "installation"},
            "labeled",
        ),
        ("check_run", {**ENVELOPE, "action": "created"}, "created"),
        ("star", {"action": "created"}, "created"),
        ("star", {"action": 7}, ""),
        ("security_and_analysis", {}, ""),
    ],
)
def test_the_rest_is_unknown(kind, payload, action):
    """What we do not read, or could not act on, is an event too: the door answers and logs it."""
    assert Unknown(GUID, kind, action) == told(kind, payload)


@pytest.mark.parametrize(
    "more",
    [
        {"sender": {**ADA, "type": "Bot"}},
        {"sender": {**ADA, "login": "greenlit[bot]"}},
        {"comment": {**COMMENT, "performed_via_github_app": {"id": 1}}},
    ],
)
def test_bots_are_known_by_any_sign(more):
    """A bot's account, a bot's name, or an App that wrote in somebody's name: none of them is a
    person asking.
    """
    event = told("issue_comment", commented(**more))

    assert isinstance(event, CommentCreated)
    assert event.sender_bot


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("pull_request_review", as_bot(on_pull("submitted", review=REVIEW))),
        (
            "pull_request_review",
            on_pull("submitted", review={**REVIEW, "performed_via_github_app": {"id": 1}}),
        ),
        (
            "pull_request_review_comment",
            on_pull("created", comment={**LINE_COMMENT, "performed_via_github_app": {"id": 1}}),
        ),
    ],
)
def test_what_bots_say_in_reviews_is_known(kind, payload):
    """A review or a comment on lines that a bot wrote, or an App for somebody, is no person's."""
    event = told(kind, payload)

    assert isinstance(event, ReviewSubmitted | ReviewCommentCreated)
    assert event.sender_bot


def test_the_app_subscribes_to_what_is_read():
    """deploy/app.yml asks GitHub for exactly the events that are read; three come to every App by
    themselves.
    """
    app = yaml.safe_load((Path(__file__).parents[2] / "deploy" / "app.yml").read_text())
    always = {"installation", "installation_repositories", "ping"}

    assert sorted(EVENTS.keys() - always) == sorted(app["default_events"])


def test_the_app_asks_for_no_more_than_it_needs():
    """The permissions are those of the README and no other; above all no `workflows`."""
    app = yaml.safe_load((Path(__file__).parents[2] / "deploy" / "app.yml").read_text())
    expected = {
        "metadata": "read",
        "contents": "write",
        "pull_requests": "write",
        "issues": "write",
        "checks": "read",
        "actions": "write",
        "statuses": "read",
    }

    assert expected == app["default_permissions"]


def test_the_readme_names_the_events():
    """Who makes the App by hand ticks the boxes that the README names, by GitHub's own words."""
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    events = yaml.safe_load((Path(__file__).parents[2] / "deploy" / "app.yml").read_text())
    names = [f"*{name.replace('_', ' ').capitalize()}*" for name in events["default_events"]]

    assert [] == [name for name in names if name not in readme]
