"""Tool `move_symbol`: move a Python definition to another module."""

from __future__ import annotations

from pydantic import Field

from bot.refactor import RefactoringCommand
from bot.tools.refactor_tree import PYTHON_SUFFIXES, refactor_tree
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput


class MoveSymbolInput(ToolInput):
    """Move a Python function or class to another module, which need not exist. The imports that it
    needs move with it, and imports of it in other files follow. A move after which modules would
    wait for each other is refused; when a place cannot be proved, nothing is changed and the answer
    lists these places.
    """

    name: str = Field(min_length=1, max_length=300, description="name or pkg.mod.name")
    to: str = Field(
        min_length=1, max_length=300, description="The module, as a dotted name or a path."
    )
    partial: bool = Field(
        default=False,
        description="Change what is proved although some places are not; those are left.",
    )


def run(session: ToolSession, arguments: MoveSymbolInput) -> str:
    """Move the definition through the edited tree."""
    command = RefactoringCommand("move", arguments.name, arguments.to, arguments.partial)
    return refactor_tree(session, command)


MOVE_SYMBOL = Tool("move_symbol", MoveSymbolInput, run, writes=True, suffixes=PYTHON_SUFFIXES)
