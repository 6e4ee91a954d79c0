"""Here lives the one comment of a run: what people read of it, edited at each milestone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from urllib.parse import quote

from bot.ports import Ports
from bot.run import step
from bot.steps.redact import redact
from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.values import Attempt, Outcome, Plan, Request, Retrieval, RunKey, Usage, Verdict

T = TypeVar("T")
Phase = Literal["reading", "planning", "editing", "waiting", "fixing", "done"]
PHASES: tuple[Phase, ...] = ("reading", "planning", "editing", "waiting", "fixing", "done")
WORDS = {
    "reading": "is reading the request",
    "planning": "is planning the change",
    "editing": "is writing the change",
    "waiting": "waits for CI",
    "fixing": "reads the red CI and mends it",
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
PLAN_CHARS = 4_000
TEXT_CHARS = 300
MOST_LINES = 30
SAFE = ":/?#[]@!$&'*+,;=%~"  # in an address; a bar would end the cell, a bracket the link


@dataclass(frozen=True, slots=True)
class Progress:
    """All that the comment tells."""

    key: RunKey
    request: Request
    phase: Phase = "reading"
    clues: Retrieval = field(default_factory=Retrieval)
    plan: Plan | None = None
    todo: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    attempts_cap: int = 3
    spent: Usage = field(default_factory=Usage)
    turns: int = 0
    usd_cap: float = 0.0
    outcome: Outcome | None = None


@step("report")
def report(ports: Ports, progress: Progress) -> int:
    """Write or edit the run's comment; its id."""
    request = progress.request
    return ports.comments.put_comment(
        request.repo, request.number, marker(progress.key), redact(ports, rendered(progress))
    )


@step("report_failure")
def farewell(ports: Ports, request: Request, kind: str, text: str, key: RunKey) -> None:
    """Say once, where its progress stood, that a run ended in a way that its story did not foresee."""
    why = redact(ports, text)
    told = defuse_inline(why, TEXT_CHARS)
    if kind == "failed":
        told = f"This is a fault of mine, not of the request: {as_code_span(why, TEXT_CHARS)}"
    body = (
        f"### 🔴 Greenlit {kind} · asked by @{request.asker}\n\n{told}\n\n"
        f"Nothing was merged. Comment `/generate` to try again; whoever runs me finds the run as `{key}`."
    )
    ports.comments.put_comment(request.repo, request.number, marker(key), body)


def marker(key: RunKey) -> str:
    return f"greenlit:run:{key}"


def rendered(progress: Progress) -> str:
    """The comment as Markdown, without its hidden marker."""
    parts = (
        f"### {_headline(progress)} · asked by @{progress.request.asker}",
        progress.outcome.text
        if progress.outcome
        else "",  # our words; what it quotes was made harmless there
        "\n".join(_checklist(progress)),
        _plan(progress.plan) if progress.plan else "",
        _todo(progress.todo) if not progress.outcome else "",
        _ledger(progress),
        _looked(progress.clues),
        _foot(progress),
    )
    return "\n\n".join(part for part in parts if part)


def attempts_table(attempts: Iterable[Attempt]) -> str:
    """The ledger as a table, for the comment and the pull request."""
    rows = [
        f"| {number} | `{attempt.sha[:7]}` | {said(attempt)} |"
        for number, attempt in enumerate(attempts, 1)
    ]
    return "\n".join(["| attempt | commit | CI |", "|---|---|---|", *rows]) if rows else ""


def said(attempt: Attempt) -> str:
    """What CI said of an attempt, in one line."""
    words = {
        "running": "⏳ running",
        "green": "🟢 green" + (_lucky(attempt.verdict) if attempt.verdict else ""),
        "silent": "⚪ CI never reported",
        "skipped": "⚪ CI skipped everything",
        "unchecked": "⚪ no CI for pull requests",
        "rerun": "🔁 run again: " + (_blame(attempt.verdict) if attempt.verdict else ""),
        "red": "🔴 " + (_blame(attempt.verdict) if attempt.verdict else "red"),
    }[attempt.state]
    return (
        f"[{words}]({quote(attempt.url, safe=SAFE)})"
        if attempt.url and "](" not in words
        else words
    )


def _blame(verdict: Verdict) -> str:
    kinds = {
        "ours": "",
        "already red": "already so before this change: ",
        "infrastructure": "not the code: ",
        "set-up": "set-up, not this change: ",
        "flaky": "flaky: " if verdict.why else "may be flaky: ",
    }
    return kinds[verdict.kind] + _what(verdict)


