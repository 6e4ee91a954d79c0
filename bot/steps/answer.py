"""Answer a command with one comment, however often it is tried."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.values import LastRun, Request
from bot.views.command_answers import NOT_YOURS, render_status


@step("reply")
def reply(ports: Ports, request: Request, text: str) -> None:
    """Answer this request with one comment."""
    marker = f"greenlit:answer:{request.delivery}"
    ports.comments.put_comment(request.repo, request.number, marker, f"@{request.asker} {text}")


@step("answer_status")
def answer_status(ports: Ports, request: Request, last: LastRun | None) -> None:
    """Answer how the newest run stands at this moment."""
    reply(ports, request, render_status(last, ports.clock.now().timestamp()))


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
        ports.comments.add_reaction(request.repo, request.number, request.comment, "-1")
    return False
