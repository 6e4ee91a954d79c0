"""Turn the indentation of an edit into that of the file, when one rule fits every line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

Pair = tuple[str, str]  # a line as it is written, and as it shall be


def read_margin(line: str) -> str:
    """Read the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def _keep_blanks(blanks: str) -> str:
    return blanks


def _convert_to_tabs(blanks: str, width: int) -> str:
    """Turn leading spaces into tabs, as far as they are whole ones."""
    columns = len(blanks.expandtabs(width))
    return "\t" * (columns // width) + " " * (columns % width)


def _convert_to_spaces(blanks: str, width: int) -> str:
    return blanks.expandtabs(width)


def _double(blanks: str) -> str:
    return blanks * 2


def _halve(blanks: str) -> str:
    """Halve the blanks. Odd or tabbed ones become no margin, so that the rule never fits."""
    return blanks + "?" if len(blanks) % 2 or "\t" in blanks else blanks[: len(blanks) // 2]


@dataclass(frozen=True, slots=True)
class Shift:
    """One rule for the blanks in front of lines: convert them, then add some or take some."""

    convert: Callable[[str], str] = _keep_blanks
    add: str = ""
    take: str = ""

    def __call__(self, line: str) -> str:
        """Put the line at its new margin; a blank one stays as it is."""
        text = line.lstrip()
        if not text:
            return line
        blanks = self.convert(read_margin(line))
        return self.add + (blanks[len(self.take) :] if blanks.startswith(self.take) else "") + text

    def fits(self, pairs: Iterable[Pair]) -> bool:
        """Tell whether the rule turns every written margin into the wished one."""
        return all(read_margin(self(written)) == read_margin(wished) for written, wished in pairs)


CONVERSIONS: tuple[Callable[[str], str], ...] = (
    _keep_blanks,
    *(
        partial(turn, width=width)
        for turn in (_convert_to_tabs, _convert_to_spaces)
        for width in (4, 2, 8)
    ),
    _double,
    _halve,
)
NO_SHIFT = Shift()


def find_shift(pairs: Sequence[Pair]) -> Shift | None:
    """Find the rule that turns the first margin of each pair into the second, if one does."""
    pairs = [pair for pair in pairs if pair[0].strip()]
    if NO_SHIFT.fits(pairs):
        return NO_SHIFT
    rules = (rule for convert in CONVERSIONS if (rule := _make_shift(convert, pairs[0])))
    return next((rule for rule in rules if rule.fits(pairs)), None)


def _make_shift(convert: Callable[[str], str], pair: Pair) -> Shift | None:
    written, wished = convert(read_margin(pair[0])), read_margin(pair[1])
    if wished.endswith(written):
        return Shift(convert, add=wished.removesuffix(written))
    if written.endswith(wished):
        return Shift(convert, take=written.removesuffix(wished))
    return None


def match_style(lines: Sequence[str], its: Sequence[str]) -> list[str]:
    """Write tabs for spaces, or spaces for tabs, when nearly all of the file has the other.

    For when nothing that stays tells how the lines are indented.
    """
    ours = read_margins(lines)
    tabs = sum(blanks[0] == "\t" for blanks in its)
    if ours and tabs > MOST * len(its) and all(blanks[0] == " " for blanks in ours):
        width = 2 if any(len(blanks) % 4 == 2 for blanks in ours) else 4
        return [Shift(partial(_convert_to_tabs, width=width))(line) for line in lines]
    if ours and its and tabs < len(its) * (1 - MOST) and all(blanks[0] == "\t" for blanks in ours):
        return [
            Shift(partial(_convert_to_spaces, width=min(map(len, its))))(line) for line in lines
        ]
    return list(lines)


def read_margins(lines: Sequence[str]) -> list[str]:
    """Read the margins of those lines that have one."""
    return [blanks for line in lines if line.strip() and (blanks := read_margin(line))]


MOST = 0.9
NUMBERED = re.compile(r"^\s*(\d+)(?:\s?[|:\u2192]|\t) ?(.*)$")


def strip_line_numbers(lines: Sequence[str]) -> list[str] | None:
    """Strip the numbers that a viewer put before the lines.

    None when they are not numbered throughout.
    """
    found = [NUMBERED.match(line) for line in lines]
    numbers = [int(match[1]) for match in found if match]
    if (
        len(numbers) != len(lines)
        or not numbers
        or numbers != list(range(numbers[0], numbers[0] + len(lines)))
    ):
        return None
    return [match[2] for match in found if match]
