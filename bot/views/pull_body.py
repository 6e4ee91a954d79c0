"""Render the pull request's text from the run's state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.values import Finding, RunState
from bot.views.attempts_table import render_attempts
from bot.views.pull_template import fill_template, join_parts

TEXT_CHARS = 6_000
LINE_CHARS = 500
FINDING_CHARS = 300
DIFFERS_CHARS = 1_000
MOST_WEAKENED = 5
UNCHECKED = "Nothing was checked: this repository has no CI for pull requests."


def render_body(state: RunState, warning: str = "", template: str = "", size: str = "") -> str:
    """Render the pull request's text, under the headings of the repository's template."""
    return fill_template(template, dict(render_sections(state, warning, size)), render_foot(state))


def render_sections(
    state: RunState, warning: str = "", size: str = ""
) -> Iterator[tuple[str, str]]:
    """Render our parts of the text, each with the name of what it tells."""
    finish = state.delivery.finish
    alerts = (_render_weakened(state), f"> [!WARNING]\n> {warning}" if warning else "")
    if top := "\n\n".join(alert for alert in alerts if alert):
        yield "alerts", top
    yield "issue", f"Closes #{state.request.number}"
    summary = defuse_markdown(finish.summary, TEXT_CHARS)
    yield "what", join_parts(summary, _compare_with_plan(state), size)
    yield "checked", render_attempts(state.attempts) or UNCHECKED
    if finish.look_at:
        yield "look", "\n".join(f"- {defuse_inline(place, LINE_CHARS)}" for place in finish.look_at)
    if findings := "\n".join(_render_findings(state)):
        yield "found", findings


def _render_weakened(state: RunState) -> str:
    """Render what asks for less than before, first of all: the plan named it, and people decide."""
    weakened = [finding for finding in state.advice if finding.gate == "tests"]
    if not weakened:
        return ""
    lines = [f"> - {_render_finding(finding, LINE_CHARS)}" for finding in weakened[:MOST_WEAKENED]]
    if len(weakened) > MOST_WEAKENED:
        lines.append(f"> - and {len(weakened) - MOST_WEAKENED} more")
    return "\n".join(["> [!IMPORTANT]", "> Tests or checks ask for less than before:", *lines])


def _render_findings(state: RunState) -> Iterator[str]:
    """Render what the checks found in two lines: repaired, and left. The record has all of it."""
    if state.repaired:
        yield f"- Repaired before the push: {_render_first(state.repaired)}"
    left = tuple(finding for finding in state.advice if finding.gate != "tests")
    if left:
        yield f"- Left, as advice: {_render_first(left)}"


def _render_first(findings: Sequence[Finding]) -> str:
    more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
    return f"{_render_finding(findings[0], FINDING_CHARS)}{more}"


def _render_finding(finding: Finding, limit_chars: int) -> str:
    place = as_code_span(f"{finding.path}:{finding.line}")
    return f"{place} {defuse_inline(finding.text, limit_chars)}"


def render_foot(state: RunState) -> str:
    """Render who asked, what it cost, and that a machine wrote it."""
    request = state.request
    return (
        f"---\n<sub>Written by Greenlit, a bot that uses {state.opening.model}, "
        f"because @{request.asker} asked for it in #{request.number}. "
        f"It cost ${state.usage.usd:.2f}. "
        f"Nobody has reviewed it yet: please do. Run `{state.key}`.</sub>"
    )


def _compare_with_plan(state: RunState) -> str:
    """Render the planned files and the changed ones as one list."""
    planned = state.plan.files if state.plan else ()
    changed = set(state.delivery.files)
    names = {file.path for file in planned}
    lines = [
        f"- [x] {as_code_span(file.path)}: {defuse_inline(file.change, FINDING_CHARS)}"
        for file in planned
        if file.path in changed
    ]
    lines += [
        f"- [ ] {as_code_span(path)}: planned, and not changed" for path in sorted(names - changed)
    ]
    lines += [f"- [x] {as_code_span(path)}: not in the plan" for path in sorted(changed - names)]
    if differs := state.delivery.finish.differs:
        lines.append(f"\nAgainst the plan: {defuse_inline(differs, DIFFERS_CHARS)}")
    return "\n".join(lines)
