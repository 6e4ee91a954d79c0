"""Find what was asked since an earlier run ended, and whether its conversation can go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.text.bot_logins import is_bot_login
from bot.text.prompts import load
from bot.text.quoted_data import QUOTED, quote_data
from bot.tools import TOOLS
from bot.values import Comment, ConversationStart, Issue, Request, RunState


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a run that goes on tells the model; `news` is data, and empty when nothing was asked.

    `is_same_prompt`: the conversation was begun with the prompt, the tools and the model of today.
    `invitation` is our own word that the work goes on.
    """

    news: str
    invitation: str
    is_same_prompt: bool


@step("renew_request")
def renew_request(ports: Ports, earlier: RunState, issue: Issue, request: Request) -> Renewal:
    """Compare the request with the one that the earlier run knew, and write what is new in it."""
    sections = [section for section in _render_news(earlier, issue, request) if section]
    news = "\n\n".join([f"@{request.asker} asks for more.", QUOTED, *sections])
    return Renewal(
        news if sections else "",
        load("resume").render(),
        _is_same_prompt(ports, earlier.opening, has_sandbox=earlier.project is not None),
    )


def _render_news(earlier: RunState, issue: Issue, request: Request) -> Iterator[str]:
    known = earlier.snapshot
    yield quote_data("Said with the command", request.words)
    if issue.title != known.title:
        yield quote_data("The title of the issue was changed, and is now", issue.title)
    if issue.body != known.body:
        text = issue.body if issue.body.strip() else "(no text)"
        yield quote_data("The text of the issue was changed, and is now", text)
    texts = {(comment.id, comment.body) for comment in known.comments}
    for comment in issue.comments:
        is_known = (comment.id, comment.body) in texts or comment.id == request.comment
        if not is_known and _says_something(comment):
            heading = f"Comment by @{comment.author}, {comment.at}"
            yield quote_data(heading, comment.body)


def _says_something(comment: Comment) -> bool:
    """Tell whether a comment is more than commands, and no question of our own."""
    lines = [line for line in comment.body.splitlines() if line.strip()]
    is_command = all(line.lstrip().startswith("/") for line in lines)
    return not is_command and not is_bot_login(comment.author)


def _is_same_prompt(ports: Ports, start: ConversationStart, *, has_sandbox: bool) -> bool:
    """Tell whether it was begun so; with the tools that run code where they are of use now."""
    schemas = [tool.schema for tool in TOOLS if has_sandbox or not tool.for_sandbox]
    needed = [tool.schema for tool in TOOLS if has_sandbox and tool.for_sandbox]
    return (
        start.model == ports.model.name
        and start.prefix.system == load("system").text
        and all(schema in schemas for schema in start.prefix.tools)
        and all(schema in start.prefix.tools for schema in needed)
    )
