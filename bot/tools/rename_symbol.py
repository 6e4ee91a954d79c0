"""Tool `rename_symbol`: rename a Python definition everywhere."""

from __future__ import annotations

from pydantic import Field

from bot.refactor import RefactoringCommand
from bot.tools.refactor_tree import PYTHON_SUFFIXES, refactor_tree
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput


class RenameSymbolInput(ToolInput):
    """Rename a Python function, class, method, parameter or module in every file at once: imports,
    overrides, strings that tests patch, documents. When a place cannot be proved to be meant or to
    be another's, nothing is changed and the answer lists these places.
    """

    old: str = Field(
        min_length=1,
        max_length=300,
        description="name, Class.method, function.parameter or pkg.mod.name",
    )
    new: str = Field(min_length=1, max_length=100, description="The new name alone.")
    partial: bool = Field(
        default=False,
        description="Change what is proved although some places are not; those are left.",
    )


def run(session: ToolSession, arguments: RenameSymbolInput) -> str:
    """Rename through the edited tree."""
    command = RefactoringCommand("rename", arguments.old, arguments.new, arguments.partial)
    return refactor_tree(session, command)


RENAME_SYMBOL = Tool("rename_symbol", RenameSymbolInput, run, writes=True, suffixes=PYTHON_SUFFIXES)
