"""Read JUnit's XML, which test runners of every language write beside what they print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from bot.logs.clean_log import LogLine
from bot.logs.line_search import read_texts
from bot.logs.parsed_failure import ParsedFailure, shorten_message
from bot.logs.parsers import jvm
from bot.logs.parsers.pytest_report import parse_traceback
from bot.logs.parsers.v8 import find_stack
from bot.values import Frame

_TEXT_CHARS = 100_000  # of what one test says
_FAILURES = 1000


def peek_junit(raw: Iterable[bytes]) -> tuple[bool, Iterable[bytes]]:
    """Tell whether the lines are such a report; the lines come back with the first one in place."""
    lines = iter(raw)
    first = next(lines, b"")
    begin = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    return begin.startswith((b"<?xml", b"<testsuite")), chain([first], lines)


def parse_junit(raw: Iterable[bytes]) -> list[ParsedFailure]:
    """Parse each test with a failure or an error, as far as the lines are well-formed XML."""
    # No doctype: entities that unfold into gigabytes are declared there. Expat checks no signatures
    # or external files.
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    failures: list[ParsedFailure] = []
    try:
        for line in raw:
            if b"<!DOCTYPE" in line or b"<!ENTITY" in line:
                break
            parser.feed(line if line.endswith(b"\n") else line + b"\n")
            failures += _read_cases(parser)
    except ParseError:
        pass
    return failures[:_FAILURES]


def _read_cases(parser: XMLPullParser[Element]) -> Iterator[ParsedFailure]:
    for event in parser.read_events():
        element = event[-1]
        if isinstance(element, Element) and _tag_of(element) == "testcase":
            yield from _parse_case(element)
            element.clear()


def _parse_case(case: Element) -> Iterator[ParsedFailure]:
    for child in case:
        if _tag_of(child) in {"failure", "error"}:
            yield _parse_failure(case, child)


def _tag_of(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _parse_failure(case: Element, failure: Element) -> ParsedFailure:
    error, message, frames = _parse_text((failure.text or "")[:_TEXT_CHARS])
    message = failure.get("message") or message or failure.get("type") or "failed"
    return ParsedFailure(
        "test-failure",
        error or failure.get("type") or "",
        shorten_message(message),
        first_line=0,
        last_line=0,
        test=".".join(filter(None, (case.get("classname"), case.get("name")))),
        frames=frames or _place_of(case),
    )


def _place_of(case: Element) -> tuple[Frame, ...]:
    file, line = case.get("file"), case.get("line") or ""
    if not file:
        return ()
    return (Frame(file, int(line) if line.isdecimal() else None),)


def _parse_text(text: str) -> tuple[str, str, tuple[Frame, ...]]:
    """Parse the text of a failure, in whichever language's way: error, message and frames."""
    lines = [LogLine(number, line) for number, line in enumerate(text.split("\n"))]
    if any(jvm.AT.match(line.text) for line in lines):
        throwable = jvm.parse_throwable(lines, 0)
        return throwable.error, throwable.message, throwable.frames
    frames = find_stack(read_texts(lines))
    if frames:
        return "", "", frames
    traceback = parse_traceback(lines)
    return traceback.error, traceback.message, traceback.frames
