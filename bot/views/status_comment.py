"""Render the one comment of a run: what people read of it while it lives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.values import Retrieval, RunKey, RunState
from bot.views.attempts_table import render_attempts
from bot.views.waiting import describe_waiting, render_waiting

DOING = {
    "reading": "is reading the request",
    "planning": "is planning the change",
    "editing": "is writing the change",
    "waiting": "waits for CI",
    "fixing": "reads the red CI and repairs the change",
}
ENDS = {
    "opened": ("✅", "opened a pull request"),
    "draft": ("🟠", "left a draft, because CI is not green"),
    "asked": ("❔", "has a question before it writes"),
    "stopped": ("⏹️", "stopped"),
    "refused": ("🚫", "cannot do this"),
    "gave up": ("🔴", "gave up"),
    "failed": ("🔴", "failed"),
}
ASKS = "<!-- greenlit:asks -->"  # hidden: the next run finds the questions by it
PLAN_CHARS = 4_000
LINE_CHARS = 300
MOST_LINES = 30
MOST_PLACES = 5


def make_marker(key: RunKey) -> str:
    """Make the hidden marker by which the run's comment is found again."""
    return f"greenlit:run:{key}"


def render_comment(state: RunState) -> str:
    """Render the comment as Markdown, without its hidden marker."""
    # The outcome's text is ours; what it quotes was made harmless where it was quoted.
    parts = (
        f"### {_render_headline(state)} · asked by @{state.request.asker}",
        state.resumption.text if state.resumption else "",
        state.outcome.text if state.outcome else render_waiting(state),
        "\n".join(_render_checklist(state)),
        _render_plan(state),
        "" if state.outcome else _render_todo(state.todo),
        _render_ledger(state),
        _render_places(state.retrieval),
        _render_foot(state),
        ASKS if state.outcome and state.outcome.state == "asked" else "",
    )
    return "\n\n".join(part for part in parts if part)


def describe_state(state: RunState) -> str:
    """Say what the run does, or how it ended."""
    if state.outcome is None:
        return describe_waiting(state.waiting) if state.waiting else DOING[state.phase]
    return ENDS[state.outcome.state][1] if state.outcome.state in ENDS else state.outcome.state


def render_cost(state: RunState) -> str:
    """Say what the run has cost so far, and its cap once that is known."""
    cost = f"${state.usage.usd:.2f}"
    if state.phase == "reading":  # the caps are not known yet
        return cost
    return f"{cost} of at most ${state.caps.usd:.2f}"


def _render_headline(state: RunState) -> str:
    sign = ENDS.get(state.outcome.state, ("🔴", ""))[0] if state.outcome else "🟡"
    return f"{sign} Greenlit {describe_state(state)}"


def _render_checklist(state: RunState) -> Iterator[str]:
    is_green = any(attempt.state == "green" for attempt in state.attempts)
    pull = state.outcome.pull if state.outcome else None
    yield _render_box("Read the request and the code", ticked=state.phase != "reading")
    yield _render_box("Plan the change", ticked=state.plan is not None)
    yield _render_box("Write it and check it", ticked=bool(state.attempts))
    yield _render_box("Green on CI", ticked=is_green)
    yield _render_box(f"Pull request #{pull}" if pull else "Pull request", ticked=bool(pull))


def _render_box(text: str, *, ticked: bool) -> str:
    return f"- [x] {text}" if ticked else f"- [ ] {text}"


def _render_plan(state: RunState) -> str:
    plan = state.plan
    if plan is None:
        return ""
    files = [
        f"{as_code_span(file.path)}: {defuse_inline(file.change, LINE_CHARS)}"
        for file in plan.files
    ]
    tests = [f"test: {defuse_inline(test, LINE_CHARS)}" for test in plan.tests]
    risks = [f"risk: {defuse_inline(risk, LINE_CHARS)}" for risk in plan.risks]
    weakened = [
        "**asks for less:** "
        f"{defuse_inline(item.what, LINE_CHARS)}: {defuse_inline(item.why, LINE_CHARS)}"
        for item in plan.weakened
    ]
    # An outcome that asks the questions stands above the plan, so they are not asked twice.
    open_questions = plan.questions if state.outcome is None else ()
    questions = [f"**question:** {defuse_inline(item, LINE_CHARS)}" for item in open_questions]
    lines = ["**Plan**", "", defuse_markdown(plan.summary, PLAN_CHARS), ""]
    for items in (files, tests, risks, weakened, questions):
        lines += _render_list(items)
    return "\n".join(lines).rstrip()


def _render_list(items: Sequence[str]) -> Iterator[str]:
    """Render at most 30 items: a comment has an end, and more stands below."""
    for item in items[:MOST_LINES]:
        yield f"- {item}"
    if len(items) > MOST_LINES:
        yield f"- and {len(items) - MOST_LINES} more"


def _render_todo(items: tuple[str, ...]) -> str:
    lines = [f"- {defuse_inline(item, LINE_CHARS)}" for item in items]
    return "\n".join(["**To do**", "", *lines]) if lines else ""


def _render_ledger(state: RunState) -> str:
    table = render_attempts(state.attempts)
    return f"**CI** (at most {state.caps.attempts} attempts)\n\n{table}" if table else ""


def _render_places(retrieval: Retrieval) -> str:
    paths = [as_code_span(hit.path) for hit in retrieval.files[:MOST_PLACES]]
    return f"**Looked first at** {', '.join(paths)}" if paths else ""


def _render_foot(state: RunState) -> str:
    parts = [render_cost(state), f"{state.turns} turns of the model"]
    if state.outcome is None:
        label = state.request.label
        unlabel = f"remove the label `{label}`, " if label else ""
        parts.append(f"To stop me: {unlabel}close the issue, or comment `/stop`.")
    parts.append(f"run `{state.key}`")
    return f"<sub>{' · '.join(parts)}</sub>"
