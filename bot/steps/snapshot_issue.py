"""Keep what writers asked as it stood at the trigger, as a reader of the page sees it."""

from __future__ import annotations

import logging

from rich.text import Text

from bot.ports import BadAnswer, Ports
from bot.run import Summary, step
from bot.steps.admit import WRITERS
from bot.text import extract_visible, strip_invisible
from bot.text.terminal_text import strip_control
from bot.values import Comment, Issue, Repo, Request
from bot.views.end_comment import ASKS

log = logging.getLogger(__name__)


def _summarize_request(issue: Issue) -> Summary:
    return "the request", Text(strip_control(f"“{issue.title}”, as it stood when it was asked"))


@step("snapshot_issue", _summarize_request)
def snapshot_issue(ports: Ports, request: Request) -> Issue:
    """Take title and body from the webhook, and the comments of writers from before the trigger.

    A comment that was edited after the trigger is dropped: nobody who may ask has seen what it says
    now. What a reader of the rendered page would not see is dropped too. Of what bots say only our
    own questions stay, for their answers.
    """
    login = ports.credentials.fetch_login()
    comments = list_heard_comments(ports, request, login)
    writers = find_writers(ports, request, {comment.author for comment in comments} - {login})
    return Issue(
        request.number,
        strip_invisible(request.title),  # GitHub shows a title as it is written
        extract_visible(request.body),
        request.asker,
        comments=tuple(
            render_visible(comment) for comment in comments if comment.author in {*writers, login}
        ),
    )


def list_heard_comments(ports: Ports, request: Request, login: str) -> list[Comment]:
    """List the comments from before the trigger that were not edited since.

    Of bots only our own questions, for their answers. Who may write is not asked here.
    """
    return [
        comment
        for comment in ports.issues.list_comments(request.repo, request.number)
        if is_early(comment, request) and (not comment.bot or _asks(comment, login))
    ]


def is_early(comment: Comment, request: Request) -> bool:
    """Tell whether a comment stood as it is now when the request was made."""
    return comment.at <= request.at and comment.edited_at <= request.at


def _asks(comment: Comment, login: str) -> bool:
    return comment.author == login and ASKS in comment.body


def find_writers(ports: Ports, request: Request, authors: set[str]) -> set[str]:
    """Ask GitHub which of the authors may write."""
    return {
        author
        for author in sorted(authors)
        if author == request.asker or _may_write(ports, request.repo, author)
    }


def _may_write(ports: Ports, repo: Repo, author: str) -> bool:
    """Ask whether somebody may write; where GitHub's answer is odd, they are not heard."""
    try:
        return ports.repositories.fetch_permission(repo, author) in WRITERS
    except BadAnswer as odd:
        log.warning("What @%s said is left out: %s", author, odd)
        return False


def render_visible(comment: Comment) -> Comment:
    """The comment as a reader of the rendered page sees it."""
    text = extract_visible(comment.body)
    return Comment(comment.id, comment.author, text, comment.at, comment.edited_at)
