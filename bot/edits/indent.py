"""Turn the indentation of an edit into that of the file, when one rule fits every line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from textwrap import dedent

Pair = tuple[str, str]  # a line as it is written, and as it shall be


def read_margin(line: str) -> str:
    """Read the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip())]


def find_common_margin(lines: Iterable[str]) -> str:
    """Find the blanks that all lines begin with; blank lines do not count."""
    filled_lines = [line for line in lines if line.strip()]
    if not filled_lines:
        return ""
    dedented_first, *_ = dedent("\n".join(filled_lines)).split("\n")
    return filled_lines[0].removesuffix(dedented_first)


def _convert_to_tabs(blanks: str, width: int) -> str:
    """Turn leading spaces into tabs, as far as they are whole ones."""
    columns = len(blanks.expandtabs(width))
    return "\t" * (columns // width) + " " * (columns % width)


def _double(blanks: str) -> str:
    return blanks * 2


def _halve(blanks: str) -> str:
    """Halve the blanks. Odd or tabbed ones become no margin, so that the rule never fits."""
    if len(blanks) % 2 or "\t" in blanks:
        return blanks + "?"
    return blanks[: len(blanks) // 2]


@dataclass(frozen=True, slots=True)
class Shift:
    """One rule for the blanks in front of lines: convert them, then add some or take some."""

    convert: Callable[[str], str] = str
    add: str = ""
    take: str = ""

    def __call__(self, line: str) -> str:
        """Put the line at its new margin; a blank one stays as it is."""
        text = line.lstrip()
        if not text:
            return line
        blanks = self.convert(read_margin(line))
        if not blanks.startswith(self.take):
            return self.add + text
        return self.add + blanks.removeprefix(self.take) + text

    def fits(self, pairs: Iterable[Pair]) -> bool:
        """Tell whether the rule turns every written margin into the wished one."""
        return all(read_margin(self(written)) == read_margin(wished) for written, wished in pairs)


STEPS = (_double, _halve)
CONVERSIONS: tuple[Callable[[str], str], ...] = (
    str,
    partial(_convert_to_tabs, width=4),
    partial(_convert_to_tabs, width=2),
    partial(_convert_to_tabs, width=8),
    partial(str.expandtabs, tabsize=4),
    partial(str.expandtabs, tabsize=2),
    partial(str.expandtabs, tabsize=8),
    *STEPS,
)
NO_SHIFT = Shift()


def find_shift(pairs: Sequence[Pair]) -> Shift | None:
    """Find the rule that turns the first margin of each pair into the second, if one does."""
    filled_pairs = [pair for pair in pairs if pair[0].strip()]
    if NO_SHIFT.fits(filled_pairs):
        return NO_SHIFT
    margins = {read_margin(written) for written, _ in filled_pairs}
    for convert in CONVERSIONS:
        shift = _make_shift(convert, filled_pairs[0])
        # Two margins always lie on some line: three show that the steps are other ones.
        is_guess = convert in STEPS and len(margins) < 3 and shift != Shift(convert)
        if shift is not None and not is_guess and shift.fits(filled_pairs):
            return shift
    return None


def _make_shift(convert: Callable[[str], str], pair: Pair) -> Shift | None:
    written, wished = convert(read_margin(pair[0])), read_margin(pair[1])
    if wished.endswith(written):
        return Shift(convert, add=wished.removesuffix(written))
    if written.endswith(wished):
        return Shift(convert, take=written.removesuffix(wished))
    return None


def match_style(lines: Sequence[str], file_margins: Sequence[str]) -> list[str]:
    """Write tabs for spaces, or spaces for tabs, when nearly all of the file has the other.

    For when nothing that stays tells how the lines are indented.
    """
    convert = _choose_conversion(read_margins(lines), file_margins)
    if convert is None:
        return list(lines)
    return list(map(Shift(convert), lines))


def _choose_conversion(
    margins: Sequence[str], file_margins: Sequence[str]
) -> Callable[[str], str] | None:
    if not margins or not file_margins:
        return None
    first_blanks = {blanks[0] for blanks in margins}
    tabs = sum(blanks[0] == "\t" for blanks in file_margins)
    if tabs > MOST * len(file_margins) and first_blanks == {" "}:
        width = 4
        if any(len(blanks) % 4 == 2 for blanks in margins):
            width = 2
        return partial(_convert_to_tabs, width=width)
    if tabs < len(file_margins) * (1 - MOST) and first_blanks == {"\t"}:
        return partial(str.expandtabs, tabsize=min(map(len, file_margins)))
    return None


def read_margins(lines: Sequence[str]) -> list[str]:
    """Read the margins of those lines that have one."""
    return [blanks for line in lines if line.strip() and (blanks := read_margin(line))]


MOST = 0.9
NUMBERED = re.compile(r"^\s*(\d+)(?:\s?[|:\u2192]|\t) ?(.*)$")


def strip_line_numbers(lines: Sequence[str]) -> list[str] | None:
    """Strip the numbers that a viewer put before the lines.

    None when they are not numbered throughout.
    """
    numbers = []
    texts = []
    for line in lines:
        match = NUMBERED.match(line)
        if not match:
            return None
        numbers.append(int(match[1]))
        texts.append(match[2])
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    return texts
