"""Tell what CI says of a pull request, in one comment for each commit."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.ports import Ports
from bot.run import step
from bot.steps.admit import react
from bot.steps.answer import reply
from bot.steps.fetch_checks import ChecksSnapshot
from bot.steps.redact import redact
from bot.values import PullDetails, Request, Verdict
from bot.views.checks_explanation import describe_checks, render_explanation


@step("put_explanation")
def put_explanation(
    ports: Ports,
    request: Request,
    pull: PullDetails,
    snapshot: ChecksSnapshot,
    verdict: Verdict | None,
) -> str:
    """Write the reading, or bring that of the same commit up to date; return its first sentence.

    GitHub tells nobody of an edit, so whoever asks again is shown the way to the comment.
    """
    headline = describe_checks(pull, snapshot.checks)
    text = render_explanation(pull, snapshot.checks, verdict)
    read_at = datetime.fromtimestamp(snapshot.at, UTC)
    body = f"@{request.asker} {text}\n\n<sub>Read at {read_at:%Y-%m-%d %H:%M:%S} UTC.</sub>"
    marker = f"greenlit:explain:{pull.head_sha}"
    comment = ports.comments.put_comment(request.repo, request.number, marker, redact(ports, body))
    if comment.is_edited:
        reply(ports, request, f"I brought [my reading]({comment.url}) up to date. {headline}")
    elif request.in_thread:
        reply(ports, request, f"[My reading]({comment.url}) stands in the conversation. {headline}")
    react(ports, request, "+1")
    return headline
