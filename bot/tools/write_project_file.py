"""Tool `write_file`: write a planned file of a new project."""

from __future__ import annotations

from pydantic import Field

from bot.project import LICENCE_FILE, find_loaded, name_licence
from bot.text.amounts import count_noun
from bot.text.git_lines import split_lines
from bot.tools.session import ToolSession
from bot.tools.tool import RepoPath, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.tools.write_files import note_syntax, write_files
from bot.values.project import ProjectFile


class WriteFileInput(ToolInput):
    """Write a planned file, or write one anew, whole: no part left out, nothing for later. What it
    imports is written before it, in an earlier call. Change a written file with `edit_file`.
    """

    path: RepoPath
    text: str = Field(
        description="The whole text of the file, with a line end after its last line."
    )


def run(session: ToolSession, arguments: WriteFileInput) -> str:
    """Write it, if it is planned and what it imports is there."""
    path, text = arguments.path, arguments.text
    file = _find_planned(session, path)
    missing = [each for each in find_loaded(file) if session.patch.files.get(each) is None]
    if missing:
        raise ToolRefusal(f"{path} imports {', '.join(missing)}: write that first.")
    licence = name_licence(session.project.agreed)
    if licence and LICENCE_FILE.fullmatch(path):
        raise ToolRefusal(f"{path} is written already, with the text of {licence}.")
    write_files(session, {path: text})
    lines = count_noun(len(split_lines(text)), "line")
    return f"{path} is written and has {lines}.{note_syntax(session, path)}"


def _find_planned(session: ToolSession, path: str) -> ProjectFile:
    """Find the file in the plan. Raises ToolRefusal where it is not there."""
    structure, _ = session.project.planned
    file = next((file for file in structure.files if file.path == path), None)
    if file is None:
        raise ToolRefusal(
            f"{path} is not planned: add it with `submit_structure`, or write what is planned."
        )
    return file


WRITE_FILE = Tool("write_file", WriteFileInput, run, writes=True)
