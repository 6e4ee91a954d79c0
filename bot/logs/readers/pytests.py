"""Here lives pytest's report in all its styles: long, short, native, line, or only the summary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from textwrap import dedent

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut, error_type, shortened
from bot.logs.readers.python import FILE, traces_of
from bot.values import Category, Frame

_MOST = 1000  # failures that are read
_SECTION = re.compile(r"={3,} (?P<title>.+?) ={3,}$")
_BLOCK = re.compile(r"_+ (?!_ _)(?P<title>\S.*?) _+$")
_CAPTURED = re.compile(r"-{3,} (?:Captured|generated|live) .*-{3,}$")
_CHAIN = re.compile(
    r"(During handling of the above exception, another|The above exception was the direct cause)"
)
_PLACE = re.compile(
    r"(?P<path>(?:[A-Za-z]:)?[^\s:][^:]*):(?P<line>\d+):(?: in (?P<name>\S.*)| (?P<error>[\w.]+)(?:: .*)?)?$"
)
_NO_FIXTURE = re.compile(r"file (?P<path>\S.*), line (?P<line>\d+)(?P<name>$)")
_DEF = re.compile(r"    (?:async )?def (?P<name>\w+)")
_RESULT = re.compile(
    r"(?:\[gw\d+\] )?(?P<word>FAILED|ERROR|SUBFAIL(?:ED)?(?:[\[(].*?[\])])?) (?:\[[\d.]+s\] )?"
    r"(?P<rest>\S.*)$"
)
_TITLE = re.compile(
    r"(?:ERROR at (?:setup|teardown) of |ERROR collecting |\[doctest\] )?(?P<name>.+)$"
)
_CONFTEST = re.compile(r"ImportError while loading conftest '(?P<path>[^']+)'")
_LIBRARY = re.compile(r"^<|/(?:site-packages|dist-packages|lib/python\d[\d.]*)/")
_CRASHED = re.compile(r"worker '\w+' crashed while running '(?P<test>.+)'$")


@dataclass(slots=True)
class _Report:
    """What stands where: the blocks of tracebacks, loose lines (`--tb=line`) and the summary's
    results.
    """

    blocks: list[tuple[str, list[Line]]] = field(default_factory=list)
    results: list[tuple[str, str, Line]] = field(
        default_factory=list
    )  # test, first line of its message
    open: bool = False  # whether the last block goes on

    def begin(self, title: str, line: Line) -> None:
        self.blocks.append((title, [line]))
        self.open = True


def pytest_report(lines: Sequence[Line]) -> list[Found]:
    """Every failed test, every error of a fixture or of a collection; with the test's id as the
    summary has it.
    """
    report = _sorted(lines)
    left = report.results[:_MOST]
    found = [_block(title, block, left) for title, block in report.blocks[:_MOST]]
    named = {
        one.test.partition(" ")[0] for one in found if " (" in one.test
    }  # a subtest's block says more than its result
    found += [
        _only_result(test, message, line) for test, message, line in left if test not in named
    ]
    return [one for one in found if one.message or one.frames]


def _sorted(lines: Sequence[Line]) -> _Report:
    report, section = _Report(), ""
    for line in lines:
        title = _SECTION.match(line.text)
        conftest = _CONFTEST.match(line.text)
        if title:
            section = title["title"]
            report.open = False
        elif conftest:
            section = "ERRORS"
            report.begin(f"ERROR collecting {conftest['path']}", line)
        elif section in {"FAILURES", "ERRORS"}:
            _into_block(report, line)
        elif section == "short test summary info" and (result := _RESULT.match(line.text)):
            report.results.append((*_split(result["rest"]), line))
    return report


def _into_block(report: _Report, line: Line) -> None:
    header = _BLOCK.match(line.text)
    if header:
        report.begin(header["title"], line)
    elif report.open:
        report.blocks[-1][1].append(line)
        title, place = report.blocks[-1][0], _PLACE.match(line.text)
        report.open = bool(title) or not (
            place and place["error"]
        )  # in `line` style the place comes last
    elif line.text and not line.text.startswith("[XPASS("):
        report.begin("", line)


def _split(rest: str) -> tuple[str, str]:
    """The id and the message; a parameter in the id may hold the dash that divides them."""
    at = rest.find(" - ")
    while at >= 0 and rest.count("[", 0, at) != rest.count("]", 0, at):
        at = rest.find(" - ", at + 1)
    return (rest, "") if at < 0 else (rest[:at], rest[at + 3 :])


def _block(title: str, block: list[Line], left: list[tuple[str, str, Line]]) -> Found:
    captured = next((at for at, line in enumerate(block) if _CAPTURED.match(line.text)), len(block))
    body = block[1 if title else 0 : captured]
    if not title and captured < len(block):
        body = [*body, block[-1]]  # in `line` style the place comes last
    parts = _parts(body)
    told = told_by(parts[-1])
    root = told_by(parts[0]) if len(parts) > 1 else None
    found = replace(told, root_cause=f"{root.error}: {root.message}") if root else told
    crashed = _CRASHED.search(found.message)
    test = crashed["test"] if crashed else _test(title, found, left)
    _take(left, test)
    category: Category = "timeout" if re.match(r"Timeout \(?>", found.message) else "test-failure"
    return replace(
        found,
        test=test,
        category=category,
        first=block[0].number,
        last=block[max(captured - 1, 0)].number,
    )


def _parts(body: list[Line]) -> list[list[Line]]:
    """The tracebacks of a chain; the last one is the exception that reached the test."""
    parts: list[list[Line]] = [[]]
    for line in body:
        if _CHAIN.search(line.text):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts


def told_by(part: list[Line]) -> Found:
    """What one traceback says, in whichever style it is written."""
    native = (
        None if any(line.text.startswith("E ") for line in part) else next(traces_of(part), None)
    )
    if native:
        return Found("test-failure", native.error, native.message, 0, 0, "", native.frames)
    frames, error = _places(part)
    said = dedent(
        "\n".join(f" {line.text[1:]}" for line in part if re.match(r"E(\s|$)", line.text))
    ) or _bare(part)
    kind = next(filter(None, map(error_type, said.split("\n"))), error)
    return Found("test-failure", kind, cut(said.removeprefix(f"{kind}: ")), 0, 0, "", frames)


def _places(part: list[Line]) -> tuple[tuple[Frame, ...], str]:
    """The frames, and the error that the last place names. Long style names a function only by its
    source.
    """
    frames: list[Frame] = []
    name = error = ""
    for line in part:
        place = (
            _PLACE.match(line.text)
            or FILE.match(line.text.removeprefix("E"))
            or _NO_FIXTURE.match(line.text)
        )
        source = _DEF.match(line.text.replace(">", " ", 1))
        if place:
            frames.append(Frame(place["path"], int(place["line"]), place["name"] or name))
            error = place.groupdict().get("error") or error
        name = source["name"] if source else "" if place else name
    return shortened(frames), error


def _bare(part: list[Line]) -> str:
    """What a block without `E` lines says: a doctest's difference, a crashed worker."""
    kept = [
        line.text
        for line in part
        if line.text and not _PLACE.match(line.text) and not line.text.startswith("[gw")
    ]
    return "\n".join(kept[-30:])


