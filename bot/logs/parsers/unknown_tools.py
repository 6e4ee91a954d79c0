"""Parse tests, stacks and listings of tools that no parser knows, by the forms that most share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failed_test,
    make_failure,
    parse_place,
    shorten_message,
    shorten_stack,
)
from bot.logs.parsers.fallback import find_places, mentions_failed_tests
from bot.values import Category, Frame

_TOOK = r"(?:\s+[(\[]?\d[\d.]* ?(?:m?s|min|sec\w*)\b[)\]]?.*)?"
# What a runner puts before the name of a test that failed, or after it.
_FAILED_TEST = re.compile(
    r"^\s{0,12}(?:(?:[✗✘✖×✕❌⨯]|\[ ?(?:FAIL(?:ED|S)?|ERROR) ?\]|FAIL(?:ED|S)?\b:?"
    rf"|not ok\b(?: \d+)?(?: -)?) +(?P<test>\S.{{0,200}}?){_TOOK}"
    r"|(?:\d+/\d+ )?(?P<test2>\S.{0,200}?)(?:\s*[|.:]+\s*|\s+)\[? ?(?:FAIL(?:ED|S)?|❌)\]?"
    rf"(?:\s*\||{_TOOK}))$"
)
_NO_NAME = re.compile(
    r"^(?:\W|\d)*$|^(?:tests?|suites?|\d+ .*|with|to|in|due|because)\b", re.IGNORECASE
)
_COUNTS = re.compile(
    r"\d+ (?:tests?|specs?|cases?|critical)\b|(?:tests?|suites?):? +\d", re.IGNORECASE
)
_TEST_LINES = 60
_STACK_HEADING = re.compile(
    r"(?i)^\W*(?:stack ?-?traces?|stack traceback|backtrace|call ?stack)\W*$"
)
_FRAME_BEGINS = re.compile(
    r"^\s*(?:at|from|in|by|called|called from|#\d+:?|\[\d+\]|\d+:)\s|^\s{2,}\S|^\t"
)
_FRAME_GOES_ON = re.compile(r":\d+:? ?in\b|\(\d+\)\s+[\w.]+$")
_SPEAKS = re.compile(r"\b(?:error|warning|note|hint)\b:", re.IGNORECASE)
_WORD = re.compile(r"\w")
_RULE_LINE = re.compile(r"^\s*[-=_*]{8,}\s*$")
_CODE = re.compile(r"^\s*(?:\d+\s*)?[|>^~]|^\s*[\^~]+\s*$")
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
_RULE = re.compile(r"\s[(\[][A-Za-z][\w./:@ -]*[)\]]$|^\W{0,2}(?:error:? )?[A-Z]{1,4}\d{2,5}\b")
_SCRIPT = re.compile(r"\.(?:php|py|[cm]?[jt]sx?|rb|sh|md|ya?ml|json|toml|s?css|html?|rst|sql)$")
_MISSING = re.compile(
    r"(?i)\b(?:dependency|package|module|library|gem|crate)\b.{0,80}\b(?:not found|missing|unknown)"
)
_ASSERTS = re.compile(
    r"(?i)\b(?:check|assert(?:ion)?|expectation|requirement)s?\b.{0,200}\bfail(?:ed|s)?\b"
    r"|\bexpect(?:ed|ing)\b.{1,200}\b(?:got|but|received|actual|to (?:be|equal))\b"
)


def parse_unknown_tests(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each test that a mark or a word says failed, with what stands below its name."""
    failures: dict[str, ParsedFailure] = {}
    headings = list(_find_headings(lines))
    ends = [*(index for index, _ in headings[1:]), len(lines)]
    for (begin, test), end in zip(headings, ends, strict=False):
        failure = _parse_test(test, lines[begin : min(end, begin + _TEST_LINES)])
        if _COUNTS.match(failure.message):  # a suite, which only counts its tests
            continue
        earlier = failures.get(test)
        if earlier is None or (failure.frames and not earlier.frames):
            failures[test] = failure
    return list(failures.values())


def _find_headings(lines: Sequence[LogLine]) -> Iterator[tuple[int, str]]:
    for index, line in enumerate(lines):
        match = _FAILED_TEST.match(line.text)
        test = (match["test"] or match["test2"] or "").strip(" .:|") if match else ""
        if test and not _NO_NAME.match(test):
            yield index, test


def _parse_test(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    end = _find_end(block)
    below = [line for line in block[1:end] if line.text.strip()]
    words = [line.text.strip() for line in below if _WORD.search(line.text)]
    words = [text for text in words if not _CODE.match(text)]
    message = shorten_message("\n".join(words[:10])) or "failed"
    stack = shorten_stack(find_places(read_texts(below)))
    return make_failed_test(test, block[:end], "", message, stack)


def _find_end(block: Sequence[LogLine]) -> int:
    """Find where what a test printed ends: at a rule, or at two blank lines."""
    for index in range(2, len(block)):
        if _RULE_LINE.match(block[index].text):
            return index
        if not block[index].text.strip() and not block[index - 1].text.strip():
            return index
    return len(block)


def parse_unknown_stack(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the last stack, innermost call first, with the error that stands above it."""
    end = len(lines)
    while end and not _parse_frame(lines[end - 1].text):
        end -= 1
    begin = end
    while begin and (_parse_frame(lines[begin - 1].text) or _is_inside(lines, begin - 1)):
        begin -= 1
    top = begin
    while top and (not lines[top - 1].text.strip() or _STACK_HEADING.match(lines[top - 1].text)):
        top -= 1
    if not top or begin == end:
        return []
    has_heading = any(_STACK_HEADING.match(line.text) for line in lines[top:begin])
    frames = list(filter(None, (_parse_frame(line.text) for line in lines[begin:end])))
    if len(frames) < 2 and not has_heading:
        return []
    category: Category = "test-failure" if mentions_failed_tests(lines) else "crash"
    message = shorten_message(lines[top - 1].text.strip())
    return [make_failure(category, lines[top - 1 : end], "", message, shorten_stack(frames[::-1]))]


def _is_inside(lines: Sequence[LogLine], index: int) -> bool:
    """Tell whether a line stands between two calls: an indented one that names no place."""
    text = lines[index].text
    return bool(
        index and text[:1].isspace() and text.strip() and _parse_frame(lines[index - 1].text)
    )


def _parse_frame(text: str) -> Frame | None:
    is_frame = _FRAME_BEGINS.match(text) or _FRAME_GOES_ON.search(text)
    if not is_frame or _SPEAKS.search(text):
        return None
    return next(iter(find_places([text])), None)


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
            message = shorten_message(match["text"])
            failure = make_diagnostic(category, line, message, parse_place(match))
            failures.append(replace(failure, column=match["col"] or ""))
    return failures


def parse_warnings(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the same lines as `parse_listing`, warnings among them."""
    return parse_listing(lines, with_warnings=True)


def _choose_category(path: str, text: str) -> Category:
    if _ASSERTS.search(text):
        return "test-failure"
    if _MISSING.search(text):
        return "dependency"
    is_compiled = _IS_ERROR.match(text) and not _RULE.search(text) and not _SCRIPT.search(path)
    return "compile-error" if is_compiled else "lint"
