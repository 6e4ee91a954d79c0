"""Tool `log_grep`: find the lines of a log that hold a text."""

from __future__ import annotations

from pydantic import Field

from bot.tools.log_lines import read_log_lines
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput

MAX_MATCHES = 120
HEAD = MAX_MATCHES // 2


class LogGrepInput(ToolInput):
    """Find the lines of a log, of a failed CI job or of what was run here, that contain a text.
    They come with their numbers; of more than 120, the first and the last 60.
    """

    job: int = Field(description="The number of the job, from the answer that names it.")
    text: str = Field(
        min_length=1, max_length=200, description="The text itself, which is no pattern."
    )


def run(session: ToolSession, arguments: LogGrepInput) -> str:
    """Search the cleaned log."""
    lines = enumerate(read_log_lines(session, arguments.job), 1)
    matches = [f"{number}: {line}" for number, line in lines if arguments.text in line]
    if not matches:
        return "No line of the log contains it."
    left_out = len(matches) - MAX_MATCHES
    if left_out > 0:
        note = f"({left_out:,} of {len(matches):,} lines are left out here.)"
        matches[HEAD:-HEAD] = [note]
    return "\n".join(matches)


LOG_GREP = Tool("log_grep", LogGrepInput, run)
