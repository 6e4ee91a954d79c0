"""Tool `create_file`: write a new file."""

from __future__ import annotations

from pydantic import Field

from bot.text.amounts import count_noun
from bot.text.git_lines import split_lines
from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput
from bot.tools.write_files import note_syntax, refuse_lock, refuse_protected, write_files


class CreateFileInput(ToolInput):
    """Write a new file, or write one anew that this job created. Its folder need not exist. Change
    a file that was there before with `edit_file`. The answer says how many lines the file has.
    """

    path: RepoPath
    text: str = Field(
        description="The whole text of the file, with a line end after its last line."
    )


def run(session: ToolSession, arguments: CreateFileInput) -> str:
    """Add the file to the patch, if the path is free and may be written."""
    path, text = arguments.path, arguments.text
    refuse_lock(session, path)
    refuse_protected(session, [path])
    is_own = session.patch.files.get(path) is not None and not _is_in_base(session, path)
    if not is_own:
        session.read_tree().check_free(path)
    write_files(session, {path: text})
    lines = count_noun(len(split_lines(text)), "line")
    verb = "written anew" if is_own else "written"
    return f"{path} is {verb} and has {lines}.{note_syntax(session, path)}"


def _is_in_base(session: ToolSession, path: str) -> bool:
    return session.read_base_texts([path])[path] is not None


CREATE_FILE = Tool("create_file", CreateFileInput, run, writes=True)
