"""Render what the checks before a push found, and what of it asks for less than before."""

from __future__ import annotations

from bot.text import as_code_span, defuse_inline
from bot.values import Finding, RunState
from bot.views.markdown_parts import render_list

LINE_CHARS = 500
MOST_WEAKENED = 5


def render_weakened(state: RunState) -> str:
    """Render what asks for less than before, first of all: the plan named it, and people decide."""
    weakened = [finding for finding in state.advice if finding.gate == "tests"]
    if not weakened:
        return ""
    findings = [render_finding(finding, LINE_CHARS) for finding in weakened]
    lines = render_list(findings, MOST_WEAKENED).splitlines()
    head = ("[!IMPORTANT]", "Tests or checks ask for less than before:")
    return "\n".join(f"> {line}" for line in (*head, *lines))


def render_finding(finding: Finding, limit_chars: int) -> str:
    """Render one finding with its place."""
    text = defuse_inline(finding.text, limit_chars)
    return f"{as_code_span(finding.place)} {text}" if finding.place else text
