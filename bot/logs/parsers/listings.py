"""Parse places and what is wrong there as most linters and compilers write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    parse_place,
    shorten_message,
)
from bot.logs.parsers.fallback import mentions_failed_tests
from bot.values import Category, Frame

# A place and what is wrong there, as nearly every linter writes it: `a.rb:3:5: C: ...`, `a.ts[4,
# 1]: ...`, `a.c(3) ...`
_LISTED = re.compile(
    r"\s{0,4}(?:[\w.-]{1,40}: )?\[?(?P<path>(?:[A-Za-z]:)?[^\s:()\[\]'\",]{1,300})"
    r"(?::(?P<line>\d{1,9})(?::(?P<col>\d{1,9}))?"
    r"|[(\[](?P<line2>\d{1,9})(?:[,:] ?\d{1,9})?[)\]])\]?"
    r"(?:[:,]? ?- |[:,]|\s)\s*(?P<text>\S.*)"
)
_NO_ERROR = re.compile(
    r"\W{0,2}(?:warn(?:ing)?|note|info|debug|hint|ok|passed|trace)\b", re.IGNORECASE
)
_IS_ERROR = re.compile(r"\W{0,2}(?:fatal |syntax |parse )?error\b", re.IGNORECASE)
_SEVERITY = re.compile(r"^error\s*\|\s*(?:\[.\] )?", re.IGNORECASE)
_RULE = re.compile(
    r"\s[(\[][A-Za-z][\w./:@ -]*[)\]](?: \[\d+\])?$"
    r"|^\W{0,2}\w+\([\w/-]+\): "
    r"|^\W{0,2}(?:error:? )?[A-Z]{1,4}\d{2,5}\b"
)
_SCRIPT = re.compile(r"\.(?:php|py|[cm]?[jt]sx?|rb|sh|md|ya?ml|json|toml|s?css|html?|rst|sql)$")
_MISSING = re.compile(
    r"(?i)\b(?:dependency|package|module|library|gem|crate)\b.{0,80}\b(?:not found|missing|unknown)"
)
_ASSERTS = re.compile(
    r"(?i)\b(?:check|assert(?:ion)?|expectation|requirement)s?\b.{0,200}\bfail(?:ed|s)?\b"
)

_COMPILED = re.compile(
    r"\.(?:go|rs|[ch](?:pp|xx|c)?|cc|java|kts?|scala|swift|cs|fs|hs|mli?|nim|cr|zig|d|f90|exs?|erl)$"
)
_ARROW = re.compile(
    r"^\s*(?:-->|[╭┌]─+\[?|::|,-\[|❯|=>|@) *(?P<path>[^\s:()\[\]]{1,300}\.\w{1,12})"
    r":(?P<line>\d{1,9})(?::(?P<col>\d{1,9}))? ?\]?$"
)
_OLD_FILE = re.compile(r"--- (?:[ab]/)?(?P<path>[^\s:]+\.\w{1,12})(?:\s.*)?$")
_ABOVE = 4  # lines between what is wrong and the arrow to its place
_HEADING = re.compile(
    r"^\W{0,6}(?:FILE: ?|File:? )?(?P<path>(?:[A-Za-z]:)?[\w@./\\+-]{1,300}\.\w{1,12})\b"
    r"(?:\W{0,3}$|\] )"
)
_ROW = re.compile(
    r"^\s*(?:[✖⚠×] +)?(?:(?:L|Line):?\s*)?(?P<line>\d{1,9})(?:[:,] ?(?P<col>\d{1,9}))?"
    r"(?:\s{2,}|\s*\|\s*|\s*:\s+)(?P<text>\S.*)$"
)


def parse_pointed(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse what is wrong with an arrow to its place below."""
    failures: list[ParsedFailure] = []
    for index, line in enumerate(lines):
        arrow = _ARROW.match(line.text)
        top = _find_top(lines, index) if arrow else index
        if arrow and top < index and not _NO_ERROR.match(lines[top].text):
            failures.append(_make_listed(lines[top], arrow, lines[top].text.strip(" ×✖")))
    return failures


def _find_top(lines: Sequence[LogLine], index: int) -> int:
    """Find the first of the lines right above one, which no blank line parts from it."""
    top = index
    while top > max(index - _ABOVE, 0) and lines[top - 1].text.strip():
        top -= 1
    return top


def parse_differences(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the files of which a step shows how they should be, as formatters do."""
    failures = []
    for index, line in enumerate(lines[:-2]):
        match = _OLD_FILE.match(line.text)
        has_hunk = lines[index + 2].text.startswith("@@") and lines[index + 1].text[:4] == "+++ "
        if match and has_hunk:
            message = f"{match['path']} is not as it should be"
            failures.append(make_diagnostic("lint", line, message, parse_place(match)))
    return failures


def parse_boxed(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the same where a box is drawn around the code, as many tools written in Rust do."""
    is_boxed = [",-[" in line.text or "╭─[" in line.text for line in lines]
    pointed = {each.first_line: each for each in parse_pointed(lines)}
    near = (lines[max(i - _ABOVE, 0) : i] for i, boxed in enumerate(is_boxed) if boxed)
    boxed = [pointed[line.number] for above in near for line in above if line.number in pointed]
    return [replace(each, category=_choose_boxed(each)) for each in boxed]


def _choose_boxed(failure: ParsedFailure) -> Category:
    """Choose between a linter, which names a rule, and a compiler."""
    return "lint" if _RULE.search(failure.message) else "compile-error"


def parse_grouped(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the name of a file, and below it lines and what is wrong with them."""
    failures: list[ParsedFailure] = []
    path = ""
    for line in lines:
        row = _ROW.match(line.text) if path else None
        heading = None if row else _HEADING.match(line.text)
        if heading:
            path = heading["path"]
        elif row and not _NO_ERROR.match(row["text"]):
            text = _SEVERITY.sub("", row["text"])
            failure = make_diagnostic("lint", line, text, Frame(path, int(row["line"])))
            failures.append(replace(failure, column=row["col"] or ""))
    return failures


def parse_listing(lines: Sequence[LogLine], *, with_warnings: bool = False) -> list[ParsedFailure]:
    """Parse each line that begins with a place and goes on with words, as those of a linter do.

    Whoever calls it must drop the places that are not the repository's. Warnings are left out,
    unless there is nothing else for which the tool may have failed.
    """
    failed_tests = mentions_failed_tests(lines)
    failures = []
    for line in lines:
        match = _LISTED.match(line.text)
        if match and (with_warnings or not _NO_ERROR.match(match["text"])):
            category = (
                "test-failure" if failed_tests else _choose_category(match["path"], match["text"])
            )
            message = match["text"]
            failure = make_diagnostic(category, line, message, parse_place(match))
            failures.append(replace(failure, column=match["col"] or ""))
    return failures


def parse_warnings(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the same lines as `parse_listing`, warnings among them."""
    return parse_listing(lines, with_warnings=True)


def _make_listed(line: LogLine, place: re.Match[str], text: str) -> ParsedFailure:
    category = _choose_category(place["path"], text)
    failure = make_diagnostic(category, line, shorten_message(text), parse_place(place))
    return replace(failure, column=place["col"] or "")


def _choose_category(path: str, text: str) -> Category:
    if _ASSERTS.search(text):
        return "test-failure"
    if _MISSING.search(text):
        return "dependency"
    if _RULE.search(text) or _SCRIPT.search(path):
        return "lint"
    return "compile-error" if _COMPILED.search(path) or _IS_ERROR.match(text) else "lint"
