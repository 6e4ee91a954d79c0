"""Parse what pytest says while it runs, for when it was cut short before its report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_texts
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    make_failure,
    parse_error_type,
)
from bot.logs.parsers.pytest_report import split_result
from bot.logs.parsers.tracebacks import split_tracebacks
from bot.values import Category, Frame

_REPORT = re.compile(r"^=+ (?:FAILURES|ERRORS|short test summary info) =+$")
_FAILED = re.compile(
    r"^(?:\[gw\d+\] )?(?:\[ *\d+%\] )?(?:(?P<word>FAILED|ERROR) )?(?P<test>\S+\.py::\S.*?)"
    r"(?: (?P<word2>FAILED|ERROR))?(?:(?<! ) +\[ *\d+%\])?$"
)
_NODE_DOWN = re.compile(r"^\[gw\d+\] node down: (?P<text>.+)")
_INTERNAL = re.compile(r"^\.*INTERNALERROR> ?")
_ASSERTED = re.compile(r"^E {3}")
_BEHIND_HEADING = re.compile(r"^\s*\w+: (?=Traceback \(most recent call last\):$)")


def parse_progress(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each `path::test FAILED`, where no report follows that would say more."""
    if find_line(lines, _REPORT.match) < len(lines):
        return []
    texts = read_texts(lines)
    crashes = list(filter(None, map(_NODE_DOWN.match, texts)))
    category: Category = "crash" if crashes else "test-failure"
    message = crashes[-1]["text"] if crashes else "failed"
    failures: list[ParsedFailure] = []
    for line in lines:
        match = _FAILED.match(line.text)
        if match and (match["word"] or match["word2"]):
            test, summary = split_result(match["test"].strip())
            error = parse_error_type(summary)
            frame = Frame(test.partition("::")[0], None)
            text = summary.removeprefix(f"{error}: ") or message
            failure = make_diagnostic(category, line, text, frame, error=error)
            failures.append(replace(failure, test=test))
    return failures


def parse_internal_error(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the traceback of pytest's own end; that of a worker of xdist stands in an assertion."""
    internal = [
        line._replace(text=_INTERNAL.sub("", line.text))
        for line in lines
        if _INTERNAL.match(line.text)
    ]
    asserted = [
        line._replace(text=_BEHIND_HEADING.sub("", _ASSERTED.sub("", line.text)))
        for line in internal
        if _ASSERTED.match(line.text)
    ]
    for block in (_unindent(asserted), internal):
        tracebacks = list(split_tracebacks(block))
        if tracebacks:
            last = tracebacks[-1]
            message = f"{last.error}: {last.message}"
            failure = make_failure("crash", internal, last.error, message, last.frames)
            return [replace(failure, root_cause=last.root_cause)]
    return []


def _unindent(lines: Sequence[LogLine]) -> list[LogLine]:
    """Take off the depth at which a worker's lines stand below their heading."""
    depth = 0
    unindented = []
    for line in lines:
        text = line.text.lstrip()
        if text.startswith("Traceback ("):
            depth = 0
        elif text.startswith('File "') and not depth:
            depth = len(line.text) - len(text) - 2
        unindented.append(line._replace(text=line.text[depth:] if depth > 0 else text))
    return unindented
