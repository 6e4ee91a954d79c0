"""Tool `delete_file`: delete a file."""

from __future__ import annotations

from bot.text.amounts import count_noun
from bot.text.git_lines import split_lines
from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput
from bot.tools.write_files import refuse_protected, write_files


class DeleteFileInput(ToolInput):
    """Delete a file. The answer says that it is gone; `restore_file` brings it back."""

    path: RepoPath


def run(session: ToolSession, arguments: DeleteFileInput) -> str:
    """Mark the file as deleted in the patch, if it is there and may go."""
    path = arguments.path
    refuse_protected(session, [path])
    text = session.read_tree().read_text(path)
    write_files(session, {path: None})
    return f"{path} is deleted; it had {count_noun(len(split_lines(text)), 'line')}."


DELETE_FILE = Tool("delete_file", DeleteFileInput, run, writes=True)
