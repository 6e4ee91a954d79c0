"""Here lives the reading of a record: what a step left there, as lines for people.

A record is JSON without the names of its types, so a value is known by the names of its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from bot.run import StepView, from_json
from bot.steps.summaries import line
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
MOST_LINES = 60
WORDS: Mapping[type, str] = MappingProxyType(
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
KINDS: Mapping[frozenset[str], Any] = MappingProxyType(
    {
        frozenset(field.name for field in fields(kind)): kind
        for kind in (*WORDS, ToolResult, Finish, Patch, PushResult, Reading, Turn, Verdict)
    }
)


def lines(data: object) -> tuple[str, ...]:
    """What the data says, at most 60 lines of at most 240 characters."""
    every = [_cut(line) for line in _lines(data)]
    more = len(every) - MOST_LINES
    return (*every[:MOST_LINES], f"… {more} more lines") if more > 0 else tuple(every)


def said(step: StepView) -> tuple[str, ...]:
    """What the step came to, in the words of the terminal; nothing where that would only be noise."""
    if step.error or step.result is None:
        return ()
    try:
        told = line(step.name, step.result)
    except (KeyError, TypeError, AttributeError, ValueError):  # a record of another version
        told = None
    if told:
        return tuple(map(_cut, told[1].plain.splitlines()))
    return lines(step.result) if known(step.result) is not None else ()


def known(data: object) -> object:
    """The value that the data was, where its fields tell; None where they do not."""
    if not isinstance(data, dict) or (kind := KINDS.get(frozenset(data))) is None:
        return None
    try:
        return from_json(data, kind)
    except ValidationError:
        return None


def spent(data: object) -> Usage:
    """What the turns in the data cost."""
    match known(data), data:
        case Turn(usage=cost), _:
            return cost
        case _, dict(inside):
            return _sum(spent(value) for value in inside.values())
        case _:
            return Usage()


def _sum(costs: Iterable[Usage]) -> Usage:
    total = Usage()
    for cost in costs:
        total += cost
    return total


def _lines(data: object) -> Iterator[str]:
    value = known(data)
    if value is not None:
        yield from _of_value(value)
    elif isinstance(data, dict):
        for key, inside in data.items():
            yield from _of_field(str(key), inside)
    elif isinstance(data, list):
        for item in data:
            yield from _lines(item)
    elif data is not None:
        yield str(data)


def _of_field(key: str, inside: object) -> Iterator[str]:
    if isinstance(inside, list) and inside and all(isinstance(item, str) for item in inside):
        yield f"{key}: {'; '.join(inside)}"
    elif isinstance(inside, dict | list):
        yield from _lines(inside)
    elif inside not in (None, "", False):
        yield f"{key}: {inside}"


def _of_value(value: object) -> Iterator[str]:
    match value:
        case Turn():
            yield _turn(value)
        case ToolResult():
            yield f"{'✗' if value.is_error else '✓'} {value.text}"
        case Verdict(kind, reading):
            yield f"{kind}: {value.why or reading.category}, so {reading.action}"
            yield from map(_failure, reading.failures)
        case Reading(category, action, _, failures):
            yield f"{category}, so {action}"
            yield from map(_failure, failures)
        case Finish():
            yield from (f"finished: {value.title}", value.summary)
        case Patch(files):
            yield f"changes {', '.join(files) or 'nothing'}"
        case PushResult(sha, ours):
            yield f"at {sha[:10]}" if ours else f"somebody else moved it to {sha[:10]}"
        case _:
            yield WORDS[type(value)].format(value)


def _turn(turn: Turn) -> str:
    cost = turn.usage
    asked = cost.input_tokens + cost.cache_write_tokens + cost.cache_read_tokens
    said = " ".join(turn.text.split())
    did = " · ".join(map(_call, turn.calls)) or turn.why or turn.stop
    used = f"${cost.usd:.4f}, {asked} tokens in ({round(100 * cost.cache_read_tokens / max(asked, 1))} % cached), {cost.output_tokens} out"
    return f"{did} | {used}" + (f" | “{said}”" if said else "")


def _call(call: ToolCall) -> str:
    words = (json.dumps(value, ensure_ascii=False) for value in call.input.values())
    return (
        f"{call.name}({', '.join(word if len(word) < 50 else f'{word[:48]}…' for word in words)})"
    )


def _failure(failure: Failure) -> str:
    where = f" at {failure.frames[-1].file}:{failure.frames[-1].line}" if failure.frames else ""
    return " ".join(
        part for part in (failure.test, f"{failure.error}: {failure.message}{where}") if part
    )


def _cut(line: str) -> str:
    flat = " ".join(line.split())
    return flat if len(flat) <= LINE_CHARS else f"{flat[: LINE_CHARS - 1]}…"
