"""Render what came of a job in the sandbox: the answer that the model reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.logs import attach_code, clean_log, find_summary, read_log, render_reading
from bot.text import strip_invisible
from bot.text.code_line import shorten_code_line
from bot.tools.tree_files import TreeFiles
from bot.values import SandboxResult

READING_CHARS = 4_000
HEAD_LINES, TAIL_LINES = 15, 45  # of what was printed, where it is long
PASSED_LINES = 10  # of a check that passed and sums up nothing
LINE_CHARS = 300
ENDED = re.compile(r"(`[^`]+`|The command) (failed in|passed in|ended after|was ended after) ")
SHORT_S = 10.0  # below which parts of a second are told


@dataclass(frozen=True, slots=True)
class JobTitle:
    """How a job is called in its answer, and under which number its log is kept."""

    name: str
    is_check: bool
    log: int


def render_result(title: JobTitle, result: SandboxResult, files: TreeFiles) -> str:
    """Say how it ended, and what failed where; what it printed is quoted line by line.

    `files` are those that it ran on.
    """
    lines = clean_log(result.log) if result.log.strip() else []
    parts = [_render_end(title, result, lines), *_render_output(title, result, lines, files)]
    if result.left_out and not result.has_passed:
        parts += ["Of the repository these were not there:", quote_lines(result.left_out[:3])]
    if result.new_files and not title.is_check:
        text = "New files stay here for later commands and are no part of your change; "
        parts += [f"{text}`create_file` makes one that is:", quote_lines(result.new_files)]
    if lines:
        log = f"its log of {len(lines):,} lines is that of job {title.log}"
        parts.append(f"(For `log_lines` and `log_grep` {log}.)")
    return "\n".join(filter(None, parts))


def find_end(answer: str) -> str:
    """Find how a check or a command ended in its answer, and what failed first; empty in others."""
    first, *rest = answer.split("\n")
    if not ENDED.match(first):
        return ""
    cause = next((line.removeprefix("| ") for line in rest if line.startswith("| ")), "")
    return f"{first}\n{cause}" if cause and " failed in " in first else first


def quote_lines(lines: Sequence[str]) -> str:
    """Quote lines that others wrote, so that none of them can be taken for ours."""
    text = strip_invisible("\n".join(lines))
    return "\n".join(f"| {shorten_code_line(line, LINE_CHARS)}" for line in text.splitlines())


def _render_end(title: JobTitle, result: SandboxResult, lines: Sequence[str]) -> str:
    if result.obstacle:
        return f"{title.name} did not run. {result.obstacle}"
    took = _render_seconds(result.took_s)
    if result.limit_hit:
        return f"{title.name} was ended after {took}. {result.limit_hit}"
    if not title.is_check:
        return f"{title.name} ended after {took} with exit status {result.exit_code}."
    if not result.has_passed:
        return f"{title.name} failed in {took} with exit status {result.exit_code}."
    summary = find_summary(lines)
    return f"{title.name} passed in {took}{f': {summary}' if summary else ''}."


def _render_output(
    title: JobTitle, result: SandboxResult, lines: Sequence[str], files: TreeFiles
) -> Iterator[str]:
    """Render the reading of what failed, or else what was printed."""
    if title.is_check and result.has_passed:
        if not find_summary(lines):
            yield quote_lines(lines[-PASSED_LINES:])
        return
    shown = _shorten(lines)
    is_whole = not title.is_check and len(shown) == len(lines)
    reading = "" if result.has_passed or is_whole else _read_failures(title, result, files)
    if reading:
        yield reading
    if not reading or not title.is_check:
        yield quote_lines(shown)


def _read_failures(title: JobTitle, result: SandboxResult, files: TreeFiles) -> str:
    """Read the failures in the log; empty where no parser knows any."""
    reading = read_log(result.log.split(b"\n"), files.paths())
    if not reading.failures or reading.confidence == "low":
        return ""
    if not title.is_check:
        reading = replace(reading, excerpt="")  # all that it printed last is shown
    text = render_reading(attach_code(reading, files.read), READING_CHARS)
    return f"{text}\n(There is no network here.)" if reading.category == "infra" else text


def _shorten(lines: Sequence[str]) -> list[str]:
    """Keep the first and the last lines, and say how many are missing."""
    missing = len(lines) - HEAD_LINES - TAIL_LINES
    if missing <= 0:
        return list(lines)
    note = f"... {missing:,} lines left out ..."
    return [*lines[:HEAD_LINES], note, *lines[-TAIL_LINES:]]


def _render_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < SHORT_S else f"{seconds:,.0f} s"