def _what(verdict: Verdict) -> str:
    failures = verdict.reading.failures
    if not failures:
        return _cell(", ".join(verdict.jobs) or verdict.reading.category)
    first = failures[0]
    name = first.test or first.error
    what = (
        f"`{name}`" + (f": {first.error}" if first.test and first.error else "")
        if name
        else first.message
    )
    place = first.frames[-1] if first.frames else None
    what += f" at `{place.file}:{place.line}`" if place and place.line else ""
    what += f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    return _cell(what)


def _lucky(verdict: Verdict) -> str:
    return f": flaky, passed when run again: {_what(verdict)}" if verdict.kind == "flaky" else ""


def _headline(progress: Progress) -> str:
    if progress.outcome is None:
        return f"🟡 Greenlit {WORDS[progress.phase]}"
    sign, words = ENDS.get(progress.outcome.state, ("🔴", progress.outcome.state))
    return f"{sign} Greenlit {words}"


def _checklist(progress: Progress) -> Iterator[str]:
    at = PHASES.index(progress.phase)
    opened = progress.outcome is not None and progress.outcome.pull is not None
    green = any(attempt.state == "green" for attempt in progress.attempts)
    yield _box("Read the request and the code", at >= 1)
    yield _box("Plan the change", progress.plan is not None)
    yield _box("Write it and check it", bool(progress.attempts))
    yield _box("Green on CI", green)
    yield _box(
        "Pull request" + (f" #{progress.outcome.pull}" if opened and progress.outcome else ""),
        opened,
    )


def _box(text: str, done: bool) -> str:  # noqa: FBT001 - a box is ticked or not
    return f"- [{'x' if done else ' '}] {text}"


def _plan(plan: Plan) -> str:
    lines = ["**Plan**", "", defuse_markdown(plan.summary, PLAN_CHARS), ""]
    lines += _some(
        plan.files,
        lambda file: f"- {as_code_span(file.path)}: {defuse_inline(file.change, TEXT_CHARS)}",
    )
    lines += _some(plan.tests, lambda test: f"- test: {defuse_inline(test, TEXT_CHARS)}")
    lines += _some(plan.risks, lambda risk: f"- risk: {defuse_inline(risk, TEXT_CHARS)}")
    lines += _some(
        plan.weakened,
        lambda one: (
            f"- **asks for less:** {defuse_inline(one.what, TEXT_CHARS)}: {defuse_inline(one.why, TEXT_CHARS)}"
        ),
    )
    lines += _some(
        plan.questions, lambda question: f"- **question:** {defuse_inline(question, TEXT_CHARS)}"
    )
    return "\n".join(lines).rstrip()


def _some(items: Sequence[T], line: Callable[[T], str]) -> list[str]:
    """A comment has an end, and what stands below must still be in it."""
    lines = [line(item) for item in items[:MOST_LINES]]
    return lines + [f"- and {len(items) - MOST_LINES} more"] * (len(items) > MOST_LINES)


def _todo(items: tuple[str, ...]) -> str:
    return (
        "\n".join(["**To do**", "", *(f"- {defuse_inline(item, TEXT_CHARS)}" for item in items)])
        if items
        else ""
    )


def _ledger(progress: Progress) -> str:
    table = attempts_table(progress.attempts)
    return f"**CI** (at most {progress.attempts_cap} attempts)\n\n{table}" if table else ""


def _looked(clues: Retrieval) -> str:
    places = [as_code_span(clue.path) for clue in clues.files[:5]]
    return f"**Looked first at** {', '.join(places)}" if places else ""


def _foot(progress: Progress) -> str:
    cost = f"${progress.spent.usd:.2f} of at most ${progress.usd_cap:.2f} · {progress.turns} turns of the model"
    request = progress.request
    how = f"remove the label `{request.label}`, " if request.label else ""
    stop = (
        f" · To stop me: {how}close the issue, or comment `/stop`."
        if progress.outcome is None
        else ""
    )
    return f"<sub>{cost}{stop} · run `{progress.key}`</sub>"


def _cell(text: str) -> str:
    # A backslash before the bar would escape ours, and the cell would end there.
    return re.sub(r"\\*\|", r"\\|", defuse_inline(text, TEXT_CHARS))
