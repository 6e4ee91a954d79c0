"""Render a plan: folded and short in the run's comment, whole where it is to be approved."""

from __future__ import annotations

from collections.abc import Iterator

from bot.text import as_code_span, count_noun, defuse_inline, defuse_markdown
from bot.values import Plan
from bot.views.markdown_parts import fold, join_parts, render_list

PLAN_CHARS = 4_000
LINE_CHARS = 300
MOST_LINES = 30
WHOLE_CHARS = 40_000  # of each of its texts, where all is shown
WHOLE_LINES = 1_000


def render_plan(plan: Plan, *, asks: bool) -> str:
    """Render the plan folded; with its questions, until a comment has asked them."""
    summary = defuse_markdown(plan.summary, PLAN_CHARS)
    parts = _list_plan(plan, LINE_CHARS, asks=asks)
    items = "\n".join(render_list(part, MOST_LINES) for part in parts if part)
    title = f"Plan: {count_noun(len(plan.files), 'file')}" if plan.files else "Plan"
    # Only whole lines are blank at its ends: an indent makes code.
    return fold(title, f"{summary}\n\n{items}".strip("\n"))


def render_whole_plan(plan: Plan) -> str:
    """Render all that the plan says."""
    parts = _list_plan(plan, WHOLE_CHARS, asks=True)
    items = "\n".join(render_list(part, WHOLE_LINES) for part in parts if part)
    return join_parts(defuse_markdown(plan.summary, WHOLE_CHARS).strip("\n"), items)


def _list_plan(plan: Plan, limit: int, *, asks: bool) -> Iterator[list[str]]:
    """List what the plan says, each text in at most `limit` characters."""

    def quote(words: str) -> str:
        return defuse_inline(words, limit)

    yield [f"{as_code_span(file.path)}: {quote(file.change)}" for file in plan.files]
    yield [f"test: {quote(test)}" for test in plan.tests]
    yield [f"risk: {quote(risk)}" for risk in plan.risks]
    yield [f"**asks for less:** {quote(item.what)}: {quote(item.why)}" for item in plan.weakened]
    questions = plan.questions if asks else ()
    yield [f"**question:** {quote(question)}" for question in questions]
