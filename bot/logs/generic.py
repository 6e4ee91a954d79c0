"""Here lives what many tools have in common: a place, a severity, a message. A table; and a last resort below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.logs.clean import Line
from bot.logs.found import Found, cut
from bot.values import Category, Frame

_AT = r"(?P<path>(?:[A-Za-z]:)?[^\s:()'\"]+\.\w+)"
_LC = r":(?P<line>\d+)(?::\d+)?"


@dataclass(frozen=True, slots=True)
class Row:
    """One dialect: what a line of it looks like. Groups: path, line, code, text."""

    tool: str
    category: Category
    pattern: re.Pattern[str]
    wide: bool = False  # the line that begins with an arrow below says where


def _row(tool: str, category: Category, pattern: str, *, wide: bool = False) -> Row:
    return Row(tool, category, re.compile(pattern), wide)


TABLE = (
    _row(
        "tsc",
        "type-error",
        rf"{_AT}(?:\((?P<line>\d+),\d+\):|:(?P<line2>\d+):\d+ -) error (?P<code>TS\d+): (?P<text>.+)",
    ),
    _row(
        "mypy",
        "type-error",
        r"(?P<path>[^\s:]+\.pyi?):(?P<line>\d+)(?::\d+)?: error: (?P<text>.+?)(?:  \[(?P<code>[\w-]+)\])?$",
    ),
    _row("pyright", "type-error", rf"\s*{_AT}{_LC} - error: (?P<text>.+?)(?: \((?P<code>report\w+)\))?$"),
    _row("pylint", "lint", rf"{_AT}{_LC}: (?P<code>[CEFRW]\d{{4}}): (?P<text>.+)"),
    _row("flake8 or ruff", "lint", rf"{_AT}{_LC}:? (?P<code>[A-Z]{{1,4}}\d{{1,4}}) (?:\[\*\] )?(?P<text>.+)"),
    _row("compiler", "compile-error", rf"{_AT}{_LC}: (?:fatal )?error: (?P<text>.+)"),
    _row("go", "compile-error", r"(?:vet: )?(?:\./)?(?P<path>[^\s:]+\.go):(?P<line>\d+):\d+: (?P<text>.+)"),
    _row("rustc", "compile-error", r"error(?:\[(?P<code>E\d+)\])?: (?P<text>.+)", wide=True),
    _row("ruff", "lint", r"(?P<code>[A-Z]{1,4}\d{1,4}|unformatted)(?: \[\*\]|:)? (?P<text>.+)", wide=True),
    _row("black", "lint", r"(?P<text>would reformat (?P<path>\S+))"),
    _row("isort", "lint", r"ERROR: (?P<path>\S+) (?P<text>Imports are incorrectly sorted.*)"),
    _row("pytest-cov", "test-failure", r"(?:FAIL )?(?P<text>Required test coverage of .+ not reached.*)"),
    _row("pip", "dependency", r"ERROR: (?P<text>No matching distribution found for .+)"),
    _row("pip", "dependency", r"ERROR: (?P<text>Cannot install .+ because these package versions have conflicting.+)"),
    _row("npm", "dependency", r"npm (?:ERR!|error) (?:code )?(?P<code>ERESOLVE|ETARGET|E404)\b(?P<text>.*)"),
)
_ARROW = re.compile(rf"\s*--> {_AT}{_LC}$")
_PLACE = re.compile(rf"{_AT}(?::|\(|\", line | line )(?P<line>\d+)")
_ERROR = re.compile(
    r"\b(error|failed|failure|fatal|panic|exception|not found|denied|cannot|can't|killed)\b", re.IGNORECASE
)
_TESTS = re.compile(
    r"\b\d+ (?:tests?|specs?|examples?|suites?|failing|failures?)\b|^\s*(?:--- FAIL|not ok|# fail [1-9])"
    r"|\bTests?(?: run)?:|^\s*Tests  |test result: FAILED"
)


def diagnostics(lines: Sequence[Line]) -> list[Found]:
    """What compilers, type checkers and linters say, one line each."""
    found = []
    for at, line in enumerate(lines):
        for row in TABLE:
            said = row.pattern.match(line.text)
            place = _place(row, said, lines[at + 1 : at + 6]) if said else None
            if said and place is not None:
                code = said.groupdict().get("code") or ""
                found.append(Found(row.category, code, cut(said["text"]), line.number, line.number, "", place))
                break
    return found


def _place(row: Row, said: re.Match[str], below: Sequence[Line]) -> tuple[Frame, ...] | None:
    """Where it is; None when a wide row has no arrow, and so is no diagnostic."""
    if row.wide:
        arrow = next(filter(None, (_ARROW.match(line.text) for line in below)), None)
        return (Frame(arrow["path"], int(arrow["line"])),) if arrow else None
    groups = said.groupdict()
    number = groups.get("line") or groups.get("line2")
    return (Frame(groups["path"], int(number) if number else None),) if groups.get("path") else ()


def speaks_of_error(lines: Sequence[Line]) -> bool:
    """Whether the runner marked an error, or any line has a word for one."""
    return any(line.mark == "error" or _ERROR.search(line.text) for line in lines)


def last_resort(lines: Sequence[Line]) -> list[Found]:
    """The last line that speaks of an error, with the places named around it; else the last line that says anything."""
    said = [at for at, line in enumerate(lines) if line.text.strip() and not line.text.startswith("Process completed")]
    if not said:
        return []
    at = next((at for at in reversed(said) if _ERROR.search(lines[at].text)), said[-1])
    around = lines[max(0, at - 5) : at + 6]
    frames = tuple(_places(around))
    category: Category = "test-failure" if any(_TESTS.search(line.text) for line in lines[-200:]) else "crash"
    return [Found(category, "", cut(lines[at].text.strip()), around[0].number, around[-1].number, "", frames)]


def _places(lines: Sequence[Line]) -> Iterator[Frame]:
    for line in lines:
        for place in _PLACE.finditer(line.text):
            yield Frame(place["path"], int(place["line"]))
