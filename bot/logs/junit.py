"""Here lives the reading of JUnit's XML, which test runners of every language write beside what
they print.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.logs.readers import jvm
from bot.logs.readers.pytests import told_by
from bot.logs.readers.v8 import first_stack
from bot.values import Frame

_LONGEST = 100_000  # characters of what one test says
_MOST = 1000


def peeked(raw: Iterable[bytes]) -> tuple[bool, Iterable[bytes]]:
    """Whether the lines are such a report, and the lines with the first ones put back."""
    lines = iter(raw)
    first = next(lines, b"")
    begin = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    return begin.startswith((b"<?xml", b"<testsuite")), chain([first], lines)


def junit_report(raw: Iterable[bytes]) -> list[Found]:
    """Each test with a failure or an error. What is no well-formed XML is read as far as it goes."""
    # No doctype: entities that unfold into gigabytes are declared there. Expat checks no signatures
    # or external files.
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    found: list[Found] = []
    try:
        for line in raw:
            if b"<!DOCTYPE" in line or b"<!ENTITY" in line:
                break
            parser.feed(line if line.endswith(b"\n") else line + b"\n")
            found += _read(parser)
    except ParseError:
        pass
    return found[:_MOST]


def _read(parser: XMLPullParser[Element]) -> Iterator[Found]:
    for event in parser.read_events():
        element = event[-1]
        if isinstance(element, Element) and element.tag.rpartition("}")[2] == "testcase":
            yield from _case(element)
            element.clear()


def _case(case: Element) -> Iterator[Found]:
    for child in case:
        if child.tag.rpartition("}")[2] in {"failure", "error"}:
            name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
            text = (child.text or "")[:_LONGEST]
            error, message, frames = _said(text)
            message = child.get("message") or message or child.get("type") or "failed"
            file, line = case.get("file"), case.get("line") or ""
            own = (Frame(file, int(line) if line.isdecimal() else None),) if file else ()
            yield Found(
                "test-failure",
                error or child.get("type") or "",
                cut(message),
                0,
                0,
                name,
                frames or own,
            )


def _said(text: str) -> tuple[str, str, tuple[Frame, ...]]:
    """What the text of a failure says, in whichever language's way."""
    lines = [Line(number, line) for number, line in enumerate(text.split("\n"))]
    if any(jvm.AT.match(line.text) for line in lines):
        error, message, frames, _, _ = jvm.stack(lines, 0)
        return error, message, frames
    scripts = first_stack([line.text for line in lines])
    if scripts:
        return "", "", scripts
    told = told_by(lines)
    return told.error, told.message, told.frames
