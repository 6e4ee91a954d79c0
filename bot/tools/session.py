"""Hold what the calls of one turn work on, and what they change."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.ports import Ports
from bot.tools.tree_reader import TreeReader
from bot.values import Finish, Issue, Patch, Plan, RepoConfig, Retrieval, Tree


@dataclass(frozen=True, slots=True)
class AgentContext:
    """The work as it stands before a turn.

    `command_words` came with the command that asked; `instructions` are the repository's own, and
    stand in its `config` too.
    """

    tree: Tree
    issue: Issue
    retrieval: Retrieval
    patch: Patch = field(default_factory=Patch)
    command_words: str = ""
    instructions: str = ""
    plan_accepted: bool = False
    config: RepoConfig = field(default_factory=RepoConfig)


@dataclass(slots=True)
class ToolSession:
    """The state of one turn's calls: each call works on what the ones before it left."""

    ports: Ports
    context: AgentContext
    patch: Patch
    plan_accepted: bool
    plan: Plan | None = None
    finish: Finish | None = None
    todo: tuple[str, ...] | None = None
    has_failed_edit: bool = False

    @classmethod
    def start(cls, ports: Ports, context: AgentContext) -> ToolSession:
        """Begin a turn where the work stands."""
        return cls(ports, context, context.patch, context.plan_accepted)

    def read_tree(self) -> TreeReader:
        """Make a reader of the tree with the edits so far."""
        return TreeReader(self.ports, self.context.tree, self.patch)

    def read_base(self) -> TreeReader:
        """Make a reader of the tree before any edit."""
        return TreeReader(self.ports, self.context.tree, Patch())
