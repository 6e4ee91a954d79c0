"""Render whether the code does what it did before: for the model, and for people."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import as_code_span, count_noun, defuse_inline
from bot.text.code_fences import fence_code
from bot.values import RunState
from bot.values.behaviour import (
    BehaviourComparison,
    BehaviourDifference,
    BehaviourInput,
    RanLines,
    RecordedBehaviour,
)
from bot.views.markdown_parts import fold, join_names, join_parts, render_list

LINE_CHARS = 300
STDIN_CHARS = 60
MOST_SHOWN = 8
TEXT_CHARS = 2_000
NOT_COMPARED = "Not shown by running it that the code does what it did before:"
NO_SANDBOX = "there is no sandbox here."
NO_INPUTS = "no inputs were recorded."
ALL_VARY = "with each input it does something else each time, before the change too."


def render_differences(comparison: BehaviourComparison) -> str:
    """Tell the model what is not as before: an answer to `finish`."""
    count = comparison.differing
    total = count_noun(comparison.inputs, "recorded input")
    head = f"Not pushed yet. For {count} of {total} the code does not do what it did before"
    parts = [f"{head} your change (`-` is before, `+` is now):"]
    for difference in comparison.differences[:MOST_SHOWN]:
        lines = "\n".join(f"| {line}" for line in difference.text.splitlines())
        parts.append(
            f"Input {difference.number}, `{difference.command}`, {difference.aspect}:\n{lines}"
        )
    parts.append(
        "Let the code do again what it did, then call finish: it keeps what you gave it. Where the "
        "request itself asks for the difference, say so in `differs`: reviewers are told of it."
    )
    return "\n\n".join(parts)


def render_behaviour(state: RunState) -> str:
    """Render for people whether what the code does was compared, and what came of it; empty where
    the request is about other work.
    """
    comparison, behaviour = state.comparison, state.behaviour
    if comparison is not None and behaviour is not None:
        return _render_comparison(comparison, behaviour, state.delivery.files)
    is_refactoring = state.brief is not None and state.brief.kind == "refactoring"
    if not (state.keeps_behaviour or is_refactoring):
        return ""
    return f"{NOT_COMPARED} {NO_SANDBOX if state.project is None else NO_INPUTS}"


def _render_comparison(
    comparison: BehaviourComparison, behaviour: RecordedBehaviour, changed: Sequence[str]
) -> str:
    if comparison.why:
        return f"{NOT_COMPARED} {defuse_inline(comparison.why, LINE_CHARS)}"
    inputs = count_noun(len(behaviour.inputs), "recorded input")
    rows = [_render_input(*pair) for pair in zip(behaviour.inputs, behaviour.exits, strict=True)]
    listed = fold(f"The {inputs}", render_list(rows, len(rows)))
    varying = _render_varying(comparison)
    ran = _render_ran([known for known in behaviour.ran if known.path in changed])
    if comparison.is_same and len(comparison.uncompared) == comparison.inputs:
        return join_parts(f"{NOT_COMPARED} {ALL_VARY}", listed)
    if comparison.is_same:
        text = f"**Same output as before** on {inputs}: exit status, output, errors, written files."
        return join_parts(" ".join(filter(None, [text, ran, varying])), listed)
    text = f"**Not the same output as before** on {comparison.differing} of {inputs}:"
    return join_parts(
        text,
        *map(_render_difference, comparison.differences[:MOST_SHOWN]),
        f"{ran} {varying}",
        listed,
    )


def _render_difference(difference: BehaviourDifference) -> str:
    title = f"{as_code_span(difference.command)}, {difference.aspect}:"
    return join_parts(title, fence_code(difference.text[:TEXT_CHARS], "diff"))


def _render_input(known: BehaviourInput, code: int | None) -> str:
    """Render what was run, what it was given, and how it ended."""
    text = as_code_span(known.command, LINE_CHARS)
    if known.stdin:
        text += f" with {as_code_span(known.stdin.strip(), STDIN_CHARS)} as its input"
    if known.files:
        names = [f"{as_code_span(path)} ({_measure(data)})" for path, data in known.files.items()]
        text += f", with {'a file' if len(names) == 1 else 'files'} {join_names(names, MOST_SHOWN)}"
    if known.source:
        text += f", as {as_code_span(known.source)} says"
    return f"{text}: {'ended by the limit of time' if code is None else f'exit status {code}'}"


def _measure(text: str) -> str:
    lines = len(text.splitlines())
    return count_noun(lines, "line") if lines else "empty"


def _render_ran(ran: Sequence[RanLines]) -> str:
    """Say how much of the changed files was run, where that is measured."""
    if not ran:
        return "How much of the changed code they run is not measured."
    shares = [f"{known.percent} % of the lines of {as_code_span(known.path)}" for known in ran]
    return f"They run {join_names(shares, MOST_SHOWN)} as it was."


def _render_varying(comparison: BehaviourComparison) -> str:
    if not comparison.varying:
        return ""
    count = count_noun(len(comparison.varying), "input")
    text = f"What varies from run to run by itself is left out, for {count}"
    if not comparison.uncompared:
        return f"{text}."
    return f"{text}; of {len(comparison.uncompared)} that is the whole output, errors or a file."
