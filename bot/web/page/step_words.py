"""Say in words what a recorded step did: the record's own names are not for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import ValidationError

from bot.run import StepView, from_json
from bot.steps.ask_model import TimedTurn
from bot.steps.use_tools import TurnOutcome
from bot.stories.recorded_steps import read_result, summarize_result
from bot.values import Signal, ToolCall
from bot.views.step_names import describe_done

LINE_CHARS = 240
MOST_LINES = 12
NOTICEABLE_S = 1.0
WAIT, SLOT = "wait", "slot"
SIGNAL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "approve": "{by} approved what was shown.",
        "checks": "CI reported something.",
        "closed": "The pull request was closed by {by}.",
        "edited": "The issue was edited by {by}.",
        "issue": "The issue was changed by {by}.",
        "otherwise": "{by} wants the parts otherwise.",
        "pull": "The pull request was changed by {by}.",
        "pushed": "The branch was pushed to by {by}.",
        "review": "The pull request was reviewed by {by}.",
        "stop": "The work was stopped by {by}.",
    }
)
TOOL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "answer_thread": "answer a thread",
        "ask_thread": "ask back in a thread",
        "create_file": "create {path}",
        "delete_file": "delete {path}",
        "edit_file": "edit {path}",
        "find_symbol": "look up {name}",
        "finish": "hand the work in",
        "grep": "search for {pattern}",
        "list_dir": "list {path}",
        "log_grep": "search a log for {text}",
        "log_lines": "read a log",
        "make_async": "make {name} async",
        "move_symbol": "move {name}",
        "read_file": "read {path}",
        "read_request": "read the request",
        "replace_text": "replace a text in files",
        "restore_file": "restore {path}",
        "show_diff": "see its change",
        "rename_symbol": "rename {name}",
        "record_behaviour": "record what the code does",
        "run": "run {command}",
        "run_check": "run the check {name}",
        "prove_criteria": "say what proves it",
        "submit_brief": "submit the brief",
        "submit_plan": "submit the plan",
        "submit_split": "divide the request into parts",
        "update_todo": "update its list",
    }
)


def name_step(step: StepView) -> str:
    """Name a step in words; one of another version by what its name says."""
    plain = step.name.strip("()").replace("_", " ").replace("DBOS.", "")
    return describe_done(step.name) or plain.capitalize()


def is_noise(step: StepView) -> bool:
    """Tell whether a step is a wait that did not wait, as for a slot that was free."""
    has_waited = step.ended - step.began >= NOTICEABLE_S or not step.ended
    if has_waited or step.error:
        return False
    signal = _read_signal(step.result)
    is_news = signal is not None and signal.kind != "checks"
    return step.name == SLOT or (step.name == WAIT and not is_news)


def describe_step(step: StepView) -> tuple[str, ...]:
    """Say in short lines what came of a step; () where there is nothing to say."""
    if step.error or step.result is None:
        return ()
    lines = [_shorten(line) for line in _describe_result(step) if line.strip()]
    extra = len(lines) - MOST_LINES
    if extra > 0:
        lines[MOST_LINES:] = [f"and {extra} more lines"]
    return tuple(lines)


def _describe_result(step: StepView) -> Iterator[str]:
    match read_result(step.name, step.result):
        case TimedTurn(turn):
            calls = ", ".join(map(_describe_call, turn.calls))
            if calls:
                yield f"It asks to {calls}."
            yield from turn.text.splitlines() or filter(None, [turn.why])
        case TurnOutcome(results=results):
            refused = [result.text for result in results if result.is_error]
            if refused:
                yield f"{len(refused)} of {len(results)} calls refused:"
            yield from refused
        case None if step.name == WAIT:
            yield _describe_signal(step.result)
        case _:
            summary = summarize_result(step.name, step.result)
            if summary:
                yield from summary[1].plain.splitlines()


def _read_signal(record: object) -> Signal | None:
    """Read what ended a wait; None where nothing did, or for a record of another version."""
    try:
        signal: Signal = from_json(record, Signal)
    except ValidationError:
        return None
    return signal


def _describe_signal(record: object) -> str:
    signal = _read_signal(record)
    if signal is None:
        return ""
    return SIGNAL_WORDS[signal.kind].format(by=signal.by or "somebody")


def _describe_call(call: ToolCall) -> str:
    given = {name: value for name, value in call.input.items() if isinstance(value, str)}
    words = TOOL_WORDS.get(call.name, call.name.replace("_", " "))
    first = next(iter(given.values()), "")
    return words.format_map(_Arguments(given, first))


class _Arguments(dict[str, str]):
    """The arguments of a call, and the first one where another version named it otherwise."""

    def __init__(self, given: Mapping[str, str], first: str) -> None:
        super().__init__(given)
        self._first = first

    def __missing__(self, name: str) -> str:
        return self._first


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= LINE_CHARS:
        return flat
    return f"{flat[: LINE_CHARS - 2].rpartition(' ')[0] or flat[: LINE_CHARS - 2]} …"
