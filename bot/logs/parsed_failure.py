"""Define what a parser finds in a step's lines, before paths are those of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import match_all
from bot.values import Category, Frame

FAILURES = 1000  # that one parser may tell of
MESSAGE_CHARS = 2000
STACK_FRAMES = 40


@dataclass(frozen=True, slots=True)
class ParsedFailure:
    """One failure as the log has it: frames outermost first, with paths as printed.

    `cause_frames` are those of its root cause: they count where none of `frames` is of the
    repository.
    """

    category: Category
    error: str
    message: str
    first_line: int  # number of the first line that it was read from
    last_line: int
    test: str = ""
    frames: tuple[Frame, ...] = ()
    root_cause: str = ""
    cause_frames: tuple[Frame, ...] = ()
    column: str = ""  # tells apart two faults of one line
    tool: str = ""  # where one parser knows many tools


Parser = Callable[[Sequence[LogLine]], list[ParsedFailure]]


def make_failure(
    category: Category,
    block: Sequence[LogLine],
    error: str,
    message: str,
    frames: Iterable[Frame] = (),
) -> ParsedFailure:
    """Make the failure that was read from a block of lines."""
    first_line, last_line = block[0].number, block[-1].number
    return ParsedFailure(category, error, message, first_line, last_line, frames=tuple(frames))


def make_failed_test(
    test: str, block: Sequence[LogLine], error: str, message: str, frames: Iterable[Frame] = ()
) -> ParsedFailure:
    """Make the failure of a test that was read from a block of lines."""
    return replace(make_failure("test-failure", block, error, message, frames), test=test)


def make_diagnostic(
    category: Category, line: LogLine, message: str, *frames: Frame, error: str = ""
) -> ParsedFailure:
    """Make the failure that one line tells of."""
    return make_failure(category, [line], error, message, frames)


def parse_place(match: re.Match[str], function: str = "") -> Frame:
    """Make a frame of the groups `path`, `line` or `line2`, and `name` of a match."""
    groups = match.groupdict()
    line = groups.get("line") or groups.get("line2")
    function = function or groups.get("name") or ""
    return Frame(groups["path"], int(line) if line else None, function)


def parse_places(texts: Iterable[str], pattern: re.Pattern[str]) -> list[Frame]:
    """Make a frame of each text that the pattern fits, in their order."""
    return [parse_place(match) for match in match_all(texts, pattern)]


_ERROR_TYPE = re.compile(r"(?P<type>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?$")
_KNOWN_ERROR_TYPE = re.compile(
    r"(Error|Exception|Exit|Warning|Interrupt|Failed|Failure|Timeout|Group|Iteration|fixture"
    r"|Skipped)$"
)


def parse_error_type(line: str) -> str:
    """Read `KeyError` of `KeyError: 'kiwi'`; empty when no exception's name begins the line."""
    match = _ERROR_TYPE.match(line)
    if match is None:
        return "AssertionError" if line.startswith("assert ") else ""
    name = match["type"]
    module, _, last_part = name.rpartition(".")
    is_class_of_module = bool(module) and last_part[:1].isupper()
    return name if is_class_of_module or _KNOWN_ERROR_TYPE.search(name) else ""


def shorten_message(text: str) -> str:
    """Keep both ends of a long message: what happened stands first, a difference or a hint last."""
    text = text.strip("\n")
    if len(text) <= MESSAGE_CHARS:
        return text
    return f"{text[: MESSAGE_CHARS * 2 // 3]}\n[...]\n{text[-MESSAGE_CHARS // 3 :]}"


def shorten_stack(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Keep the ends of a very deep stack."""
    if len(frames) <= STACK_FRAMES:
        return tuple(frames)
    return (*frames[:10], *frames[-30:])
