"""Render the brief that was made of the request already, with what people answered."""

from __future__ import annotations

from collections.abc import Iterator

from bot.tools.request_sections.section import join_lines, render_section
from bot.values import Ambiguity, Brief

CHARS = 8_000


def render_brief_section(brief: Brief) -> str:
    """Render what was understood, each point on a line."""
    lines = map(join_lines, _list_points(brief))
    return render_section(f"The brief so far (a {brief.kind})", lines, CHARS)


def _list_points(brief: Brief) -> Iterator[str]:
    for number, criterion in enumerate(brief.criteria, 1):
        yield f"criterion {number} ({criterion.kind}): {criterion.text}"
    yield from (f"constraint: {text}" for text in brief.constraints)
    yield from (f"out of scope: {text}" for text in brief.out_of_scope)
    for ambiguity in brief.ambiguities:
        yield f"open: {ambiguity.question} {_describe_answer(ambiguity)}"


def _describe_answer(ambiguity: Ambiguity) -> str:
    if ambiguity.answer:
        return f"Answered: {ambiguity.answer}"
    if ambiguity.settled == "words":
        return f"Answered in the comments; where not: {ambiguity.default}"
    return f"The default is taken: {ambiguity.default}"
