"""Tool `make_async`: make a Python function and its callers asynchronous."""

from __future__ import annotations

from pydantic import Field

from bot.refactor import RefactoringCommand
from bot.tools.refactor_tree import PYTHON_SUFFIXES, refactor_tree
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput


class MakeAsyncInput(ToolInput):
    """Make a Python function asynchronous, and with it every caller that must await it, up to where
    the program or a test starts. When a place cannot be proved, nothing is changed and the answer
    lists these places.
    """

    name: str = Field(
        min_length=1, max_length=300, description="name, Class.method or pkg.mod.name"
    )
    partial: bool = Field(
        default=False,
        description="Change what is proved although some places are not; those are left.",
    )


def run(session: ToolSession, arguments: MakeAsyncInput) -> str:
    """Make the function asynchronous through the edited tree."""
    command = RefactoringCommand("async", arguments.name, partial=arguments.partial)
    return refactor_tree(session, command)


MAKE_ASYNC = Tool("make_async", MakeAsyncInput, run, writes=True, suffixes=PYTHON_SUFFIXES)
