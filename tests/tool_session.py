"""Here lives the sitting at a desk as the model does: calls made on a tree, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.ports import Ports
from bot.steps.use_tools import AgentContext, TurnOutcome, use_tools
from bot.values import Issue, Patch, Retrieval, ToolCall, ToolResult, Tree

PLAN = {"summary": "Do it.", "files": []}
FINISH = {"title": "Did it", "message": "", "summary": "It is done."}
Input = Mapping[str, object]


@dataclass
class Sitting:
    """A model at its desk; edits stay from turn to turn, as the story keeps them."""

    ports: Ports
    tree: Tree
    desk: AgentContext = field(init=False)

    def __post_init__(self) -> None:
        issue = Issue(7, "Greet", "It shouts.", "ada")
        self.desk = AgentContext(self.tree, issue, Retrieval(), plan_accepted=True)

    def turn(self, *calls: tuple[str, Input]) -> TurnOutcome:
        """One turn of the model with these calls."""
        made = [
            ToolCall(f"c{number}", name, dict(given)) for number, (name, given) in enumerate(calls)
        ]
        used = use_tools(self.ports, self.desk, made)
        files = {**self.desk.patch.files, **used.changes}
        kept = {path: text for path, text in files.items() if path not in used.reverted}
        self.desk = replace(
            self.desk,
            patch=Patch(kept),
            plan_accepted=self.desk.plan_accepted or used.plan is not None,
        )
        return used

    def call(self, tool: str, /, **given: object) -> ToolResult:
        """One call alone."""
        (answer,) = self.turn((tool, given)).results
        return answer

    def told(self, tool: str, /, **given: object) -> str:
        """The text of an answer that must not have failed."""
        answer = self.call(tool, **given)
        assert not answer.is_error, answer.text
        return answer.text

    def refused(self, tool: str, /, **given: object) -> str:
        """The text of an answer that must have failed, and changed nothing."""
        before = self.desk.patch
        answer = self.call(tool, **given)
        assert answer.is_error, answer.text
        assert before == self.desk.patch
        return answer.text

    @property
    def files(self) -> dict[str, str | None]:
        return self.desk.patch.files
