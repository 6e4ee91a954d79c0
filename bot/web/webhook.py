"""Here live the events: what GitHub tells us, verified and read into frozen values. No I/O."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from types import MappingProxyType

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
    IssueUnlabeled,
    Ping,
    PullClosed,
    PullSynchronized,
    Pushed,
    Unknown,
)
from bot.web import payloads
from bot.web.payloads import BadPayload, as_object, as_shape

# What is read: the event, and its actions where it has some. `installation*` and `ping` come to
# every App;
# the others are the `default_events` of deploy/app.yml.
EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "issues": ("labeled", "unlabeled", "closed", "edited", "deleted"),
        "issue_comment": ("created",),
        "pull_request": ("closed", "synchronize"),
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


class BadSignature(Exception):
    """Nobody who knows the secret signed these bytes."""


def read(headers: Mapping[str, str], body: bytes, secret: str) -> Event:
    """The event of a delivery. Raises BadSignature, before anything is parsed, or BadPayload.

    Only X-Hub-Signature-256 counts (docs.github.com, "Validating webhook deliveries"); header names
    in any case.
    """
    named = {name.lower(): value for name, value in headers.items()}
    _verify(named.get("x-hub-signature-256", ""), body, secret)
    kind, delivery = named.get("x-github-event", ""), named.get("x-github-delivery", "")
    if not kind or not delivery:
        raise BadPayload("X-GitHub-Event and X-GitHub-Delivery are needed")
    return _parse(kind, delivery, as_object(body))


def _verify(signature: str, body: bytes, secret: str) -> None:
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise BadSignature("X-Hub-Signature-256 does not fit the body")


def _parse(kind: str, delivery: str, data: dict[str, object]) -> Event:
    action = data.get("action")
    action = action if isinstance(action, str) else ""
    unknown = Unknown(delivery, kind, action)
    actions = EVENTS.get(kind)
    if actions is None or (actions and action not in actions):
        return unknown
    if kind != "ping" and data.get("installation") is None:
        return unknown
    return _READERS[kind](delivery, action, data) or unknown


def _issues(delivery: str, action: str, data: dict[str, object]) -> Event | None:
    if action in {"labeled", "unlabeled"}:
        return _labeling(delivery, IssueLabeled if action == "labeled" else IssueUnlabeled, data)
    told = as_shape(payloads.Issues, data)
    kind = _OF_ISSUE[action]
    sender, at = told.sender, told.issue.updated_at
    return kind(delivery, _repo(told), told.issue.number, sender.login, _is_bot(sender), at)


def _labeling(
    delivery: str, kind: type[IssueLabeled | IssueUnlabeled], data: dict[str, object]
) -> Event | None:
    if data.get("label") is None:
        return None  # the label itself was deleted from the repository
    told = as_shape(payloads.Labeling, data)
    issue, sender = told.issue, told.sender
    return kind(
        delivery,
        _repo(told),
        issue.number,
        told.label.name,
        issue.title,
        issue.body,
        sender.login,
        _is_bot(sender),
        issue.updated_at,
        on_pull=issue.pull_request is not None,
        sender_id=sender.id,
    )


def _comment(delivery: str, _: str, data: dict[str, object]) -> Event:
    told = as_shape(payloads.IssueComment, data)
    issue, comment, sender = told.issue, told.comment, told.sender
    return CommentCreated(
        delivery,
        _repo(told),
        issue.number,
        comment.id,
        comment.body,
        issue.pull_request is not None,
        issue.title,
        issue.body,
        sender.login,
        _is_bot(sender) or comment.performed_via_github_app is not None,
        comment.created_at,
        sender.id,
    )


def _pull(delivery: str, action: str, data: dict[str, object]) -> Event:
    if action == "closed":
        closed = as_shape(payloads.PullRequest, data)
        who, pull = closed.sender, closed.pull_request
        at = (delivery, _repo(closed), pull.number, _own_branch(closed))
        return PullClosed(*at, pull.merged, who.login, _is_bot(who))
    moved = as_shape(payloads.PullMoved, data)
    who = moved.sender
    at = (delivery, _repo(moved), moved.pull_request.number, _own_branch(moved))
    return PullSynchronized(*at, moved.before, moved.after, who.login, _is_bot(who))


def _check_run(delivery: str, _: str, data: dict[str, object]) -> Event:
    told = as_shape(payloads.CheckRun, data)
    run = told.check_run
    return ChecksMoved(
        delivery,
        _repo(told),
        _some(run.check_suite.head_branch),
        run.head_sha,
        "check_run",
        run.conclusion,
    )


def _check_suite(delivery: str, _: str, data: dict[str, object]) -> Event:
    told = as_shape(payloads.CheckSuite, data)
    suite = told.check_suite
    return ChecksMoved(
        delivery,
        _repo(told),
        _some(suite.head_branch),
        suite.head_sha,
        "check_suite",
        suite.conclusion,
    )


def _workflow_run(delivery: str, _: str, data: dict[str, object]) -> Event:
    told = as_shape(payloads.WorkflowRun, data)
    run = told.workflow_run
    ours = run.head_repository is None or run.head_repository.id == told.repository.id
    branches = _some(run.head_branch) if ours else ()
    return ChecksMoved(
        delivery, _repo(told), branches, run.head_sha, "workflow_run", run.conclusion
    )


def _status(delivery: str, _: str, data: dict[str, object]) -> Event:
    told = as_shape(payloads.Status, data)
    if told.state == "pending":
        return Unknown(delivery, "status", told.state)
    branches = tuple(branch.name for branch in told.branches)
    return ChecksMoved(delivery, _repo(told), branches, told.sha, "status", told.state)


def _push(delivery: str, _: str, data: dict[str, object]) -> Event | None:
    told = as_shape(payloads.Push, data)
    if not told.ref.startswith("refs/heads/"):
        return None
    branch, who = told.ref.removeprefix("refs/heads/"), told.sender
    return Pushed(delivery, _repo(told), branch, told.before, told.after, who.login, _is_bot(who))


def _installation(delivery: str, action: str, data: dict[str, object]) -> Event:
    told = as_shape(payloads.Installed, data)
    concerned = (*told.repositories, *told.repositories_added, *told.repositories_removed)
    return InstallationChanged(
        delivery, told.installation.id, action, tuple(repo.full_name for repo in concerned)
    )


def _ping(delivery: str, _: str, data: dict[str, object]) -> Event:
    return Ping(delivery, as_shape(payloads.Pinged, data).hook_id)


_OF_ISSUE: Mapping[str, type[IssueClosed | IssueEdited | IssueDeleted]] = MappingProxyType(
    {"closed": IssueClosed, "edited": IssueEdited, "deleted": IssueDeleted}
)

_READERS: Mapping[str, Callable[[str, str, dict[str, object]], Event | None]] = MappingProxyType(
    {
        "issues": _issues,
        "issue_comment": _comment,
        "pull_request": _pull,
        "check_run": _check_run,
        "check_suite": _check_suite,
        "workflow_run": _workflow_run,
        "status": _status,
        "push": _push,
        "installation": _installation,
        "installation_repositories": _installation,
        "ping": _ping,
    }
)


def _repo(told: payloads.Envelope) -> Repo:
    return Repo(told.repository.full_name, InstallationId(told.installation.id))


def _own_branch(told: payloads.PullRequest) -> str:
    head = told.pull_request.head
    return head.ref if head.repo is not None and head.repo.id == told.repository.id else ""


def _is_bot(sender: payloads.Account) -> bool:
    return sender.type == "Bot" or sender.login.endswith("[bot]")


def _some(branch: str) -> tuple[str, ...]:
    return (branch,) if branch else ()
