"""Answer a command with one comment, however often it is tried."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.steps.admit import react
from bot.steps.redact import redact
from bot.values import LastRun, Request
from bot.views.command_answers import NOT_YOURS, render_status


@step("reply")
def reply(ports: Ports, request: Request, text: str) -> None:
    """Answer this request with one comment: in the thread where it was made, if it was in one."""
    marker = f"greenlit:answer:{request.delivery}"
    text = redact(ports, text)
    if not _reply_in_thread(ports, request, marker, text):
        ports.comments.put_comment(request.repo, request.number, marker, f"@{request.asker} {text}")


@step("answer_status")
def answer_status(ports: Ports, request: Request, last: LastRun | None) -> None:
    """Answer how the newest run stands at this moment."""
    now = ports.clock.now().timestamp()
    reply(ports, request, render_status(last, now, on_pull=request.on_pull))


def _reply_in_thread(ports: Ports, request: Request, marker: str, text: str) -> bool:
    """Answer in the thread that holds the request; False when there is none any more."""
    if not request.in_thread or request.comment is None:
        return False
    thread = ports.reviews.find_thread(request.repo, request.number, request.comment)
    if thread is None:
        return False
    return ports.reviews.reply(request.repo, request.number, thread.id, marker, text)


@step("refuse")
def refuse(ports: Ports, request: Request) -> bool:
    """Tell whoever may not ask so in words, and tell whether that was done.

    Where enough was said the comment that asked gets a thumb down instead. An issue gets none: it
    would look like a judgement of the issue.
    """
    text = f"@{request.asker} {NOT_YOURS}"
    if ports.comments.put_refusal(request.repo, request.number, request.asker, text):
        return True
    if request.comment:
        react(ports, request, "-1")
    return False
