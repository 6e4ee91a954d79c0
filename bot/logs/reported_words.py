"""Read what a report says of one failed test, in whichever language's way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from bot.logs.clean_log import LINE_CHARS, LogLine
from bot.logs.job_steps import split_steps
from bot.logs.line_search import read_texts
from bot.logs.parse_step import parse_step
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failure,
    parse_error_type,
    shorten_message,
)
from bot.logs.parsers import dotnet, go_tests, jvm, rust
from bot.logs.parsers.pytest_report import parse_traceback
from bot.logs.parsers.v8 import find_stack, parse_frame
from bot.values import Frame

# What pytest puts around a message, and what tools say in the place of one.
_WRAPPED = re.compile(r'^failed on (?:setup|teardown) with "(.*)"$', re.DOTALL)
_EMPTY = re.compile(
    r"(?:collection |test )?(?:failure|failed|error|errored)\.?|thread '.*' .*panicked at \S+",
    re.IGNORECASE,
)
# A place as tools of most languages write it: `a.go:3`, `a.php(3)`, `in a.cs:line 3`.
_LINE_NUMBER = re.compile(r"\d{1,9}")
_PLACE = re.compile(
    r"(?<![\w./\\:@+-])(?P<path>(?:[A-Za-z]:)?[\w./\\@+-]{1,300}\.[A-Za-z]\w{0,11})"
    r"(?::(?:line )?|\()(?P<line>\d{1,9})\b"
)


@dataclass(frozen=True, slots=True)
class ReportedWords:
    """What a report says of a failure: the attributes of the test and of the failure, and texts.

    JUnit has a `text`, .NET a `message` and a `stack`. `output` is what the test printed.
    """

    test: Mapping[str, str]
    failure: Mapping[str, str]
    text: str = ""
    message: str = ""
    stack: str = ""
    output: str = ""


def parse_words(words: ReportedWords) -> ParsedFailure:
    """Parse error, message and frames of a failure, and the name of its test.

    Of each line as much is read as of a log's: what is longer makes expressions slow.
    """
    words = _cut_lines(words)
    if words.message.strip() or words.stack.strip():
        return _finish(words, dotnet.parse_report(words.message, words.stack))
    attribute = _WRAPPED.sub(r"\1", words.failure.get("message", ""))
    message = "" if _EMPTY.fullmatch(attribute) else attribute
    text = words.text.strip()
    is_mute = not text and not message
    package = words.test.get("classname", "")
    parsed = _parse_output(words.output) if is_mute else _parse_text(words.text, package)
    error = parsed.error or _read_type(words.failure.get("type", ""))
    message = message or parsed.message or text or attribute or error or "failed"
    message = shorten_message(message.removeprefix(f"{error}: "))
    return _finish(words, replace(parsed, error=error, message=message))


def _cut_lines(words: ReportedWords) -> ReportedWords:
    return ReportedWords(
        words.test,
        {name: _cut(text) for name, text in words.failure.items()},
        *map(_cut, (words.text, words.message, words.stack, words.output)),
    )


def _cut(text: str) -> str:
    return "\n".join(line[:LINE_CHARS] for line in text.split("\n"))


def _finish(words: ReportedWords, parsed: ParsedFailure) -> ParsedFailure:
    frames = parsed.frames or _find_places(parsed.message) or _read_place(words.test)
    return replace(parsed, test=_read_name(words), frames=frames)


def _read_name(words: ReportedWords) -> str:
    test = words.test or words.failure
    name = test.get("fullname") or test.get("testName") or test.get("name") or ""
    class_name = test.get("classname") if "fullname" not in test else ""
    class_name = class_name or test.get("type", "")
    is_whole = not class_name or f"{name}.".startswith(f"{class_name}.")
    return name if is_whole else f"{class_name}.{name}"


def _read_type(kind: str) -> str:
    """Read the class of an error; some runners write a kind of failure in its place."""
    return kind if re.split(r"[.\\:]", kind)[-1][:1].isupper() else ""


def _read_place(test: Mapping[str, str]) -> tuple[Frame, ...]:
    file = test.get("file") or test.get("source-file")
    line = test.get("line") or test.get("source-line") or ""
    if not file:
        return ()
    return (Frame(file, int(line) if _LINE_NUMBER.fullmatch(line) else None),)


def _parse_output(output: str) -> ParsedFailure:
    """Parse what a test printed as a log is parsed, where its report says no more than that."""
    step = parse_step(split_steps(output.encode().splitlines(keepends=True)).steps[-1], ())
    for kind in ("tests", "crashes"):
        for parsed in step.by_kind[kind]:
            return replace(parsed.failure, category="test-failure")
    return _parse_text(output, "")


def _parse_text(text: str, package: str) -> ParsedFailure:
    """Parse the text of a failure, in whichever language's way."""
    lines = [LogLine(number, line) for number, line in enumerate(text.split("\n"), 1)]
    if "--- FAIL: " in text:
        end = LogLine(len(lines) + 1, f"FAIL\t{package or 'go'}\t0.0s")
        for failure in go_tests.parse_go_tests([*lines, end]):
            return failure
    if "panicked at" in text:
        for failure in rust.parse_rust_panic(lines):
            return replace(failure, category="test-failure")
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
