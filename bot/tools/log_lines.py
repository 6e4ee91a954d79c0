"""Tool `log_lines`: read a range of lines of a log."""

from __future__ import annotations

from pydantic import Field

from bot.logs import clean_log
from bot.ports import Refusal
from bot.text import strip_invisible
from bot.text.amounts import count_noun
from bot.tools.job_log import fetch_job_log
from bot.tools.session import ToolSession
from bot.tools.tool import LineNumber, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal

MAX_LINES = 400


class LogLinesInput(ToolInput):
    """Read lines of a log, of a failed CI job or of what was run here, without colours and time
    stamps, when the answer that names it does not tell enough. At most 400 lines come at once, with
    their numbers, and the answer ends with how many there are.
    """

    job: int = Field(description="The number of the job, from the answer that names it.")
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
    """Fetch and clean a log. Raises ToolRefusal when there is none or GitHub refuses it.

    Below zero are the numbers of what was run here.
    """
    repo = session.context.tree.repo
    if job < 0:
        log = session.ports.log_cache.fetch(repo, job) or b""
        advice = f"There is no log of job {job} here. Run it once more."
    else:
        log = _fetch_ci_log(session, job)
        advice = f"GitHub has no log of job {job}. The answer of `finish` has the numbers."
    if not log:
        raise ToolRefusal(advice)
    return [strip_invisible(line).replace("\n", " ") for line in clean_log(log)]


def _fetch_ci_log(session: ToolSession, job: int) -> bytes:
    try:
        return fetch_job_log(session.ports, session.context.tree.repo, job)
    except Refusal as refusal:
        raise ToolRefusal(f"The log cannot be read: {refusal}") from None


LOG_LINES = Tool("log_lines", LogLinesInput, run)
