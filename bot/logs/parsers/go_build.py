"""Parse what Go's compiler, vet and linters print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_diagnostic,
    parse_place,
    shorten_message,
)
from bot.values import Category

_DIAGNOSTIC = re.compile(
    r"^(?:vet: )?(?P<path>(?:\.{0,2}/)?[\w./@+-]+\.go):(?P<line>\d+)(?::\d+)?: (?P<text>.+)$"
)
_VET = re.compile(
    r"passes lock by value|copies lock|^fmt\.\w+ (?:format|call)|unreachable code|unkeyed fields"
    r"|possible misuse"
    r"|struct field"
    r"|self-assignment|should have signature|arg list ends|result of .* call not used|\("
    r"(?:[a-z][a-z0-9]+)\)$"
    r"|\(S[AT]?\d{4}\)"
    r"|call has (?:possible|arguments)|declaration of .* shadows|non-constant format|unusedresult"
    r"|is not closed"
    r"|context leak"
)
_NO_FAULT = re.compile(r"exit status \d+$|.*\bwarning:")
_MODULE = re.compile(
    r"no required module provides|missing go\.sum entry|cannot find (?:module|package)|is not in "
    r"(?:GOROOT|std)"
    r"|updates to go\.mod needed|unknown revision|inconsistent vendoring"
)


def parse_go_build(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse what is said at a line of Go, with the lines that go on below it."""
    failures: list[ParsedFailure] = []
    for index, line in enumerate(lines):
        match = ".go:" in line.text and _DIAGNOSTIC.match(line.text)
        if match and not _NO_FAULT.match(match["text"]):
            message = [match["text"], *_read_continuation(lines[index + 1 : index + 6])]
            failures.append(
                make_diagnostic(
                    _choose_category(match["text"]),
                    line,
                    shorten_message("\n".join(message)),
                    parse_place(match),
                )
            )
    return failures


def _read_continuation(below: Sequence[LogLine]) -> list[str]:
    texts = []
    for line in below:
        if not line.text.startswith("\t"):
            break
        texts.append(line.text.strip())
    return texts


def _choose_category(text: str) -> Category:
    if _MODULE.search(text):
        return "dependency"
    return "lint" if _VET.search(text) else "compile-error"
