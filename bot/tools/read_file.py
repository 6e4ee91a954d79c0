"""Tool `read_file`: read a file, or a range of its lines."""

from __future__ import annotations

import json

from pydantic import Field

from bot.text.amounts import count_noun
from bot.text.git_lines import split_lines
from bot.tools.line_ranges import choose_end, number_lines, show_invisible
from bot.tools.session import ToolSession
from bot.tools.tool import LineNumber, RepoPath, Tool, ToolInput


class ReadFileInput(ToolInput):
    """Read a text file as your edits have left it. Each line comes with its number and a tab before
    it. A file of up to 500 lines comes whole; of a longer one about 400 lines come at once, and the
    answer ends with the call that reads on.
    """

    path: RepoPath
    start: LineNumber = Field(1, description="The first line to read. Lines count from 1.")
    end: LineNumber | None = Field(
        None, description="The last line to read. Leave it out to read on to the end."
    )


def run(session: ToolSession, arguments: ReadFileInput) -> str:
    """Number the lines of the range; say which lines are left out, and how to read on."""
    path, start = arguments.path, arguments.start
    lines = split_lines(session.read_tree().read_text(path))
    wanted_end = min(arguments.end or len(lines), len(lines))
    if wanted_end < start:
        return _explain_empty(path, len(lines), arguments)
    end = choose_end(lines, start, wanted_end)
    numbered = show_invisible(number_lines(lines, start, end))
    if (start, end) != (1, len(lines)):
        numbered.append(_describe_rest(arguments, end, wanted_end, len(lines)))
    return "\n".join(numbered)


def _explain_empty(path: str, total: int, arguments: ReadFileInput) -> str:
    if not total:
        return f"{path} is empty."
    lines = count_noun(total, "line")
    if arguments.start > total:
        return f"{path} has {lines}, so there is no line {arguments.start}."
    return f"{path} has {lines}; `end` is before `start`, so no line was asked for."


def _describe_rest(arguments: ReadFileInput, end: int, wanted_end: int, total: int) -> str:
    """Say which lines these are, and give the call that reads on when the answer was cut."""
    described = f"These are lines {arguments.start} to {end} of {total:,}."
    if end == wanted_end:
        return f"({described})"
    call: dict[str, object] = {"path": arguments.path, "start": end + 1}
    if arguments.end:
        call["end"] = wanted_end
    return f"({described} Read on with read_file {json.dumps(call, ensure_ascii=False)}.)"


READ_FILE = Tool("read_file", ReadFileInput, run)
