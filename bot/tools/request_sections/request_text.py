"""Render the request: the issue, its comments, and what came with the command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.text.amounts import count_noun
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.session import AgentContext
from bot.values import Comment

BODY_CHARS = 70_000  # more than GitHub takes
COMMENTS_CHARS = 30_000
COMMENT_CHARS = 12_000


def render_request(context: AgentContext) -> Iterator[str]:
    """Render the issue; of very many comments, the newest."""
    issue = context.issue
    yield f"The request is issue #{issue.number}, opened by @{join_lines(issue.author)}."
    yield render_section("Title", [issue.title], BODY_CHARS)
    yield render_section("Text", issue.body.split("\n"), BODY_CHARS)
    yield from render_comments(issue.comments)
    yield from render_command(context)


def render_comments(comments: Sequence[Comment]) -> Iterator[str]:
    """Render comments; of very many, the newest."""
    newest = _choose_newest(comments)
    if older := len(comments) - len(newest):
        yield f"(cut: {count_noun(older, 'older comment')})"
    for comment in newest:
        heading = f"Comment by @{join_lines(comment.author)}, {join_lines(comment.at)}"
        yield render_section(heading, comment.body.split("\n"), COMMENT_CHARS)


def render_command(context: AgentContext) -> Iterator[str]:
    """Render what came with the command, where something did."""
    if context.command_words:
        title = "Said with the command that started this job"
        yield render_section(title, [context.command_words], BODY_CHARS)


def _choose_newest(comments: Sequence[Comment]) -> Sequence[Comment]:
    room = COMMENTS_CHARS
    for index in range(len(comments) - 1, -1, -1):
        room -= min(len(comments[index].body), COMMENT_CHARS)
        if room < 0:
            return comments[index + 1 :]
    return comments
