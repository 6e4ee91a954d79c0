"""Parse formatters, which name the files that they would change or have changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line
from bot.logs.parsed_failure import ParsedFailure, make_diagnostic, parse_place
from bot.values import Frame

_PRETTIER = re.compile(
    r"^\[(?:warn|error)\] (?P<path>\S+(?: \S+)*?\.\w+)(?:: (?P<text>\w+: .*?\("
    r"(?P<line>\d+):\d+\)))?$"
)
_SPOTLESS_FILE = re.compile(r"^(?:\[ERROR\])?\s{4,8}(?P<path>[\w./@+-]+/[\w.@+-]+\.\w+)$")
_DIFF_FILE = re.compile(r"^diff --git a/(?P<path>\S+) b/\S+$")
_BARE_FILE = re.compile(r"^(?P<path>(?:\./)?[\w@./+-]+\.\w{1,5})$")
_LISTED_FILES = 500


def parse_prettier(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the files between Prettier's first and its last word that are not formatted."""
    if not any(map(_is_prettier, lines)):
        return []
    failures = []
    for line in lines:
        match = _PRETTIER.match(line.text)
        if match:
            message = match["text"] or f"{match['path']} is not formatted"
            failures.append(make_diagnostic("lint", line, message, parse_place(match)))
    return failures


def _is_prettier(line: LogLine) -> bool:
    return "Code style issues" in line.text or line.text == "Checking formatting..."


def parse_spotless(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the files below `format violations:`, each with its difference."""
    start = find_line(lines, lambda text: "format violations:" in text)
    return list(_report_files(lines[start + 1 :], _SPOTLESS_FILE, "{} is not formatted"))


def parse_pre_commit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse what hooks of pre-commit changed, in the difference that it shows at the end."""
    return list(_report_files(lines, _DIFF_FILE, "{} was changed by a hook"))


def parse_file_list(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a step that printed nothing but names of files, as `gofmt -l` does."""
    printed = [line for line in lines if line.text.strip() and line.mark != "error"]
    if len(printed) > _LISTED_FILES or not all(_BARE_FILE.match(line.text) for line in printed):
        return []
    return list(_report_files(printed, _BARE_FILE, "{} is not formatted"))


def _report_files(
    lines: Sequence[LogLine], pattern: re.Pattern[str], message: str
) -> Iterator[ParsedFailure]:
    for line in lines:
        match = pattern.match(line.text)
        if match:
            path = match["path"]
            yield make_diagnostic("lint", line, message.format(path), Frame(path, None))
