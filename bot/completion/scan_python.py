"""Scan Python for what is open at a place: brackets, strings, comments, lines that go on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PYTHON = "python"  # as editors and grammars call it
CLOSERS = {"(": ")", "[": "]", "{": "}"}
_MARK = re.compile(r"#[^\n]*|\"\"\"|'''|\"|'|\\\n|[()\[\]{}\n]")
_STRING_ENDS = {
    quote: re.compile(rf"(?:\\.|[^\\{line_end}])*?{quote}", re.DOTALL)
    for quote, line_end in (('"""', ""), ("'''", ""), ('"', "\\n"), ("'", "\\n"))
}


@dataclass
class Scan:
    """What is open at the end of a text."""

    brackets: list[str] = field(default_factory=list)
    quote: str = ""
    is_comment: bool = False
    unopened: list[str] = field(default_factory=list)  # closers of brackets that no one opened here
    line_starts: list[int] = field(default_factory=lambda: [0])  # where statements' lines begin

    @property
    def needed_closers(self) -> str:
        """What closes the brackets, the innermost first."""
        return "".join(CLOSERS[bracket] for bracket in reversed(self.brackets))


def scan_python(text: str, quote: str = "") -> Scan:
    """Scan a text that begins outside of strings, or inside of one that this quote began."""
    scan = Scan()
    place = _skip_string(scan, text, 0, quote) if quote else 0
    while mark := _MARK.search(text, place):
        place = mark.end()
        sign = mark[0]
        if sign in _STRING_ENDS:
            place = _skip_string(scan, text, place, sign)
        elif sign.startswith("#"):
            scan.is_comment = place == len(text)
        elif sign == "\n" and not scan.brackets:
            scan.line_starts.append(place)
        else:
            _count_bracket(scan, sign)
    return scan


def _skip_string(scan: Scan, text: str, start: int, quote: str) -> int:
    """Return where a string ends; one that does not is open, or ends with its line."""
    if whole := _STRING_ENDS[quote].match(text, start):
        return whole.end()
    line_end = text.find("\n", start) if len(quote) == 1 else -1
    if line_end >= 0 and text[line_end - 1] != "\\":
        return line_end
    scan.quote = quote
    return len(text)


def _count_bracket(scan: Scan, sign: str) -> None:
    if sign in CLOSERS:
        scan.brackets.append(sign)
    elif scan.brackets and CLOSERS[scan.brackets[-1]] == sign:
        scan.brackets.pop()
    elif sign in CLOSERS.values():
        scan.unopened.append(sign)
