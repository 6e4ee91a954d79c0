"""Here lives the running of a turn's tool calls: over the tree and the patch, never over a disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from rich.text import Text

from bot.edits import Rejected, replace
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.look import ToolRefusal, TreeReader, cut, looked
from bot.steps.refactor_tree import WideEdit, refactored
from bot.steps.tools import (
    NAMED,
    CreateFile,
    DeleteFile,
    EditFile,
    FilePlan,
    FinishWork,
    Input,
    ReadRequest,
    SubmitPlan,
    UpdateTodo,
)
from bot.text.terminal_text import strip_control
from bot.values import (
    Finish,
    Issue,
    Patch,
    Plan,
    PlannedFile,
    PlannedWeakening,
    Retrieval,
    ToolCall,
    ToolResult,
    Tree,
)

REFUSED_CHARS = 240


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What lies before the model when it makes its calls."""

    tree: Tree
    issue: Issue
    retrieval: Retrieval
    patch: Patch = field(default_factory=Patch)
    command_words: str = ""
    instructions: str = ""
    plan_accepted: bool = False


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What a turn's calls came to. `changes` are the files that they changed; `finish` has no
    answer yet.
    """

    results: tuple[ToolResult, ...]
    changes: dict[str, str | None] = field(default_factory=dict)
    reverted: tuple[str, ...] = ()  # files that are as in the base again
    plan: Plan | None = None
    finish: Finish | None = None
    finish_call: str = ""
    todo: tuple[str, ...] | None = None


def _summarize_refusals(outcome: TurnOutcome) -> Summary | None:
    refused = "; ".join(result.text for result in outcome.results if result.is_error)
    if not refused:
        return None
    return "refused", Text(strip_control(refused[:REFUSED_CHARS]), "magenta")


@step("use_tools", _summarize_refusals)
def use_tools(ports: Ports, desk: AgentContext, calls: Sequence[ToolCall]) -> TurnOutcome:
    """Run the calls in order, each on what the ones before it left. A call that fails says why and
    changes nothing.
    """
    hands = _Hands(ports, desk)
    answers = tuple(answer for call in calls if (answer := hands.run(call)))
    changes = {
        path: text
        for path, text in hands.patch.files.items()
        if desk.patch.files.get(path, ...) != text
    }
    undone = tuple(path for path, text in changes.items() if hands.base_text(path) == text)
    return TurnOutcome(
        answers, changes, undone, hands.plan, hands.finish, hands.finish_call, hands.todo
    )


class _Hands:
    """The state of one turn's calls."""

    def __init__(self, ports: Ports, desk: AgentContext) -> None:
        self.ports = ports
        self.desk = desk
        self.patch = desk.patch
        self.planned = desk.plan_accepted
        self.plan: Plan | None = None
        self.finish: Finish | None = None
        self.finish_call = ""
        self.failed_write = False
        self.todo: tuple[str, ...] | None = None

    def base_text(self, path: str) -> str | None:
        """The file before any edit; None when there was none."""
        try:
            return TreeReader(self.ports, self.desk.tree, Patch()).text(path)
        except ToolRefusal:
            return None

    def run(self, call: ToolCall) -> ToolResult | None:
        """The answer, or None for the `finish` that waits for the checks and for CI."""
        try:
            asked = dict(NAMED)[call.name].model_validate(call.input)
            text = self._write(asked) if isinstance(asked, Writing) else self._read(asked, call)
        except KeyError:
            return ToolResult(call.id, f"There is no tool {call.name!r}.", is_error=True)
        except ValidationError as wrong:
            told = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'input'}: {e['msg']}" for e in wrong.errors()
            )
            return ToolResult(call.id, f"The input does not fit: {told}.", is_error=True)
        except (ToolRefusal, Rejected) as refused:
            self.failed_write = self.failed_write or call.name in WRITES
            return ToolResult(call.id, str(refused), is_error=True)
        return None if self.finish_call == call.id else ToolResult(call.id, cut(text))

    def _read(self, asked: Input, call: ToolCall) -> str:
        match asked:
            case UpdateTodo():
                self.todo = tuple(asked.items)
                return "Noted."
            case SubmitPlan():
                return self._planned(asked)
            case FinishWork():
                return self._finished(asked, call)
            case ReadRequest():
                return self._look.request(
                    self.desk.issue,
                    self.desk.retrieval,
                    self.desk.command_words,
                    self.desk.instructions,
                )
            case _:
                return looked(self._look, asked)

    @property
    def _look(self) -> TreeReader:
        return TreeReader(self.ports, self.desk.tree, self.patch)

    def _write(self, asked: Writing) -> str:
        if not self.planned:
            raise ToolRefusal(
                "Submit a plan first: edits are refused until `submit_plan` was accepted."
            )
        look = self._look
        if isinstance(asked, WideEdit):
            changes, told = refactored(look, asked)
            self.patch = Patch({**self.patch.files, **changes})
            return told
        match asked:
            case EditFile():
                text: str | None = replace(asked.path, look.text(asked.path), asked.old, asked.new)
            case CreateFile():
                look.free(asked.path)
                text = asked.text
            case DeleteFile():
                look.text(asked.path)
                text = None
        self.patch = self.patch.with_file(asked.path, text)
        return "Done."

    def _planned(self, asked: SubmitPlan) -> str:
        self.plan = Plan(
            asked.summary,
            tuple(_planned_file(file) for file in asked.files),
            tuple(asked.tests),
            tuple(asked.risks),
            tuple(asked.questions),
            tuple(PlannedWeakening(one.what, one.why) for one in asked.lowered),
        )
        self.planned = True
        return "Accepted and shown to the maintainers. Now edit."

    def _finished(self, asked: FinishWork, call: ToolCall) -> str:
        if self.finish is not None:
            raise ToolRefusal("`finish` was called in this turn already.")
        if self.failed_write:
            raise ToolRefusal(
                "An edit in this turn failed, so the work is not what you say. Mend that, then call finish."
            )
        self.finish = Finish(
            asked.title, asked.message, asked.summary, tuple(asked.look_at), asked.differs
        )
        self.finish_call = call.id
        return ""


Writing = EditFile | CreateFile | DeleteFile | WideEdit
WRITES = ("edit_file", "create_file", "delete_file", "rename_symbol", "make_async", "move_symbol")


def _planned_file(file: FilePlan) -> PlannedFile:
    return PlannedFile(file.path, file.change, tuple(file.symbols))
