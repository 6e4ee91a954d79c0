"""Calls tools on a tree as the model does, and keeps its edits from turn to turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.ports import Ports
from bot.steps.use_tools import TurnOutcome, use_tools
from bot.tools import AgentContext
from bot.values import Issue, Patch, Plan, Retrieval, ToolCall, ToolResult, Tree

PLAN = {"summary": "Do it.", "files": []}
FINISH = {"title": "Did it", "message": "", "summary": "It is done."}
Arguments = Mapping[str, object]


@dataclass
class ToolCaller:
    """A model that calls tools; its plan is accepted, and edits stay, as the story keeps them."""

    ports: Ports
    tree: Tree
    context: AgentContext = field(init=False)

    def __post_init__(self) -> None:
        issue = Issue(7, "Greet", "It shouts.", "ada")
        self.context = AgentContext(self.tree, issue, Retrieval(), plan=Plan("Do it."))

    def turn(self, *calls: tuple[str, Arguments]) -> TurnOutcome:
        """Run one turn with these calls."""
        numbered = [
            ToolCall(f"c{number}", name, dict(arguments))
            for number, (name, arguments) in enumerate(calls)
        ]
        outcome = use_tools(self.ports, self.context, numbered)
        files = {**self.context.patch.files, **outcome.changes}
        kept = {path: text for path, text in files.items() if path not in outcome.reverted}
        self.context = replace(
            self.context,
            patch=Patch(kept),
            plan=outcome.plan or self.context.plan,
            finish=outcome.words or self.context.finish,
            jobs=self.context.jobs if outcome.jobs is None else outcome.jobs,
        )
        return outcome

    def call(self, tool: str, /, **arguments: object) -> ToolResult:
        """Make one call alone."""
        (result,) = self.turn((tool, arguments)).results
        return result

    def answer(self, tool: str, /, **arguments: object) -> str:
        """Make a call that must not fail, and return its text."""
        result = self.call(tool, **arguments)
        assert not result.is_error, result.text
        return result.text

    def refusal(self, tool: str, /, **arguments: object) -> str:
        """Make a call that must fail and change nothing, and return its text."""
        before = self.context.patch
        result = self.call(tool, **arguments)
        assert result.is_error, result.text
        assert before == self.context.patch
        return result.text

    @property
    def files(self) -> dict[str, str | None]:
        """The edits so far."""
        return self.context.patch.files
