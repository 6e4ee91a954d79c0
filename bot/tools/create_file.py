"""Tool `create_file`: write a new file."""

from __future__ import annotations

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput


class CreateFileInput(ToolInput):
    """Write a new file. Its folder need not exist. Change an existing file with `edit_file`."""

    path: RepoPath
    text: str = Field(description="The whole text of the file.")


def run(session: ToolSession, arguments: CreateFileInput) -> str:
    """Add the file to the patch, if the path is free."""
    session.read_tree().check_free(arguments.path)
    session.patch = session.patch.with_file(arguments.path, arguments.text)
    return "Done."


CREATE_FILE = Tool("create_file", CreateFileInput, run, writes=True)
