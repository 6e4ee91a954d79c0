"""Here live the reports of unittest and doctest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.logs.readers.python import FILE, traces_of
from bot.values import Frame

_TITLE = re.compile(
    r"(?:ERROR|FAIL|UNEXPECTED SUCCESS): (?P<name>\S+)(?: \((?P<where>[\w.]+)\))?(?P<rest>.*)$"
)
_RULE, _LINE, _STARS = "=" * 70, "-" * 70, "*" * 70


def unittest_report(lines: Sequence[Line]) -> list[Found]:
    """Each block between rules: ERROR or FAIL with a test's name, then a traceback."""
    found = []
    for title, block in _blocks(lines):
        traces = list(traces_of(block))
        if traces:
            trace = traces[-1]
            test = _test(title["name"], title["where"] or "") + title["rest"].rstrip()
            root = trace.root_cause
            first, last = block[0].number, block[trace.end - 1].number
            found.append(
                Found(
                    "test-failure",
                    trace.error,
                    trace.message,
                    first,
                    last,
                    test,
                    trace.frames,
                    root,
                )
            )
    return found


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[re.Match[str], Sequence[Line]]]:
    rules = [at for at, line in enumerate(lines) if line.text == _RULE]
    for at, after in zip(rules, [*rules[1:], len(lines)], strict=False):
        title = _TITLE.match(lines[at + 1].text) if at + 1 < len(lines) else None
        if title:
            yield title, lines[at + 1 : after]


def _test(name: str, where: str) -> str:
    """module.Class.method. Python 3.11 and later say it whole, earlier ones leave the method out."""
    if name in {"setUpClass", "tearDownClass", "setUpModule", "tearDownModule"} or not where:
        return where or name
    return where if where.rpartition(".")[2] == name else f"{where}.{name}"


def doctest_report(lines: Sequence[Line]) -> list[Found]:
    """Each failed example: where it stands, what was expected, what came."""
    stars = [at for at, line in enumerate(lines) if line.text == _STARS]
    found = []
    for at, after in zip(stars, [*stars[1:], len(lines)], strict=False):
        block = lines[at + 1 : after]
        place = FILE.match(block[0].text) if block else None
        if place and len(block) > 1 and block[1].text == "Failed example:":
            said = cut("\n".join(line.text for line in block[1:40]))
            frames = (Frame(place["path"], int(place["line"]), place["name"] or ""),)
            first, last = block[0].number, block[-1].number
            found.append(Found("test-failure", "", said, first, last, place["name"] or "", frames))
    return found
