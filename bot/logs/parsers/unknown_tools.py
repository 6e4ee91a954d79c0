"""Parse tests, stacks and listings of tools that no parser knows, by the forms that most share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_last_line, read_texts, split_numbered
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    make_failure,
    parse_error_type,
    shorten_message,
    shorten_stack,
)
from bot.logs.parsers.fallback import find_places, mentions_failed_tests
from bot.values import Category, Frame

_TOOK = r"(?:\s+[(\[]?\d[\d.]* ?(?:m?s|min|sec\w*)\b[)\]]?.*)?"
# What a runner puts before the name of a test that failed, or after it.
_FAILED_TEST = re.compile(
    r"^\s{0,12}(?:(?:[✗✘✖×✕❌⨯●]|\[-\]|\[ ?FAIL(?:ED|S)? ?\]|FAIL(?:ED|S)?\b:?"
    rf"|not ok\b(?: \d+)?(?: -)?) +(?:in (?=\())?(?P<test>\S.{{0,200}}?){_TOOK}"
    r"|(?:\d+/\d+ )?(?P<test2>\S.{0,200}?)(?<!\s)(?:\s*+[|.:]++\s*+|\s++)"
    r"\[? ?(?:FAIL(?:ED|S)?|❌)\]?"
    rf"(?:\s*\||{_TOOK})|\d\d:\d\d \+\d+.*? -\d+: (?P<test3>\S.{{0,200}}) \[E\])$"
)
_NO_NAME = re.compile(
    r"^(?:\W|\d)*$|^(?:tests?|suites?|\d+ .*|with|to|in|due|because)\b", re.IGNORECASE
)
_FIRST = re.compile(r"^\s{0,4}1\) \S")
_NUMBERED = re.compile(r"^\s{0,4}(?P<number>\d{1,4})\) (?P<test>\S.{0,300})$")
_COUNTS = re.compile(
    r"\d+ (?:tests?|specs?|cases?|critical)\b|(?:tests?|suites?):? +\d", re.IGNORECASE
)
_MARGIN = " \t│┃"
_TEST_LINES = 60
_STACK_HEADING = re.compile(
    r"(?i)^\W*(?:stack ?-?traces?|stack traceback|backtrace|call ?stack)\W*$"
)
_ASSERTED = re.compile(
    r"\s*(?:ASSERT(?:ION)? FAILED|Assertion(?:Error| failed)|Expectation failed)\b[:!]? ?"
    r"(?P<text>.*)$"
)
_FRAME_BEGINS = re.compile(
    r"^\s*(?:at|from|in|by|called|called from|#\d+:?|\[\d+\]|\d+:)\s|^\s{2,}\S|^\t"
)
_FRAME_GOES_ON = re.compile(r":\d+:? ?in\b|\(\d+\)\s+[\w.]+$")
_SPEAKS = re.compile(r"\b(?:error|warning|note|hint)\b:", re.IGNORECASE)
_CALL = re.compile(r"\s+at \S")
_WORD = re.compile(r"\w")
_RULE_LINE = re.compile(r"^\s*[-=_*]{8,}\s*$")
_CODE = re.compile(r"^\s*(?:\d+\s*)?[|>^~]|^\s*[\^~]+\s*$")


def parse_unknown_tests(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each test that a mark or a word says failed, with what stands below its name."""
    numbered = list(_parse_numbered(lines))
    failures = {failure.test: failure for failure in numbered}
    last = max((failure.last_line for failure in numbered), default=0)
    first = min((failure.first_line for failure in numbered), default=0)
    headings = [
        (index, test)
        for index, test in _find_headings(lines)
        if not first <= lines[index].number <= last  # a step of a scenario
    ]
    ends = [*(index for index, _ in headings[1:]), len(lines)]
    for (begin, test), end in zip(headings, ends, strict=False):
        failure = _parse_test(test, lines[begin : min(end, begin + _TEST_LINES)])
        if _COUNTS.match(failure.message):  # a suite, which only counts its tests
            continue
        earlier = failures.get(test)
        if earlier is None or (failure.frames and not earlier.frames):
            failures[test] = failure
    return list(failures.values())


def _parse_numbered(lines: Sequence[LogLine]) -> Iterator[ParsedFailure]:
    """Parse the last list of `1)`, `2)`: a name, whose last line may end with a colon."""
    begin = find_last_line(lines, _FIRST.match, 0, len(lines))
    for block in split_numbered(lines[max(begin, 0) :], _NUMBERED) if begin >= 0 else ():
        texts = [text.strip() for text in read_texts(block[:_TEST_LINES])]
        names = [_NUMBERED.sub(r"\g<test>", block[0].text)]
        while names[-1][-1:] != ":" and len(names) < min(len(texts), 4) and texts[len(names)]:
            names.append(texts[len(names)])
        is_path = names[-1].endswith(":")
        heading = names if is_path else names[:1]
        test = " > ".join(heading).removesuffix(":")
        yield _parse_test(test, block[len(heading) - 1 : _TEST_LINES])


def _find_headings(lines: Sequence[LogLine]) -> Iterator[tuple[int, str]]:
    for index, line in enumerate(lines):
        match = _FAILED_TEST.match(line.text)
        test = (
            (match["test"] or match["test2"] or match["test3"] or "").strip(" .:|") if match else ""
        )
        if test and not _NO_NAME.match(test):
            yield index, test


def _parse_test(test: str, block: Sequence[LogLine]) -> ParsedFailure:
    end = _find_end(block)
    below = [line for line in block[1:end] if line.text.strip()]
    words = [line.text.strip(_MARGIN) for line in below if _WORD.search(line.text)]
    words = [text for text in words if not _CODE.match(text)]
    error = parse_error_type(words[0]) if words else ""
    message = shorten_message("\n".join(words[:10]).removeprefix(f"{error}: ")) or "failed"
    texts = read_texts([*below, block[0]])
    calls = [text for text in texts if _CALL.match(text)]
    stack = shorten_stack(find_places(calls) or find_places(texts))
    return make_failed_test(test, block[:end], error, message, stack)


def _find_end(block: Sequence[LogLine]) -> int:
    """Find where what a test printed ends: at a rule, or at two blank lines."""
    for index in range(2, len(block)):
        if _RULE_LINE.match(block[index].text):
            return index
        if not block[index].text.strip() and not block[index - 1].text.strip():
            return index
    return len(block)


def parse_unknown_assertions(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each line that says that an assertion failed, with the place nearest to it."""
    failures = []
    for index, line in enumerate(lines):
        match = _ASSERTED.match(line.text)
        if match:
            above = read_texts(lines[max(index - 3, 0) : index + 1])[::-1]
            near = above + read_texts(lines[index + 1 : index + 4])
            places = [place for text in near for place in find_places([text])]
            message = shorten_message(match["text"] or line.text.strip())
            failures.append(make_failed_test("", [line], "", message, places[:1]))
    return failures


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
