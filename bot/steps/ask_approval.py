"""Show people what waits for their approval, and see whether it may still be approved."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from rich.text import Text

from bot.edits import render_diff
from bot.ports import Ports, Refusal
from bot.run import Summary, step
from bot.steps.admit import is_authorized
from bot.steps.redact import redact
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import decode_texts
from bot.values import ApprovalRequest, Patch, Request, RunState
from bot.views.approval_comment import (
    LIMIT_CHARS,
    make_approval_marker,
    render_approval,
    render_replaced,
)


@dataclass(frozen=True, slots=True)
class RequestLook:
    """Whether the request reads as it did when it was frozen, and when that was looked at; and
    whether whoever asked may not ask any more.
    """

    is_edited: bool
    at: float  # seconds since the epoch
    lost_access: bool = False


def _summarize_asking(asked: ApprovalRequest) -> Summary:
    return "an approval", Text(f"waits for that of the {asked.kind} {asked.short_hash}", "yellow")


@step("ask_approval", _summarize_asking)
def ask_approval(
    ports: Ports, state: RunState, asked: ApprovalRequest, patch: Patch
) -> ApprovalRequest:
    """Write a comment that shows all of what waits, and whom it needs.

    Raises Refusal where it is too long to be shown whole: nobody approves what they cannot see.
    """
    diff = _render_diff(ports, state, asked, patch) if asked.kind == "diff" else ""
    body = redact(ports, render_approval(state, asked, diff))
    if len(body) > LIMIT_CHARS:
        raise Refusal(
            f"My {asked.kind} has to be approved, and it is too long to be shown whole in a "
            f"comment: {len(body):,} characters, where {LIMIT_CHARS:,} fit. Please ask for less "
            "at a time."
        )
    request = state.request
    marker = make_approval_marker(state.key, asked)
    comment = ports.comments.put_comment(request.repo, request.number, marker, body)
    now = ports.clock.now().timestamp()
    return replace(asked, comment=comment.id, url=comment.url, asked_at=now)


@step("mark_replaced")
def mark_replaced(ports: Ports, state: RunState, asked: ApprovalRequest, by: str) -> None:
    """Say in the comment that showed parts that somebody wants them otherwise.

    In an issue that was locked nobody is told.
    """
    request = state.request
    body = redact(ports, render_replaced(state, asked, by))
    with suppress(Refusal):
        marker = make_approval_marker(state.key, asked)
        ports.comments.put_comment(request.repo, request.number, marker, body)


@step("look_at_request")
def look_at_request(ports: Ports, request: Request) -> RequestLook:
    """See whether somebody edited the issue since it was frozen; of a pull request it is not asked.

    Other tools write into the texts of pull requests, and the words of the command are the request.
    """
    now = ports.clock.now().timestamp()
    lost_access = not is_authorized(ports, request)
    if request.on_pull:
        return RequestLook(is_edited=False, at=now, lost_access=lost_access)
    issue = ports.issues.fetch_issue(request.repo, request.number)
    is_edited = issue is not None and (
        _normalize(issue.title) != _normalize(request.title)
        or _normalize(issue.body) != _normalize(request.body)
    )
    return RequestLook(is_edited=is_edited, at=now, lost_access=lost_access)


def _normalize(text: str) -> str:
    """Drop what GitHub's own forms change: line ends, and blanks at the end."""
    return text.replace("\r\n", "\n").rstrip()


def _render_diff(ports: Ports, state: RunState, asked: ApprovalRequest, patch: Patch) -> str:
    """Render the diff of the files that are asked about, in the order of their paths."""
    after = {path: patch.files[path] for path in asked.files}
    before = decode_texts(TreeFiles(ports.mirrors, state.base).read(list(after)))
    return render_diff(before, after, {})
