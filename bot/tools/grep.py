"""Tool `grep`: find the lines that match a regular expression."""

from __future__ import annotations

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal

MAX_MATCHES = 120
MAX_LINE_CHARS = 300


class GrepInput(ToolInput):
    """Find the lines of the repository that match a POSIX extended regular expression, with your
    edits applied. Each match comes as path:line: text, at most 120 of them.
    """

    pattern: str = Field(min_length=1, max_length=500)
    under: str = Field(
        "", max_length=1000, description="Search only this file or folder, or what a glob matches."
    )


def run(session: ToolSession, arguments: GrepInput) -> str:
    """Search the edited tree."""
    reader = session.read_tree()
    try:
        matches = reader.ports.mirrors.grep(
            reader.tree, arguments.pattern, arguments.under, MAX_MATCHES
        )
    except ValueError as error:
        raise ToolRefusal(f"The pattern does not work: {error}.") from None
    if not matches:
        return "No line matches."
    lines = [f"{match.path}:{match.line}: {match.text[:MAX_LINE_CHARS]}" for match in matches]
    if len(matches) == MAX_MATCHES:
        lines.append(f"(the first {MAX_MATCHES})")
    return "\n".join(lines)


GREP = Tool("grep", GrepInput, run)
