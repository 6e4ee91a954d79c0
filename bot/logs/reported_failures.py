"""Collect the failures of a report of tests from its elements, whichever runner wrote it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.logs.parsed_failure import ParsedFailure
from bot.logs.reported_words import ReportedWords, parse_words

_TEXT_CHARS = 1_000_000  # of what one test says, of which both ends are kept
_END_CHARS = 10_000
_CLASSES = 100_000
_TESTS = {"testcase", "UnitTestResult", "test-case", "test"}
_SUITE = "test-suite"  # of NUnit, which mostly counts its tests, but may fail itself
_FAILED = {"failure", "error", "ErrorInfo"}
_RUN_ERROR = "RunInfo"  # of TRX: what the runner says of itself
_PARTS = {
    "Message": "message",
    "message": "message",
    "StackTrace": "stack",
    "stack-trace": "stack",
    "system-out": "output",
    "system-err": "output",
}
_COUNTING = {
    "testsuites",
    "testsuite",
    "test-run",
    "test-results",
    "test-suite",
    "assembly",
    "Counters",
}
_COUNTS = ("failures", "errors", "failed", "error", "timeout", "aborted")
# What .NET says of a test that did not fail, though it may tell of an error.
_NOT_FAILED = re.compile(r"(?i)pass|skip|notexecuted|inconclusive|ignored|warn|success")

Attributes = Mapping[str, str]


@dataclass(slots=True)
class _Text:
    """What stands in an element, as far as it is kept."""

    pieces: list[str] = field(default_factory=list)
    chars: int = 0

    def add(self, piece: str) -> None:
        """Add a piece, unless there is very much already."""
        if self.chars < _TEXT_CHARS:
            self.pieces.append(piece)
            self.chars += len(piece)

    def read(self) -> str:
        """Read both ends: what went wrong stands first, or its place last."""
        text = "".join(self.pieces)
        if len(text) <= 2 * _END_CHARS:
            return text
        return f"{text[:_END_CHARS]}\n[...]\n{text[-_END_CHARS:]}"


class ReportedFailures:
    """Takes the elements of a report in their order, and keeps each failure."""

    def __init__(self) -> None:
        self.are_counted = False  # though the report may name none
        self._failures: list[ParsedFailure] = []
        self._run_errors: list[ParsedFailure] = []
        self._tests: list[Attributes | None] = []  # that are open; None has not failed itself
        self._failed: Attributes | None = None  # the element of a failure, until its test ends
        self._texts: dict[str, _Text] = defaultdict(_Text)
        self._part = ""  # of the texts, which is being read
        self._ids: list[str] = []  # of the tests that failed; TRX tells their classes elsewhere
        self._classes: dict[str, str] = {}
        self._definition = ""

    @property
    def count(self) -> int:
        """How many failures there are so far."""
        return len(self._failures)

    def list_all(self) -> list[ParsedFailure]:
        """List them all; where no test failed, what the runner says of itself."""
        if self._part in {"", "output"}:  # the report may stop before its test ends
            self._end_failure()
        named = zip(self._failures, self._ids, strict=True)
        failures = [_name_class(failure, self._classes.get(key, "")) for failure, key in named]
        return failures or self._run_errors[:1]

    def begin(self, tag: str, attributes: Attributes) -> None:
        """Take the start tag of an element."""
        if tag in _COUNTING:
            counts = (attributes.get(count, "") for count in _COUNTS)
            self.are_counted |= any(count.strip("0. ") for count in counts)
        if tag in _TESTS:
            result = attributes.get("outcome") or attributes.get("result") or ""
            self._tests.append(None if _NOT_FAILED.match(result) else attributes)
        elif tag == _SUITE:
            self._tests.append(attributes if attributes.get("label") == "Invalid" else None)
        elif tag in _FAILED or (tag == _RUN_ERROR and attributes.get("outcome") == "Error"):
            self._begin_failure(attributes)
        elif self._failed is not None:
            self._part = _PARTS.get(tag, self._part)
        elif tag == "UnitTest":
            self._definition = attributes.get("id", "")
        elif tag == "TestMethod" and len(self._classes) < _CLASSES:
            self._classes[self._definition] = attributes.get("className", "")

    def _begin_failure(self, attributes: Attributes) -> None:
        if not self._tests or self._tests[-1] is not None:
            self._end_failure()  # a test may fail more than once
            self._failed, self._part = attributes, "text"

    def take_text(self, text: str) -> None:
        """Take what stands in the open element."""
        if self._failed is not None and self._part:
            self._texts[self._part].add(text)

    def end(self, tag: str) -> None:
        """Take the end tag of an element."""
        if tag in _TESTS or tag == _SUITE:
            self._end_failure()
            self._tests.pop()
        elif tag == _RUN_ERROR:
            self._end_failure(is_run_error=True)
        elif tag in _PARTS or tag in _FAILED:
            self._part = ""
        if tag in _FAILED and not self._tests:
            self._end_failure()

    def _end_failure(self, *, is_run_error: bool = False) -> None:
        """Keep the failure that was read, if any: what its test printed may stand below it."""
        if self._failed is None:
            return
        test = (self._tests[-1] if self._tests else None) or {}
        texts = {part: text.read() for part, text in self._texts.items()}
        failure = parse_words(ReportedWords(test, self._failed, **texts))
        self._failed, self._part = None, ""
        self._texts.clear()
        if is_run_error:
            self._run_errors.append(replace(failure, category="crash"))
            return
        self._ids.append(test.get("testId", ""))
        self._failures.append(failure)


def _name_class(failure: ParsedFailure, class_name: str) -> ParsedFailure:
    """Put the class before a test's name, where it does not begin with it."""
    prefix = f"{class_name.partition(',')[0]}."
    is_whole = not class_name or failure.test.startswith(prefix)
    return failure if is_whole else replace(failure, test=prefix + failure.test)
