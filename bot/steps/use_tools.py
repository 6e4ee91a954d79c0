"""Run the tool calls of a turn: they read the tree and change the patch, never a disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rich.text import Text

from bot.edits import Rejected
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.own_secrets import REFUSAL, holds_own_secret
from bot.text.invisible_chars import escape_invisible
from bot.text.terminal_text import strip_control
from bot.tools import PROJECT_TOOLS, TOOLS, AgentContext, Tool, ToolRefusal, ToolSession
from bot.tools.job_answer import find_end
from bot.tools.record_behaviour import find_recorded
from bot.values import (
    Brief,
    Finish,
    JobAnswer,
    Making,
    Plan,
    Split,
    ThreadAnswer,
    ToolCall,
    ToolResult,
)
from bot.values.behaviour import RecordedBehaviour

HEAD_CHARS = 36_000
TAIL_CHARS = 12_000
REFUSED_CHARS = 240  # in the line for people


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """The result of a turn's calls; `finish` has none yet, for the checks and CI answer it.

    `changes` are the files that the calls changed, `reverted` those that are as in the base again.
    """

    results: tuple[ToolResult, ...]
    changes: dict[str, str | None] = field(default_factory=dict)
    reverted: tuple[str, ...] = ()
    plan: Plan | None = None
    finish: Finish | None = None
    finish_call: str = ""
    todo: tuple[str, ...] | None = None
    words: Finish | None = None  # that `finish` was given, also where it was refused
    answers: tuple[ThreadAnswer, ...] = ()  # to threads of the review
    jobs: tuple[JobAnswer, ...] | None = None  # in the sandbox, where any was run
    sandbox_s: float = 0.0  # that the jobs of this turn took
    making: Making | None = None  # the project, where a call changed what is planned of it
    brief: Brief | None = None
    behaviour: RecordedBehaviour | None = None
    split: Split | None = None  # that people decide about


def _summarize_calls(outcome: TurnOutcome) -> Summary | None:
    """Say what was refused, or how what ran in the sandbox ended."""
    refusals = dict.fromkeys(result.text for result in outcome.results if result.is_error)
    refused = "; ".join(refusals)
    if refused:
        return "refused", Text(strip_control(_cut_at_word(refused)), "magenta")
    ends = list(filter(None, (_find_end(result.text) for result in outcome.results)))
    if not ends:
        return None
    style = "red" if any(" failed in " in end for end in ends) else ""
    return "the sandbox", Text(strip_control("\n".join(ends)), style)


def _find_end(answer: str) -> str:
    """Find what a call that ran code says of it."""
    return find_end(answer) or find_recorded(answer)


def _cut_at_word(text: str) -> str:
    """Cut what is too long for a line for people behind a word."""
    if len(text) <= REFUSED_CHARS:
        return text
    return f"{text[:REFUSED_CHARS].rpartition(' ')[0].rstrip()} …"


@step("use_tools", _summarize_calls)
def use_tools(ports: Ports, context: AgentContext, calls: Sequence[ToolCall]) -> TurnOutcome:
    """Run the calls in order, each on what the ones before it left.

    A call that fails says why and changes nothing.
    """
    executor = ToolExecutor(ToolSession.start(ports, context))
    results = tuple(result for call in calls if (result := executor.run(call)))
    session = executor.session
    before, after = context.patch.files, session.patch.files
    changes = {path: text for path, text in after.items() if before.get(path, ...) != text}
    reverted = tuple(path for path in before if path not in after)
    return TurnOutcome(
        results,
        changes,
        reverted,
        session.plan,
        session.finish,
        executor.finish_call,
        session.todo,
        session.words,
        tuple(session.answers.values()),
        None if session.jobs == context.jobs else session.jobs,
        round(session.sandbox_s, 3),
        None if session.making == context.making else session.making,
        session.brief,
        session.behaviour,
        session.split,
    )


class ToolExecutor:
    """Runs calls on one session; what goes wrong becomes an answer that the model can act on."""

    def __init__(self, session: ToolSession) -> None:
        self.session = session
        self.finish_call = ""  # the id of the `finish` that waits for its answer

    def run(self, call: ToolCall) -> ToolResult | None:
        """Run a call; None for the `finish` that waits for the checks and for CI."""
        tool = next((tool for tool in self._list_tools() if tool.name == call.name), None)
        try:
            answer, is_error = shorten_answer(self._run(tool, call)), False
        except (ToolRefusal, Rejected) as refusal:
            self.session.has_failed_edit |= tool is not None and tool.writes
            answer, is_error = str(refusal), True
        if not is_error and self.session.finish is not None and not self.finish_call:
            self.finish_call = call.id
            return None
        # What hides in names, logs and messages is seen by the model as by a reader of code.
        shown = escape_invisible(self.session.ports.own_secrets.mask(answer))
        return ToolResult(call.id, shown, is_error=is_error)

    def _list_tools(self) -> tuple[Tool[Any], ...]:
        return TOOLS if self.session.context.making is None else PROJECT_TOOLS

    def _run(self, tool: Tool[Any] | None, call: ToolCall) -> str:
        """Run a call, and return its answer. Raises ToolRefusal or Rejected."""
        if tool is None:
            names = ", ".join(self._list_names())
            raise ToolRefusal(f"There is no tool {call.name!r}. There are {names}.")
        if holds_own_secret(self.session.ports.own_secrets, call):
            raise ToolRefusal(REFUSAL)
        try:
            arguments = tool.input_type.model_validate(call.input)
        except ValidationError as error:
            raise ToolRefusal(_explain_input(error, tool)) from None
        if tool.writes and (reason := self.session.explain_no_writing()):
            raise ToolRefusal(reason)
        return tool.run(self.session, arguments)

    def _list_names(self) -> list[str]:
        """List the tools that this job may have."""
        context = self.session.context
        return [
            tool.name
            for tool in self._list_tools()
            if (context.project is not None or not tool.for_sandbox)
            and (context.asks_brief or not tool.for_brief)
            and (context.records_behaviour or not tool.for_behaviour)
        ]


def shorten_answer(text: str) -> str:
    """Keep the head and the tail of a text that is too long, and say how much is missing.

    Both end at a line, where there is one.
    """
    if len(text) <= HEAD_CHARS + TAIL_CHARS:
        return text
    head, tail = text[:HEAD_CHARS], text[-TAIL_CHARS:]
    head = head.rpartition("\n")[0] or head
    tail = tail.partition("\n")[2] or tail
    missing = len(text) - len(head) - len(tail)
    return f"{head}\n... {missing} characters left out ...\n{tail}"


def _explain_input(error: ValidationError, tool: Tool[Any]) -> str:
    """Say what is wrong with the input, and which fields the tool has."""
    problems = "; ".join(map(_explain_problem, error.errors()))
    fields = ", ".join(f"`{name}`" for name in tool.input_type.model_fields)
    return f"The input does not fit: {problems}. The fields of {tool.name} are {fields or 'none'}."


def _explain_problem(problem: ErrorDetails) -> str:
    field = ".".join(map(str, problem["loc"])) or "input"
    match problem["type"]:
        case "missing":
            return f"`{field}` is missing"
        case "extra_forbidden":
            return f"there is no field `{field}`"
    return f"`{field}`: {problem['msg']}"
