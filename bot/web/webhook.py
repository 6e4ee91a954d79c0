"""Verify a webhook and read it into a frozen event. No I/O."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

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
    Pushed,
    Unknown,
)
from bot.web import payloads
from bot.web.payloads import BadPayload, parse_object, validate_payload
from bot.web.pull_events import read_pull, read_review, read_review_comment, read_thread

# The events that are read, each with its actions where it has some. `installation*` and `ping`
# come to every App; the others are the `default_events` of deploy/app.yml.
EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "issues": ("labeled", "unlabeled", "closed", "edited", "deleted", "transferred"),
        "issue_comment": ("created",),
        "pull_request": (
            "opened",
            "reopened",
            "edited",
            "ready_for_review",
            "converted_to_draft",
            "closed",
            "synchronize",
        ),
        "pull_request_review": ("submitted", "dismissed", "edited"),
        "pull_request_review_comment": ("created",),
        "pull_request_review_thread": ("resolved", "unresolved"),
        "check_run": ("completed",),
        "check_suite": ("completed",),
        "workflow_run": ("completed",),
        "status": (),
        "push": (),
        "installation": ("created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"),
        "installation_repositories": ("added", "removed"),
        "ping": (),
    }
)


FORM = "application/x-www-form-urlencoded"


class BadSignature(Exception):
    """Nobody who knows the secret signed these bytes."""


def read_event(headers: Mapping[str, str], body: bytes, *secrets: str) -> Event:
    """Read the event of a delivery. Raises BadSignature, before anything is parsed, or BadPayload.

    One of the secrets must have signed it. Only X-Hub-Signature-256 counts (docs.github.com,
    "Validating webhook deliveries"). Header names may be in any case.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    _verify_signature(lowered.get("x-hub-signature-256", ""), body, secrets)
    kind, delivery = lowered.get("x-github-event", ""), lowered.get("x-github-delivery", "")
    if not kind or not delivery:
        raise BadPayload("X-GitHub-Event and X-GitHub-Delivery are needed")
    payload = _read_payload(lowered.get("content-type", ""), body)
    return _parse_event(kind, delivery, parse_object(payload))


