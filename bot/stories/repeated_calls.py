"""Notice a conversation that turns in a circle: one call again and again, with one result."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.stories.ends import explain_loop
from bot.stories.stops import GaveUp
from bot.values import RunState, ToolCall, ToolResult, Turn

SAME_CALL = 4  # the model is warned then, and given up at twice as many


def warn_of_repeats(
    state: RunState, turn: Turn, results: tuple[ToolResult, ...]
) -> tuple[RunState, tuple[ToolResult, ...]]:
    """Warn the model of a call that it makes again and again with one result: that is a loop.

    Raises GaveUp when it does not heed the warning.
    """
    calls = {call.id: call for call in turn.calls}
    repeats = dict(state.stalls.repeats)
    warned = []
    for result in results:
        call = calls[result.call_id]
        fingerprint = _fingerprint(call, result)
        times = repeats[fingerprint] = repeats.get(fingerprint, 0) + 1
        if times >= 2 * SAME_CALL:
            raise GaveUp(explain_loop(state, call.name))
        warned.append(_warn(result, times) if times >= SAME_CALL else result)
    return replace(state, stalls=replace(state.stalls, repeats=repeats)), tuple(warned)


def _warn(result: ToolResult, times: int) -> ToolResult:
    warning = f"(You made this very call {times} times. Do otherwise.)"
    return replace(result, text=f"{result.text}\n{warning}")


def _fingerprint(call: ToolCall, result: ToolResult) -> str:
    """Name a call with its result: to read a file again after an edit is no loop."""
    text = f"{call.name} {sorted(call.input.items())!r} {result.text}"
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:16]
