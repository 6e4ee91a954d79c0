"""Here lives what a reader finds in a step's lines, before paths are those of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.logs.clean_log import Line
from bot.values import Category, Frame

MESSAGE = 2000  # characters of a message that are kept


@dataclass(frozen=True, slots=True)
class Found:
    """One failure as the log has it: frames outermost first, with paths as printed; the lines it
    was read from.
    """

    category: Category
    error: str
    message: str
    first: int
    last: int
    test: str = ""
    frames: tuple[Frame, ...] = ()
    root_cause: str = ""
    column: str = ""  # tells apart two faults of one line
    tool: str = ""  # where one reader knows many tools


Reader = Callable[[Sequence[Line]], list[Found]]

_TYPE = re.compile(r"(?P<type>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?$")
_KNOWN = re.compile(
    r"(Error|Exception|Exit|Warning|Interrupt|Failed|Failure|Timeout|Group|Iteration|fixture|Skipped)$"
)


def error_type(line: str) -> str:
    """`KeyError` of `KeyError: 'kiwi'`; empty when the line does not begin with the name of an
    exception.
    """
    found = _TYPE.match(line)
    if not found:
        return "AssertionError" if line.startswith("assert ") else ""
    name = found["type"]
    return (
        name
        if _KNOWN.search(name) or ("." in name and name.rpartition(".")[2][:1].isupper())
        else ""
    )


def cut(text: str) -> str:
    """Head and tail of a long message: what happened stands first, a difference or a hint last."""
    text = text.strip("\n")
    if len(text) <= MESSAGE:
        return text
    return f"{text[: MESSAGE * 2 // 3]}\n[...]\n{text[-MESSAGE // 3 :]}"


def shortened(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The ends of a very deep stack."""
    return tuple(frames) if len(frames) <= 40 else (*frames[:10], *frames[-30:])