def _read_payload(content_type: str, body: bytes) -> bytes:
    """Read the JSON out of a body: an App's webhook sends it alone, or as the field of a form."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        return body
    name, _, value = body.partition(b"=")
    if name != b"payload" or b"&" in value:
        raise BadPayload("a form must have the field `payload` alone")
    return unquote_to_bytes(value.replace(b"+", b" "))


def _verify_signature(signature: str, body: bytes, secrets: Sequence[str]) -> None:
    for secret in secrets:
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        # As bytes: compare_digest refuses text that is not ASCII.
        if hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            return
    raise BadSignature("X-Hub-Signature-256 does not fit the body")


def _parse_event(kind: str, delivery: str, data: dict[str, object]) -> Event:
    action = data.get("action")
    action = action if isinstance(action, str) else ""
    unknown = Unknown(delivery, kind, action)
    actions = EVENTS.get(kind)
    if actions is None or (actions and action not in actions):
        return unknown
    if kind != "ping" and data.get("installation") is None:
        return unknown
    return _READERS[kind](delivery, action, data) or unknown


def _read_issue(delivery: str, action: str, data: dict[str, object]) -> Event | None:
    if action in {"labeled", "unlabeled"}:
        return _read_label(delivery, IssueLabeled if action == "labeled" else IssueUnlabeled, data)
    payload = validate_payload(payloads.IssuesPayload, data)
    sender, issue = payload.sender, payload.issue
    event = _ISSUE_EVENTS[action](
        delivery,
        payload.make_repo(),
        issue.number,
        sender.login,
        sender.is_bot,
        issue.updated_at,
        author=issue.user.login if issue.user else "",
        body=issue.body,
    )
    if isinstance(event, IssueTransferred):
        moved_to = validate_payload(payloads.TransferPayload, data).moved_to
        return replace(event, moved_to=moved_to)
    return event


def _read_label(
    delivery: str, kind: type[IssueLabeled | IssueUnlabeled], data: dict[str, object]
) -> Event | None:
    if data.get("label") is None:
        return None  # the label itself was deleted from the repository
    payload = validate_payload(payloads.LabelPayload, data)
    issue, sender = payload.issue, payload.sender
    return kind(
        delivery,
        payload.make_repo(),
        issue.number,
        payload.label.name,
        issue.title,
        issue.body,
        sender.login,
        sender.is_bot,
        issue.updated_at,
        on_pull=issue.pull_request is not None,
        sender_id=sender.id,
    )


def _read_comment(delivery: str, _: str, data: dict[str, object]) -> Event:
    payload = validate_payload(payloads.IssueCommentPayload, data)
    issue, comment, sender = payload.issue, payload.comment, payload.sender
    return CommentCreated(
        delivery,
        payload.make_repo(),
        issue.number,
        comment.id,
        comment.body,
        issue.pull_request is not None,
        issue.title,
        issue.body,
        sender.login,
        sender.is_bot or comment.is_by_app,
        comment.created_at,
        sender.id,
    )


def _read_check_run(delivery: str, _: str, data: dict[str, object]) -> Event:
    payload = validate_payload(payloads.CheckRunPayload, data)
    run = payload.check_run
    return ChecksMoved(
        delivery,
        payload.make_repo(),
        _list_branch(run.check_suite.head_branch),
        run.head_sha,
        "check_run",
        run.conclusion,
    )


def _read_check_suite(delivery: str, _: str, data: dict[str, object]) -> Event:
    payload = validate_payload(payloads.CheckSuitePayload, data)
    suite = payload.check_suite
    return ChecksMoved(
        delivery,
        payload.make_repo(),
        _list_branch(suite.head_branch),
        suite.head_sha,
        "check_suite",
        suite.conclusion,
    )


def _read_workflow_run(delivery: str, _: str, data: dict[str, object]) -> Event:
    payload = validate_payload(payloads.WorkflowRunPayload, data)
    run = payload.workflow_run
    ours = run.head_repository is None or run.head_repository.id == payload.repository.id
    branches = _list_branch(run.head_branch) if ours else ()
    return ChecksMoved(
        delivery, payload.make_repo(), branches, run.head_sha, "workflow_run", run.conclusion
    )


def _read_status(delivery: str, _: str, data: dict[str, object]) -> Event:
    payload = validate_payload(payloads.StatusPayload, data)
    if payload.state == "pending":
        return Unknown(delivery, "status", payload.state)
    branches = tuple(branch.name for branch in payload.branches)
    return ChecksMoved(
        delivery, payload.make_repo(), branches, payload.sha, "status", payload.state
    )


def _read_push(delivery: str, _: str, data: dict[str, object]) -> Event | None:
    payload = validate_payload(payloads.PushPayload, data)
    if not payload.ref.startswith("refs/heads/"):
        return None
    branch, who = payload.ref.removeprefix("refs/heads/"), payload.sender
    return Pushed(
        delivery,
        payload.make_repo(),
        branch,
        payload.before,
        payload.after,
        who.login,
        who.is_bot,
        is_default=branch == payload.repository.default_branch,
    )


def _read_installation(delivery: str, action: str, data: dict[str, object]) -> Event:
    payload = validate_payload(payloads.InstallationPayload, data)
    concerned = (*payload.repositories, *payload.repositories_added, *payload.repositories_removed)
    return InstallationChanged(
        delivery, payload.installation.id, action, tuple(repo.full_name for repo in concerned)
    )


def _read_ping(delivery: str, _: str, data: dict[str, object]) -> Event:
    return Ping(delivery, validate_payload(payloads.PingPayload, data).hook_id or 0)


_ISSUE_EVENTS: Mapping[str, type[IssueClosed | IssueEdited | IssueDeleted | IssueTransferred]] = (
    MappingProxyType(
        {
            "closed": IssueClosed,
            "edited": IssueEdited,
            "deleted": IssueDeleted,
            "transferred": IssueTransferred,
        }
    )
)

_READERS: Mapping[str, Callable[[str, str, dict[str, object]], Event | None]] = MappingProxyType(
    {
        "issues": _read_issue,
        "issue_comment": _read_comment,
        "pull_request": read_pull,
        "pull_request_review": read_review,
        "pull_request_review_comment": read_review_comment,
        "pull_request_review_thread": read_thread,
        "check_run": _read_check_run,
        "check_suite": _read_check_suite,
        "workflow_run": _read_workflow_run,
        "status": _read_status,
        "push": _read_push,
        "installation": _read_installation,
        "installation_repositories": _read_installation,
        "ping": _read_ping,
    }
)


def _list_branch(branch: str) -> tuple[str, ...]:
    return (branch,) if branch else ()
