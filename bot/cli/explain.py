"""`greenlit explain`: read CI logs and show what failed, where and why."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from rich.console import Console

from bot.cli.command_line import import_command
from bot.cli.inputs import (
    MISTAKES,
    STDIN,
    WrongUseError,
    is_typed,
    make_read_error,
    print_error,
    require_folder,
)
from bot.cli.log_archive import open_logs
from bot.cli.progress_line import show_progress
from bot.cli.reading_view import print_reading
from bot.logs import attach_code, attach_job, merge_readings, read_log
from bot.logs.merge_report import replace_vague, share_report
from bot.logs.report_xml import PIECE_BYTES, REPORT_TOOLS, peek_report
from bot.ports import Unreachable
from bot.values import Reading

READ, WRONG_USE = 0, 2
# Named here, because the parsers that know all languages are slow to load.
# fmt: off
SOURCES = frozenset([
    ".c", ".cc", ".cfg", ".cpp", ".cs", ".css", ".dart", ".ex", ".exs", ".go", ".h", ".hpp", ".hs",
    ".html", ".ini", ".ipynb", ".java", ".jl", ".js", ".jsx", ".kt", ".kts", ".lock", ".lua", ".m",
    ".md", ".mjs", ".mts", ".php", ".pl", ".ps1", ".py", ".pyi", ".r", ".rb", ".rs", ".rst",
    ".scala", ".scss", ".sh", ".sql", ".svelte", ".swift", ".tf", ".toml", ".ts", ".tsx", ".vue",
    ".yaml", ".yml", ".zig",
])
# fmt: on
NOT_PRINTED = "code, of a document or of a setting"
EXAMPLE = "Name a file with what CI printed, such as the log of a job, or a report of tests."


def explain_logs(
    console: Console, logs: Sequence[str], repo: Path | None, files: Path | None, *, as_json: bool
) -> int:
    """Read the logs (standard input when there is none) and show one reading of them all.

    Returns 0 when they were read, whatever they say, and 2 for wrong use.
    """
    try:
        reading, files_known = _explain(logs, repo, files)
    except (*MISTAKES, Unreachable) as wrong:
        print_error(wrong)
        return WRONG_USE
    if as_json:
        described = _describe_reading(reading)
        sys.stdout.write(f"{json.dumps(described, ensure_ascii=False, indent=2)}\n")
    else:
        print_reading(console, reading, files_known=files_known)
    return READ


def _explain(logs: Sequence[str], repo: Path | None, files: Path | None) -> tuple[Reading, bool]:
    """Read the logs, and tell whether the repository's files are known."""
    if not repo:
        paths = _read_file_list(files)
        return _read_logs(logs, paths), bool(paths)
    require_folder(repo)
    with import_command("newest_commit").open_newest_commit(repo) as commit:
        paths = commit.list_files()
        return attach_code(_read_logs(logs, paths), commit.read_files), bool(paths)


def _read_file_list(files: Path | None) -> list[str]:
    if files is None:
        return []
    try:
        return [line for line in files.read_text(errors="replace").splitlines() if line]
    except (OSError, ValueError) as wrong:
        raise make_read_error(str(files), "list", wrong) from None


def _read_logs(logs: Sequence[str], files: Collection[str]) -> Reading:
    readings = []
    for log in dict.fromkeys(logs or [STDIN]):
        if _is_address(log):
            readings += _read_run(log, files)
            continue
        shown = "standard input" if log == STDIN else Path(log).name
        progress = nullcontext() if is_typed(log) else show_progress(f"Reading {shown}")
        with open_logs(log) as opened, progress:
            for name, file in opened:
                reading = read_log(_iter_lines(log, file), files)
                _refuse_source(log, reading)
                readings.append(attach_job(reading, name))
    return merge_readings(_merge_reports(readings))


def _refuse_source(log: str, reading: Reading) -> None:
    """Raise WrongUseError for a file that by its name is none of CI, where no parser knows it."""
    is_source = Path(log).suffix.lower() in SOURCES
    if log != STDIN and is_source and reading.confidence == "low":
        raise WrongUseError(f"{log} is no log: its name is that of {NOT_PRINTED}. {EXAMPLE}")


def _merge_reports(readings: Sequence[Reading]) -> list[Reading]:
    """Merge reports of tests into the logs beside them: a test told by both failed once."""
    logs = [reading for reading in readings if reading.tool not in REPORT_TOOLS]
    reports = [reading for reading in readings if reading.tool in REPORT_TOOLS]
    rest = []
    for report in reports:
        logs, left = share_report(logs, report)
        rest.append(left)
    return replace_vague(logs, rest) or rest


def _is_address(source: str) -> bool:
    """Tell whether a page is named, and not a file."""
    return source.startswith(("https://", "http://"))


def _read_run(address: str, files: Collection[str]) -> list[Reading]:
    """Read what the jobs of a run left, as GitHub serves it to whoever has a token."""
    command = import_command("run_logs")
    with show_progress("Fetching what the run left"):
        readings: list[Reading] = command.read_run(address, files)
    return readings


def _iter_lines(log: str, file: BinaryIO) -> Iterator[bytes]:
    """Read line by line; an endless line comes in pieces that memory can hold."""
    try:
        yield from _cut_lines(file.readline)
    except (OSError, EOFError, zlib.error) as wrong:
        raise make_read_error(log, "log", wrong) from None


def _cut_lines(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """Give each line, of a very long one only the beginning; XML may be one long line."""
    begins_line, is_xml = True, None
    while piece := readline(PIECE_BYTES):
        is_xml = peek_report([piece])[0] if is_xml is None else is_xml
        if begins_line or is_xml:
            yield piece
        begins_line = piece.endswith(b"\n")


def _describe_reading(reading: Reading) -> dict[str, object]:
    """Describe it as JSON data; the README documents the shape."""
    described = asdict(reading)
    for failure in described["failures"]:
        del failure["code"]
    return described
