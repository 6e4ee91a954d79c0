"""Tool `delete_file`: delete a file."""

from __future__ import annotations

from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput


class DeleteFileInput(ToolInput):
    """Delete a file."""

    path: RepoPath


def run(session: ToolSession, arguments: DeleteFileInput) -> str:
    """Mark the file as deleted in the patch, if it is there."""
    session.read_tree().read_text(arguments.path)
    session.patch = session.patch.with_file(arguments.path, None)
    return "Done."


DELETE_FILE = Tool("delete_file", DeleteFileInput, run, writes=True)
