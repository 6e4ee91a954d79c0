"""Tool `update_todo`: keep a checklist that people can follow."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput


class UpdateTodoInput(ToolInput):
    """Show people your checklist. Give the whole list each time. It is optional, and worth it for
    work of more than a few edits.
    """

    items: list[Annotated[str, Field(max_length=200)]] = Field(
        max_length=20, description='Each item as "[ ] open" or "[x] done".'
    )


def run(session: ToolSession, arguments: UpdateTodoInput) -> str:
    """Keep the newest list."""
    session.todo = tuple(arguments.items)
    return "Noted."


UPDATE_TODO = Tool("update_todo", UpdateTodoInput, run)
