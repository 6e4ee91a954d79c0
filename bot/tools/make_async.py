"""Tool `make_async`: make a Python function and its callers asynchronous."""

from __future__ import annotations

from pydantic import Field

from bot.refactor import make_async
from bot.tools.refactor_tree import PYTHON_SUFFIXES, refactor_tree
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput


class MakeAsyncInput(ToolInput):
    """Make a Python function asynchronous, and with it every caller that must await it, up to where
    the program starts. The answer lists the places that could not be proved and were left.
    """

    name: str = Field(
        min_length=1, max_length=300, description="name, Class.method or pkg.mod.name"
    )


def run(session: ToolSession, arguments: MakeAsyncInput) -> str:
    """Make the function asynchronous through the edited tree."""
    return refactor_tree(session, lambda texts: make_async(texts, arguments.name))


MAKE_ASYNC = Tool("make_async", MakeAsyncInput, run, writes=True, suffixes=PYTHON_SUFFIXES)
