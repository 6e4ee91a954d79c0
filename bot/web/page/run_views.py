"""Read a record: what a step left there, as lines for people.

A record is JSON without the names of its types, so a value is known by the names of its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from bot.run import StepView, from_json
from bot.stories.recorded_steps import summarize_result
from bot.values import (
    Check,
    Failure,
    Finding,
    Finish,
    Patch,
    PlannedFile,
    PullRequest,
    PushResult,
    Reading,
    Request,
    SearchHit,
    Signal,
    ToolCall,
    ToolResult,
    Tree,
    Turn,
    Usage,
    Verdict,
)

LINE_CHARS = 240
ARGUMENT_CHARS = 50
LIMIT_LINES = 60
FORMATS: Mapping[type, str] = MappingProxyType(
    {
        Request: "{0.asker} asked for {0.command} {0.words}",
        Check: "{0.state}: {0.name} {0.conclusion}",
        SearchHit: "{0.path} {0.name} {0.score:.2f}",
        Finding: "{0.gate} {0.path}:{0.line} {0.text}",
        Signal: "{0.kind} {0.text} {0.by}",
        PlannedFile: "{0.path}: {0.change}",
        PullRequest: "#{0.number} {0.url}",
        Tree: "{0.repo.name} {0.branch} at {0.sha:.10}",
    }
)
TYPES_BY_FIELDS: Mapping[frozenset[str], Any] = MappingProxyType(
    {
        frozenset(field.name for field in fields(kind)): kind
        for kind in (*FORMATS, ToolResult, Finish, Patch, PushResult, Reading, Turn, Verdict)
    }
)


def render_lines(record: object) -> tuple[str, ...]:
    """Render any recorded JSON as at most 60 lines of at most 240 characters."""
    every = [_shorten(text) for text in _iter_lines(record)]
    extra = len(every) - LIMIT_LINES
    return (*every[:LIMIT_LINES], f"… {extra} more lines") if extra > 0 else tuple(every)


def summarize_step(step: StepView) -> tuple[str, ...]:
    """Tell what the step came to, in the terminal's words; () for steps that only keep house."""
    if step.error or step.result is None:
        return ()
    if summary := summarize_result(step.name, step.result):
        return tuple(map(_shorten, summary[1].plain.splitlines()))
    return render_lines(step.result) if read_value(step.result) is not None else ()


def read_value(record: object) -> object:
    """Read the record as the value that it was, where its fields tell; None where they do not."""
    if not isinstance(record, dict):
        return None
    kind = TYPES_BY_FIELDS.get(frozenset(record))
    if kind is None:
        return None
    try:
        return from_json(record, kind)
    except ValidationError:
        return None


def sum_usage(record: object) -> Usage:
    """Add up what the turns in the record cost."""
    match read_value(record), record:
        case Turn() as turn, _:
            return turn.usage
        case _, dict(inside):
            return sum((sum_usage(value) for value in inside.values()), Usage())
        case _:
            return Usage()


def _iter_lines(record: object) -> Iterator[str]:
    value = read_value(record)
    if value is not None:
        yield from _render_value(value)
    elif isinstance(record, dict):
        for key, inside in record.items():
            yield from _render_field(str(key), inside)
    elif isinstance(record, list):
        for item in record:
            yield from _iter_lines(item)
    elif record is not None:
        yield str(record)


def _render_field(key: str, value: object) -> Iterator[str]:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield f"{key}: {'; '.join(value)}"
    elif isinstance(value, dict | list):
        yield from _iter_lines(value)
    elif value not in (None, "", False):
        yield f"{key}: {value}"


def _render_value(value: object) -> Iterator[str]:
    match value:
        case Turn():
            yield _render_turn(value)
        case ToolResult():
            sign = "✗" if value.is_error else "✓"
            yield f"{sign} {value.text}"
        case Verdict(kind, reading):
            yield f"{kind}: {value.why or reading.category}, so {reading.action}"
            yield from map(_render_failure, reading.failures)
        case Reading(category, action, _, failures):
            yield f"{category}, so {action}"
            yield from map(_render_failure, failures)
        case Finish():
            yield from (f"finished: {value.title}", value.summary)
        case Patch(files):
            yield f"changes {', '.join(files) or 'nothing'}"
        case PushResult(sha, ours):
            yield f"at {sha[:10]}" if ours else f"somebody else moved it to {sha[:10]}"
        case _:
            yield FORMATS[type(value)].format(value)


def _render_turn(turn: Turn) -> str:
    usage = turn.usage
    prompt = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    cached_percent = round(100 * usage.cache_read_tokens / max(prompt, 1))
    actions = " · ".join(map(_render_call, turn.calls)) or turn.why or turn.stop
    cost = (
        f"${usage.usd:.4f}, {prompt} tokens in ({cached_percent} % cached), "
        f"{usage.output_tokens} out"
    )
    text = " ".join(turn.text.split())
    return f"{actions} | {cost} | “{text}”" if text else f"{actions} | {cost}"


def _render_call(call: ToolCall) -> str:
    arguments = [_render_argument(value) for value in call.input.values()]
    return f"{call.name}({', '.join(arguments)})"


def _render_argument(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < ARGUMENT_CHARS else f"{text[: ARGUMENT_CHARS - 2]}…"


def _render_failure(failure: Failure) -> str:
    message = f"{failure.error}: {failure.message}"
    if failure.frames:
        frame = failure.frames[-1]
        message += f" at {frame.file}:{frame.line}"
    return f"{failure.test} {message}" if failure.test else message


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LINE_CHARS else f"{flat[: LINE_CHARS - 1]}…"
