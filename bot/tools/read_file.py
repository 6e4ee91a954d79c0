"""Tool `read_file`: read a file, or a range of its lines."""

from __future__ import annotations

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import LineNumber, RepoPath, Tool, ToolInput

MAX_LINES = 400
MAX_LINE_CHARS = 2_000


class ReadFileInput(ToolInput):
    """Read a text file with its line numbers and with your edits applied. At most 400 lines come at
    once: give a range for a longer file.
    """

    path: RepoPath
    start: LineNumber = Field(1, description="The first line to read; lines count from 1.")
    end: LineNumber | None = Field(None, description="The last line to read.")


def run(session: ToolSession, arguments: ReadFileInput) -> str:
    """Number the lines of the range; say how many lines there are when more follow."""
    lines = split_lines(session.read_tree().read_text(arguments.path))
    start = arguments.start
    end = min(arguments.end or len(lines), len(lines), start + MAX_LINES - 1)
    numbered = number_lines(lines, start, end)
    if not numbered:
        return f"{arguments.path} has {len(lines)} lines."
    if end < len(lines):
        numbered.append(f"({len(lines)} lines in all)")
    return "\n".join(numbered)


def split_lines(text: str) -> list[str]:
    """Split as git, compilers and traces count lines: a form feed ends none."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def number_lines(lines: list[str], start: int, end: int) -> list[str]:
    """Put its number before each line from `start` to `end`, both included; counted from 1."""
    chosen = enumerate(lines[start - 1 : end], start)
    return [f"{number:>5}\t{_shorten(line)}" for number, line in chosen]


def _shorten(line: str) -> str:
    if len(line) <= MAX_LINE_CHARS:
        return line
    return f"{line[:MAX_LINE_CHARS]} ... (this line has {len(line)} characters)"


READ_FILE = Tool("read_file", ReadFileInput, run)
