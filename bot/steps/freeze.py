"""Here lives the freezing of a request: what writers asked, as it stood at the trigger, as a reader
sees it.
"""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.admit import WRITERS
from bot.steps.report import ENDS
from bot.text import extract_visible, strip_invisible
from bot.text.terminal_text import strip_control
from bot.values import Comment, Issue, Request

QUESTION = ENDS["asked"][1]


def _summarize_request(issue: Issue) -> Summary:
    return "the request", Text(strip_control(f"“{issue.title}”, as it stood when it was asked"))


@step("snapshot_issue", _summarize_request)
def freeze(ports: Ports, request: Request) -> Issue:
    """The request as text: title and body from the webhook, and those comments that a writer made
    before the trigger.

    Comments edited after the trigger are dropped: nobody who may ask has seen what they say now.
    Everything
    that a reader of the rendered page would not see is dropped too.
    Of what bots say only our own questions stay, for their answers.
    """
    login = ports.credentials.fetch_login()
    remarks = [
        Comment(remark.id, remark.author, extract_visible(remark.body), remark.at, remark.edited_at)
        for remark in ports.issues.list_comments(request.repo, request.number)
        if remark.at <= request.at
        and remark.edited_at <= request.at
        and (not remark.bot or (remark.author == login and QUESTION in remark.body))
    ]
    writers = {
        author
        for author in sorted({remark.author for remark in remarks})
        if author in (request.asker, login)
        or ports.repositories.fetch_permission(request.repo, author) in WRITERS
    }
    return Issue(
        request.number,
        strip_invisible(request.title),  # GitHub shows a title as it is written
        extract_visible(request.body),
        request.asker,
        comments=tuple(remark for remark in remarks if remark.author in writers),
    )
