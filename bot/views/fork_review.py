"""Render the review that brings a change to a pull request from a fork, where nothing is pushed."""

from __future__ import annotations

from bot.text import as_code_span, count_noun, defuse_inline, defuse_markdown
from bot.text.code_fences import fence_code
from bot.text.git_messages import clean_message
from bot.values import Finish, PullDetails
from bot.views.markdown_parts import join_parts

TITLE_CHARS = 200
SUMMARY_CHARS = 4_000
NOT_RUN = "Nothing has run this change: CI does once it stands on the branch."


def render_fork_review(target: PullDetails, finish: Finish, suggested: int, diff: str) -> str:
    """Render the review's text: what it brings, how to take it, and a patch where one is left."""
    title = defuse_inline(finish.title, TITLE_CHARS)
    opening = f"I cannot push to a fork, so here is the change as a review: {title}."
    summary = defuse_markdown(clean_message(finish.summary), SUMMARY_CHARS)
    return join_parts(
        opening,
        summary,
        _explain_suggestions(suggested),
        _explain_patch(target, diff, is_all=not suggested),
        NOT_RUN,
    )


def _explain_suggestions(suggested: int) -> str:
    if not suggested:
        return ""
    if suggested == 1:
        return "It is one suggestion: take it with **Commit suggestion** below."
    return (
        f"It is {count_noun(suggested, 'suggestion')} that belong together: take them all under "
        "**Files changed** with **Add suggestion to batch**, as one commit."
    )


def _explain_patch(target: PullDetails, diff: str, *, is_all: bool) -> str:
    """Give the patch with the command that applies it, ready to be copied."""
    if not diff:
        return ""
    what = "It is" if is_all else "The rest is"
    branch = as_code_span(target.head)
    text = (
        f"{what} a patch, since some of its lines are not among those that this pull request "
        f"shows. In a checkout of {branch}, this command applies it:"
    )
    return join_parts(text, _render_command(diff), _warn_of_carriage_returns(diff))


def _render_command(diff: str) -> str:
    """Render a here-document for git, between marks that the patch does not hold."""
    ending = "PATCH"
    while ending in diff.splitlines():
        ending += "_"
    lines = diff.removesuffix("\n")
    return fence_code(f"git apply <<'{ending}'\n{lines}\n{ending}", "sh")


def _warn_of_carriage_returns(diff: str) -> str:
    if "\r\n" not in diff:
        return ""
    return (
        "Some of these lines end with CRLF, which a copy from this page may lose. If git refuses "
        "it, add `--ignore-whitespace` and convert the line ends afterwards."
    )
