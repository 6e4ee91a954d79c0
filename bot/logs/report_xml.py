"""Read reports of tests in XML: JUnit's, which runners of every language write, and .NET's.

Those are TRX, NUnit 2 and 3, and xUnit.net.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple
from xml.parsers import expat

from bot.logs.parsed_failure import ParsedFailure
from bot.logs.reported_failures import ReportedFailures

XML_SUFFIXES = (".xml", ".trx")
_FAILURES = 400
PIECE_BYTES = 65_536  # that are parsed at once, or so
# Expat reads a start tag anew with each piece until it ends: a longer one would take hours.
_LONGEST_TAG_CHARS = 1_000_000
_DEEPEST = 50
# The root of a report, and who writes it.
_TOOLS = {
    "testsuites": "junit",
    "testsuite": "junit",
    "TestRun": "trx",
    "test-run": "nunit",
    "test-results": "nunit",
    "test-suite": "nunit",
    "assemblies": "xunit",
    "assembly": "xunit",
}
REPORT_TOOLS = frozenset(_TOOLS.values())
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}\sencoding=[\"']([\w.-]{1,40})[\"']")
_ENCODING = re.compile(rb"(?i)iso-?8859-\d+|latin-?1|windows-125\d|cp\d+|(?:shift|euc)[-_]\w+|big5")
_COLOURS = re.compile(r"(?:\x1b|#x1b|&#x0*1b;|&#27;)\[[0-?]*[ -/]*[@-~]", re.IGNORECASE)
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"&#(?:x([0-9a-f]{1,9})|(\d{1,9}));", re.IGNORECASE)


class TestReport(NamedTuple):
    """What a report tells of failures, and whether it is known that there are no others."""

    tool: str
    failures: list[ParsedFailure]
    is_whole: bool


class _NoReportError(Exception):
    """It is another kind of XML, or made to do harm."""


def peek_report(raw: Iterable[bytes]) -> tuple[bool, Iterable[bytes]]:
    """Tell whether the lines are a report of tests; the lines come back with the first one in
    place.
    """
    lines = iter(raw)
    first = next(lines, b"")
    begin = first.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    root = re.match(rb"<(\?xml|!--|[\w-]{1,40})", begin)
    is_report = root is not None and root[1].decode() in {"?xml", "!--", *_TOOLS}
    return is_report, chain([first], lines)


def parse_report(raw: Iterable[bytes]) -> TestReport:
    """Parse each test with a failure or an error, as far as the lines are a well-formed report.

    Holds no more than one failure and one start tag, and reads no entities.
    """
    parser = _ReportParser()
    is_read = False
    try:
        for piece in _decode(raw):
            parser.feed(piece)
            if parser.failures.count >= _FAILURES:
                break
        else:
            is_read = parser.has_ended
    except (expat.ExpatError, _NoReportError):
        pass
    failures = parser.failures.list_all()[:_FAILURES]
    is_whole = is_read and (bool(failures) or not parser.failures.are_counted)
    return TestReport(parser.tool or "junit", failures, is_whole)


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


class _ReportParser:
    """Parses a report piece by piece, as long as it is one and harmless."""

    def __init__(self) -> None:
        self.tool = ""
        self.failures = ReportedFailures()
        self.has_ended = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._take_text
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._unread_chars = 0
        self._depth = 0

    def feed(self, piece: str) -> None:
        """Parse a piece. Raises ExpatError and _NoReportError."""
        self._unread_chars += len(piece)
        self._parser.Parse(piece)
        if self._unread_chars > _LONGEST_TAG_CHARS:
            raise _NoReportError

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if self._depth > _DEEPEST or (self._depth == 0 and tag not in _TOOLS):
            raise _NoReportError
        self.tool = self.tool or _TOOLS[tag]
        self._depth += 1
        self._unread_chars = 0
        self.failures.begin(tag, attributes)

    def _take_text(self, text: str) -> None:
        self._unread_chars = 0
        self.failures.take_text(text)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.has_ended = self._depth == 0
        self._unread_chars = 0
        self.failures.end(name.rpartition(":")[2])


def _refuse_doctype(*_declared: object) -> None:
    """Read no more: entities that unfold into gigabytes are declared there."""
    raise _NoReportError
