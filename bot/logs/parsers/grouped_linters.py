"""Parse linters and build tools that need several lines for one fault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import cut_block, find_line, match_first, read_group, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failure,
    parse_place,
    parse_places,
    shorten_message,
)
from bot.values import Category, Frame

_FILE = re.compile(r"^ {0,2}(?P<path>(?:[A-Za-z]:\\)?[^\s:][^:]*\.\w+)(?::\d+:\d+)?$")
_STYLISH = re.compile(
    r"^\s+(?:(?P<line>\d+):(?P<col>\d+))\s+(?P<level>error|warning|✖|×|⚠)\s+(?P<text>\S.*?)"
    r"(?:\s{2,}\(?"
    r"(?P<code>[\w@/.-]+)\)?)?\s*$",
    re.IGNORECASE,
)
_XO = re.compile(
    r"^\s+(?P<level>[✖⚠])\s+(?P<line>\d+):(?P<col>\d+)\s+(?P<text>\S.*?)"
    r"(?:\s{2,}(?P<code>[\w@/.-]+))?\s*$"
)
_RUFF_GROUPED = re.compile(
    r"^\s+(?P<line>\d+):(?P<col>\d+)\s+(?P<code>[A-Z]{1,4}\d{1,4}) (?:\[\*\] )?(?P<text>.+)$"
)
_NEXT_LINT = re.compile(
    r"^(?P<line>\d+):(?P<col>\d+)\s+(?P<level>Error|Warning): (?P<text>.+?)(?:\s{2}"
    r"(?P<code>[\w@/-]+))?$"
)
# What each of the four begins with.
_FAULT_BEGINS = re.compile(r"\s+(?:[✖⚠]\s+)?\d+:\d+\s|\d+:\d+\s")
_TOO_MANY_WARNINGS = re.compile(r"\btoo many warnings\b|\bwarnings? (?:are )?treated as errors?\b")
_CMAKE = re.compile(
    r"^CMake Error (?:at|in) (?P<path>(?:[A-Za-z]:)?[^\s:]+)(?::(?P<line>\d+))?"
    r"(?: \((?P<command>\w+)\))?:"
)
_CMAKE_STACK = re.compile(r"^Call Stack \(most recent call first\):$")
_CMAKE_CALL = re.compile(
    r"^\s+(?P<path>(?:[A-Za-z]:)?[^\s:][^:]*):(?P<line>\d+) \((?P<name>\w+)\)$"
)
_CMAKE_CALLS = 100  # lines of a stack that are read
_CMAKE_MISSING = re.compile(r"Could NOT find|not found|\bDOWNLOAD\b")
_SHELLCHECK_PLACE = re.compile(r"^In (?P<path>\S+) line (?P<line>\d+):$")
_SHELLCHECK = re.compile(r"^\s*\^-*\^? ?-*\s*(?P<code>SC\d+) \((?P<level>\w+)\): (?P<text>.+)$")
_PYDOCSTYLE_PLACE = re.compile(r"^(?P<path>\S+\.py):(?P<line>\d+) (?:at|in) ")
_PYDOCSTYLE = re.compile(r"^\s+(?P<code>D\d{3}): (?P<text>.+)$")
_BIOME = re.compile(
    r"^(?P<path>[^\s:]+\.\w+)(?::(?P<line>\d+):\d+)? (?P<code>lint/\S+|format|parse|assist\S*"
    r"|organizeImports)\b.*━"
)
_ESBUILD = re.compile(r"^[✘X] \[ERROR\] (?P<text>.+)$")
_ESBUILD_PLACE = re.compile(r"^\s+(?P<path>\S+\.\w+):(?P<line>\d+):\d+:$")
_TSC_CODE = re.compile(r"TS\d+")


def parse_stylish(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse ESLint, XO, tsd, stylelint, yamllint and next lint: a file, then its faults.

    Warnings are left out, unless there are too many of them.
    """
    failures: list[ParsedFailure] = []
    path, below_path = "", 0
    with_warnings = any(map(_warns_too_often, lines))
    for index, line in enumerate(lines):
        fault = _match_stylish_fault(line.text) if _FAULT_BEGINS.match(line.text) else None
        if fault:
            path = _find_file(lines[below_path:index]) or path
            below_path = index
        if fault and path:
            failures += _parse_stylish_fault(line, fault, path, with_warnings=with_warnings)
    return failures


