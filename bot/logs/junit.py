"""Read JUnit's XML, which test runners of every language write beside what they print."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, takewhile
from typing import NamedTuple
from xml.parsers import expat

from bot.logs.clean_log import LogLine
from bot.logs.line_search import read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failure,
    parse_error_type,
    shorten_message,
)
from bot.logs.parsers import jvm
from bot.logs.parsers.pytest_report import parse_traceback
from bot.logs.parsers.v8 import find_stack, parse_frame
from bot.values import Frame

_TEXT_CHARS = 1_000_000  # of what one test says, of which both ends are kept
_END_CHARS = 10_000
_FAILURES = 400
PIECE_BYTES = 65_536  # that are parsed at once, or so
# Expat reads an element's begin anew with each piece until it ends: a longer one would take hours.
_LONGEST_TAG_CHARS = 1_000_000
_DEEPEST = 50
_ROOTS = ("testsuites", "testsuite")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}\sencoding=[\"']([\w.-]{1,40})[\"']")
_ENCODING = re.compile(rb"(?i)iso-?8859-\d+|latin-?1|windows-125\d|cp\d+|(?:shift|euc)[-_]\w+|big5")
_COLOURS = re.compile(r"(?:\x1b|#x1b|&#x0*1b;|&#27;)\[[0-?]*[ -/]*[@-~]", re.IGNORECASE)
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"&#(?:x([0-9a-f]{1,9})|(\d{1,9}));", re.IGNORECASE)
# What pytest puts around a message, and what tools say in the place of one.
_WRAPPED = re.compile(r'^failed on (?:setup|teardown) with "(.*)"$', re.DOTALL)
_EMPTY = re.compile(r"(?:collection |test )?(?:failure|failed|error|errored)\.?", re.IGNORECASE)
# A place as tools of most languages write it: `a.go:3`, `a.php(3)`, `in a.cs:line 3`.
_PLACE = re.compile(
    r"(?<![\w./\\:@+-])(?P<path>(?:[A-Za-z]:)?[\w./\\@+-]{1,300}\.[A-Za-z]\w{0,11})"
    r"(?::(?:line )?|\()(?P<line>\d{1,9})\b"
)


class JunitReport(NamedTuple):
    """What a report tells of failures, and whether it is known that there are no others."""

    failures: list[ParsedFailure]
    is_whole: bool


class _NoReportError(Exception):
    """It is another kind of XML, or made to do harm."""


def peek_junit(raw: Iterable[bytes]) -> tuple[bool, Iterable[bytes]]:
    """Tell whether the lines are such a report; the lines come back with the first one in place."""
    lines = iter(raw)
    first = next(lines, b"")
    begin = first.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return begin.startswith((b"<?xml", b"<testsuite")), chain([first], lines)


def parse_junit(raw: Iterable[bytes]) -> JunitReport:
    """Parse each test with a failure or an error, as far as the lines are a well-formed report.

    Holds no more than one failure and one element's begin of it, and reads no entities.
    """
    reader = _ReportReader()
    is_read = False
    try:
        for piece in _decode(raw):
            reader.feed(piece)
            if len(reader.failures) >= _FAILURES:
                break
        else:
            is_read = reader.has_ended
    except (expat.ExpatError, _NoReportError):
        pass
    is_whole = is_read and (bool(reader.failures) or not reader.counts_failures)
    return JunitReport(reader.failures[:_FAILURES], is_whole)


def _decode(raw: Iterable[bytes]) -> Iterator[str]:
    """Decode it in pieces that end with a tag; what XML does not allow is left out."""
    lines = iter(raw)
    first = next(lines, b"")
    decoder = codecs.getincrementaldecoder(_find_encoding(first))(errors="replace")
    held = io.StringIO()
    for line in chain([first], lines):
        # A very long line comes in pieces of this size.
        is_cut = line.endswith(b"\n") or len(line) == PIECE_BYTES
        held.write(decoder.decode(line if is_cut else line + b"\n"))
        if held.tell() >= PIECE_BYTES:
            text = held.getvalue()
            end = text.rfind(">") + 1 or len(text)
            yield _repair(text[:end])
            held = io.StringIO()
            held.write(text[end:])
    yield _repair(held.getvalue())


def _find_encoding(first: bytes) -> str:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(first.removeprefix(codecs.BOM_UTF8))
    if declared and _ENCODING.fullmatch(declared[1]):
        try:
            return codecs.lookup(declared[1].decode()).name
        except LookupError:
            pass
    return "utf-8-sig"


def _repair(text: str) -> str:
    """Leave out what no XML may hold, though test runners write it: colours above all."""
    return _NUMBER.sub(_keep_allowed, _NO_XML.sub("", _COLOURS.sub("", text)))


def _keep_allowed(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    is_allowed = code <= 0x10FFFF and (code in (9, 10, 13) or not _NO_XML.match(chr(code)))
    return reference[0] if is_allowed else ""


class _ReportReader:
    """Takes the report piece by piece, and keeps the failures."""

    def __init__(self) -> None:
        self.failures: list[ParsedFailure] = []
        self.has_ended = False
        self.counts_failures = False  # though it may name none
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._take_text
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._unread_chars = 0
        self._depth = 0
        self._case: Mapping[str, str] | None = None
        self._failure: Mapping[str, str] | None = None
        self._text: list[str] = []
        self._text_chars = 0

    def feed(self, piece: str) -> None:
        """Read a piece. Raises ExpatError and _NoReportError."""
        self._unread_chars += len(piece)
        self._parser.Parse(piece)
        if self._unread_chars > _LONGEST_TAG_CHARS:
            raise _NoReportError

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if self._depth > _DEEPEST or (self._depth == 0 and tag not in _ROOTS):
            raise _NoReportError
        self._depth += 1
        self._unread_chars = 0
        if tag in _ROOTS:
            counts = (attributes.get(count, "") for count in ("failures", "errors"))
            self.counts_failures |= any(count.strip("0. ") for count in counts)
        elif tag == "testcase":
            self._case = attributes
        elif tag in {"failure", "error"} and self._case is not None:
            self._failure, self._text, self._text_chars = attributes, [], 0

    def _take_text(self, text: str) -> None:
        self._unread_chars = 0
        if self._failure is not None and self._text_chars < _TEXT_CHARS:
            self._text.append(text)
            self._text_chars += len(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        self._depth -= 1
        self.has_ended = self._depth == 0
        self._unread_chars = 0
        if tag == "testcase":
            self._case = None
        elif tag in {"failure", "error"} and self._case is not None and self._failure is not None:
            text = _shorten("".join(self._text))
            self.failures.append(_make_failure(self._case, self._failure, text))
            self._failure = None


def _shorten(text: str) -> str:
    """Keep both ends: what went wrong stands first, or its place last."""
    if len(text) <= 2 * _END_CHARS:
        return text
    return f"{text[:_END_CHARS]}\n[...]\n{text[-_END_CHARS:]}"


def _refuse_doctype(*_declared: object) -> None:
    """Read no more: entities that unfold into gigabytes are declared there."""
    raise _NoReportError


def _make_failure(case: Mapping[str, str], failure: Mapping[str, str], text: str) -> ParsedFailure:
    parsed = _parse_text(text)
    error = parsed.error or _read_type(failure.get("type", ""))
    attribute = _WRAPPED.sub(r"\1", failure.get("message", ""))
    words = "" if _EMPTY.fullmatch(attribute) else attribute
    message = words or parsed.message or text.strip() or attribute or error or "failed"
    return replace(
        parsed,
        error=error,
        message=shorten_message(message.removeprefix(f"{error}: ")),
        test=".".join(filter(None, (case.get("classname"), case.get("name")))),
        frames=parsed.frames or _place_of(case),
    )


def _read_type(kind: str) -> str:
    """Read the class of an error; some runners write a kind of failure in its place."""
    return kind if re.split(r"[.\\:]", kind)[-1][:1].isupper() else ""


def _place_of(case: Mapping[str, str]) -> tuple[Frame, ...]:
    file, line = case.get("file"), case.get("line", "")
    if not file:
        return ()
    return (Frame(file, int(line) if line.isdecimal() else None),)


def _parse_text(text: str) -> ParsedFailure:
    """Parse the text of a failure, in whichever language's way."""
    lines = [LogLine(number, line) for number, line in enumerate(text.split("\n"))]
    if any(jvm.AT.match(line.text) for line in lines):
        throwable = jvm.parse_throwable(lines, 0)
        parsed = make_failure(
            "test-failure", lines, throwable.error, throwable.message, throwable.frames
        )
        root_cause, cause_frames = throwable.root_cause, throwable.cause_frames
        return replace(parsed, root_cause=root_cause, cause_frames=cause_frames)
    if frames := find_stack(read_texts(lines)):
        return make_failure("test-failure", lines, *_parse_thrown(read_texts(lines)), frames)
    traceback = parse_traceback(lines)
    return replace(traceback, frames=traceback.frames or _find_places(text))


def _parse_thrown(texts: Sequence[str]) -> tuple[str, str]:
    """Parse what JavaScript threw: its kind, unless it is no more than an error, and its words."""
    words = "\n".join(takewhile(lambda text: parse_frame(text) is None, texts)).strip()
    kind = parse_error_type(words.partition("\n")[0])
    return "" if kind == "Error" else kind, words.removeprefix(f"{kind}: ")


def _find_places(text: str) -> tuple[Frame, ...]:
    """Find all places that are named; most languages print the innermost first."""
    places = [Frame(match["path"], int(match["line"])) for match in _PLACE.finditer(text)]
    return tuple(reversed(places[:40]))
