"""Write what people read of a run: one comment that is edited, and a new one that tells the end."""

from __future__ import annotations

from contextlib import suppress

from bot.ports import Ports, Refusal, Unreachable
from bot.run import step
from bot.steps.admit import react
from bot.steps.redact import redact
from bot.values import PostedComment, RunReport, RunState
from bot.views.end_comment import make_end_marker, render_end_comment
from bot.views.parts_comment import make_parts_marker, render_first_parts
from bot.views.status_comment import describe_run, make_marker, render_comment
from bot.views.thread_answer import make_review_answers_marker, render_review_answers

DONE = ("opened", "changed")


@step("report")
def report(ports: Ports, state: RunState) -> RunReport:
    """Bring the run's comment up to date; at the end, first tell the end in a comment of its own.

    GitHub notifies people of new comments, not of edits.
    """
    end = None
    if state.outcome:
        _put_review_answers(ports, state)
        end = _tell_end(ports, state)
    if state.outcome and state.outcome.state in DONE:
        react(ports, state.request, "+1")
    body = render_comment(state, end.url if end else "")
    comment = _put_comment(ports, state, make_marker(state.key), body)
    newest = end or comment
    return RunReport(comment.id, describe_run(state), end.id if end else 0, newest.url)


@step("report_failure")
def report_failure(ports: Ports, state: RunState) -> None:
    """Tell whoever gave a command that it broke: there is no run to report on."""
    _put_end_comment(ports, state)


def _put_review_answers(ports: Ports, state: RunState) -> None:
    """Answer the texts of reviews on the pull request, where the end is told on the issue."""
    text = render_review_answers(state) if state.ends_elsewhere else ""
    if text:
        repo, number = state.request.repo, state.opened.number
        body = redact(ports, text)
        ports.comments.put_comment(repo, number, make_review_answers_marker(state.key), body)


def _tell_end(ports: Ports, state: RunState) -> PostedComment:
    """Tell the end in a comment of its own. Where that fails the run's comment is true all the
    same, and the error is raised.
    """
    try:
        return _put_end_comment(ports, state)
    except (Refusal, Unreachable):
        with suppress(Refusal, Unreachable):
            _put_comment(ports, state, make_marker(state.key), render_comment(state))
        raise


def _put_end_comment(ports: Ports, state: RunState) -> PostedComment:
    """Tell the end; where the request goes on in parts, that is the list of them."""
    if state.outcome and state.outcome.kind == "split":
        list_marker = make_parts_marker(state.request.subject)
        return _put_comment(ports, state, list_marker, render_first_parts(state))
    return _put_comment(ports, state, make_end_marker(state.key), render_end_comment(state))


def _put_comment(ports: Ports, state: RunState, marker: str, body: str) -> PostedComment:
    """Write or edit the comment with this hidden marker."""
    request = state.request
    return ports.comments.put_comment(request.repo, request.number, marker, redact(ports, body))