def _test(title: str, found: Found, left: list[tuple[str, str, Line]]) -> str:
    """The id as the summary has it; without a summary, made of the first place and the title."""
    name = _TITLE.match(title)["name"] if title else ""  # type: ignore[index]
    if title.startswith("ERROR collecting"):
        return name
    paths = {frame.file for frame in found.frames}
    first_line = found.message.split("\n")[0]
    same = [
        test
        for test, _, _ in left
        if test.partition("::")[2].replace("::", ".") == name.replace("::", ".")
    ]
    whole = f"{found.error}: {first_line}" if found.error else first_line
    said = [test for test, message, _ in left if not title and _tells(message, whole)]
    near = [test for test in same if test.partition("::")[0] in paths]
    by_order = (
        [left[0][0]] if left and not title else []
    )  # the summary cuts messages to the terminal's width
    for tests in (near, same, said, by_order):
        if tests:
            return tests[0]
    bare, bracket, rest = name.partition("[")
    own = f"{bare.replace('.', '::')}{bracket}{rest}"
    first = next((frame.file for frame in found.frames if not _LIBRARY.search(frame.file)), "")
    return f"{first}::{own}" if first and own and not first.endswith("conftest.py") else own


def _tells(summary: str, whole: str) -> bool:
    """Whether the summary, which is cut to the terminal's width, is of this message."""
    return bool(whole) and (
        whole in summary or whole.startswith(summary.removesuffix("...") or "\n")
    )


def _take(left: list[tuple[str, str, Line]], test: str) -> None:
    taken = next((result for result in left if result[0] == test), None)
    if taken:
        left.remove(taken)


def _only_result(test: str, message: str, line: Line) -> Found:
    error = error_type(message)
    frames = (Frame(test.partition("::")[0], None),)
    said = message.removeprefix(f"{error}: ") or "failed"
    return Found("test-failure", error, said, line.number, line.number, test, frames)
