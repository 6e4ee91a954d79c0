"""Render a run's attempts and what CI said of each, for the comment and the pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.text import defuse_inline, link_markdown
from bot.values import Attempt, Failure, Sha, Verdict
from bot.views.markdown_parts import join_names

LIMIT_CHARS = 300
MOST_JOBS = 3
STATES = {
    "running": "⏳ running",
    "green": "🟢 green",
    "red": "🔴 ",
    "silent": "⚪ CI never reported",
    "skipped": "⚪ CI skipped everything",
    "neutral": "⚪ CI is neutral",
    "unchecked": "⚪ no CI for pull requests",
    "rerun": "🔁 run again: ",
    "stopped": "⏹️ stopped",
    "slow": "⏳ did not end in time",
}


def render_attempts(attempts: Iterable[Attempt], head_before: Sha | None = None) -> str:
    """Render the ledger as a table; empty without any attempt.

    `head_before` is the commit that was there before the run: what CI said of that is no attempt.
    """
    rows = []
    number = 0
    for attempt in attempts:
        number += attempt.sha != head_before
        name = "before" if attempt.sha == head_before else str(number)
        result = _escape_bars(render_result(attempt))
        rows.append(f"| {name} | `{attempt.sha[:7]}` | {result} |")
    if not rows:
        return ""
    return "\n".join(["| attempt | commit | CI |", "|---|---|---|", *rows])


def render_result(attempt: Attempt) -> str:
    """Render what CI said of an attempt, linked to its page there."""
    text = _describe_attempt(attempt)
    if not attempt.url or "](" in text:
        return text
    return link_markdown(text, attempt.url)


def _describe_attempt(attempt: Attempt) -> str:
    """Say in one line what CI said of an attempt."""
    verdict = attempt.verdict
    state = STATES[attempt.state]
    if verdict is None:
        return "🔴 red" if attempt.state == "red" else state
    match attempt.state:
        case "green" if verdict.kind == "flaky":
            return f"{state}: flaky, passed when run again: {_describe_failures(verdict)}"
        case "red" | "rerun":
            return f"{state}{_blame(verdict)}"
        case _:
            return state


def _blame(verdict: Verdict) -> str:
    """Say what failed, and whose fault it is where it is not the change's."""
    kinds = {
        "ours": "",
        "already red": "already so before this change: ",
        "infrastructure": "not the code: ",
        "set-up": "set-up, not this change: ",
        "flaky": "flaky: " if verdict.why else "may be flaky: ",
    }
    return kinds[verdict.kind] + _describe_failures(verdict)


def _describe_failures(verdict: Verdict) -> str:
    failures = verdict.reading.failures
    if not failures:
        names = ", ".join(verdict.jobs) or verdict.reading.category
        return defuse_inline(names, LIMIT_CHARS)
    more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    return defuse_inline(_describe_failure(failures[0]) + more, LIMIT_CHARS)


def _describe_failure(failure: Failure) -> str:
    name = failure.test or failure.error
    text = f"`{name}`" if name else failure.message
    if failure.test and failure.error:
        text += f": {failure.error}"
    innermost = failure.frames[-1] if failure.frames else None
    if innermost and innermost.line:
        text += f" at `{innermost.file}:{innermost.line}`"
    if len(failure.jobs) > 1:
        text += f" in {join_names([f'`{job}`' for job in failure.jobs], MOST_JOBS)}"
    return text


def _escape_bars(text: str) -> str:
    # A backslash before the bar would escape ours, and the cell would end there.
    return re.sub(r"\\*\|", r"\\|", text)
