"""Tool `edit_file`: replace one piece of text in a file."""

from __future__ import annotations

from pydantic import Field

from bot.edits import replace_text
from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput


class EditFileInput(ToolInput):
    """Replace one piece of text in a file. `old` must occur in the file exactly once: copy enough
    lines around it to make it unique.
    """

    path: RepoPath
    old: str = Field(min_length=1, description="The text to replace, copied from the file.")
    new: str = Field(description="The text to put in its place.")


def run(session: ToolSession, arguments: EditFileInput) -> str:
    """Replace the text in the patch. Raises Rejected when `old` is not there exactly once."""
    path = arguments.path
    text = session.read_tree().read_text(path)
    session.patch = session.patch.with_file(
        path, replace_text(path, text, arguments.old, arguments.new)
    )
    return "Done."


EDIT_FILE = Tool("edit_file", EditFileInput, run, writes=True)