def _warns_too_often(line: LogLine) -> bool:
    return "warning" in line.text and bool(_TOO_MANY_WARNINGS.search(line.text))


def _match_stylish_fault(text: str) -> re.Match[str] | None:
    return (
        _STYLISH.match(text)
        or _XO.match(text)
        or _NEXT_LINT.match(text)
        or _RUFF_GROUPED.match(text)
    )


def _find_file(above: Sequence[LogLine]) -> str:
    """Find the file that was named last above a fault; empty where none was."""
    texts = (line.text.removesuffix(":") for line in reversed(above))
    return read_group(match_first(texts, _FILE), "path")


def _parse_stylish_fault(
    line: LogLine, fault: re.Match[str], path: str, *, with_warnings: bool
) -> list[ParsedFailure]:
    is_warning = fault.groupdict().get("level", "").lower() in {"warning", "⚠"}
    if is_warning and not with_warnings:
        return []
    frame = Frame(path, int(fault["line"]))
    failure = make_diagnostic("lint", line, fault["text"], frame, error=fault["code"] or "")
    return [replace(failure, column=fault["col"])]


def parse_cmake(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `CMake Error at` and the indented text below; a missing package is a dependency."""
    failures = []
    for index, line in enumerate(lines):
        heading = _CMAKE.match(line.text)
        if heading:
            block = cut_block(lines, index, _is_not_indented, 60)
            end = index + len(block)
            below = lines[end : end + _CMAKE_CALLS]
            failures.append(_parse_cmake_error(heading, block, below))
    return failures


def _is_not_indented(text: str) -> bool:
    return bool(text[:1].strip())


def _parse_cmake_error(
    heading: re.Match[str], block: Sequence[LogLine], below: Sequence[LogLine]
) -> ParsedFailure:
    message = "\n".join(line.text.strip() for line in block[1:]).strip()
    is_missing = heading["command"] == "find_package" or _CMAKE_MISSING.search(message)
    category: Category = "dependency" if is_missing else "compile-error"
    frames = [*_parse_cmake_stack(below)[::-1], parse_place(heading)]
    return make_failure(category, block, "CMake Error", shorten_message(message), frames)


def _parse_cmake_stack(below: Sequence[LogLine]) -> list[Frame]:
    """Parse who called what failed, innermost first: the project's own place is among them."""
    if not below or not _CMAKE_STACK.match(below[0].text):
        return []
    end = find_line(below, lambda text: not _CMAKE_CALL.match(text), 1)
    return parse_places(read_texts(below[1:end]), _CMAKE_CALL)


def parse_shellcheck(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `In FILE line N:`, the line, then what is wrong with it."""
    return _parse_below_place(lines, _SHELLCHECK_PLACE, _SHELLCHECK)


def parse_pydocstyle(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a place, then the code below it."""
    return _parse_below_place(lines, _PYDOCSTYLE_PLACE, _PYDOCSTYLE)


def _parse_below_place(
    lines: Sequence[LogLine], heading: re.Pattern[str], fault: re.Pattern[str]
) -> list[ParsedFailure]:
    failures: list[ParsedFailure] = []
    place: re.Match[str] | None = None
    for line in lines:
        place = heading.match(line.text) or place
        match = fault.match(line.text)
        if place and match:
            frame = parse_place(place)
            failures.append(
                make_diagnostic("lint", line, match["text"], frame, error=match["code"])
            )
    return failures


def parse_biome(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse a place and a rule; a cross below begins what is wrong, another sign a warning."""
    failures = []
    for index, line in enumerate(lines):
        place = _BIOME.match(line.text)
        if not place:
            continue
        below = (text.strip() for text in read_texts(lines[index + 1 : index + 4]))
        message = next(filter(None, below), "")
        if message.startswith(("×", "✖", "x ")):
            message = message[1:].strip()
            frame = parse_place(place)
            failures.append(make_diagnostic("lint", line, message, frame, error=place["code"]))
    return failures


def parse_esbuild(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse `✘ [ERROR] what`, then where."""
    failures = []
    for index, line in enumerate(lines):
        match = _ESBUILD.match(line.text)
        if not match:
            continue
        place = match_first(read_texts(lines[index + 1 : index + 5]), _ESBUILD_PLACE)
        if place:
            is_type_error = _TSC_CODE.match(match["text"])
            category: Category = "type-error" if is_type_error else "compile-error"
            failures.append(make_diagnostic(category, line, match["text"], parse_place(place)))
    return failures
