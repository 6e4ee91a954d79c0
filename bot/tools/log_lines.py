"""Tool `log_lines`: read a range of lines of a CI job's log."""

from __future__ import annotations

from pydantic import Field

from bot.logs import clean_log
from bot.ports import Refusal
from bot.text.amounts import count_noun
from bot.tools.job_log import fetch_job_log
from bot.tools.session import ToolSession
from bot.tools.tool import LineNumber, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal

MAX_LINES = 400


class LogLinesInput(ToolInput):
    """Read lines of the log of a failed CI job, without colours and time stamps, when the answer of
    `finish` does not tell enough. At most 400 lines come at once, with their numbers, and the
    answer ends with how many there are.
    """

    job: int = Field(description="The number of the job, from the answer of `finish`.")
    start: LineNumber = Field(description="The first line to read; lines count from 1.")
    end: LineNumber = Field(description="The last line to read.")


def run(session: ToolSession, arguments: LogLinesInput) -> str:
    """Number the lines of the range."""
    lines = read_log_lines(session, arguments.job)
    start = arguments.start
    chosen = lines[start - 1 : min(arguments.end, start + MAX_LINES - 1)]
    if not chosen:
        return f"The log has {count_noun(len(lines), 'line')}, and none of these is among them."
    numbered = [f"{number}: {line}" for number, line in enumerate(chosen, start)]
    end = start + len(chosen) - 1
    return "\n".join([*numbered, f"(These are lines {start} to {end} of {len(lines):,}.)"])


def read_log_lines(session: ToolSession, job: int) -> list[str]:
    """Fetch and clean the log of a job. Raises ToolRefusal when GitHub has none or refuses it."""
    try:
        log = fetch_job_log(session.ports, session.context.tree.repo, job)
    except Refusal as refusal:
        raise ToolRefusal(f"The log cannot be read: {refusal}") from None
    if not log:
        raise ToolRefusal(
            f"GitHub has no log of job {job}. The answer of `finish` has the numbers of the jobs."
        )
    return clean_log(log)


LOG_LINES = Tool("log_lines", LogLinesInput, run)
