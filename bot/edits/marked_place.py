"""Put new code at a marked place of a file: in the place of a placeholder, or behind a line."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from bot.text.git_lines import split_keeping_ends, split_lines

# Lines that stand in the place of code: nothing else is taken away.
PLACEHOLDER = re.compile(
    r"""\s*(?: (?:\#|//|--|/\*+|\*)\s*(?:TODO|FIXME|XXX|FILL)\b.*
      | pass | \.\.\. | raise\ NotImplementedError\b.*
      | (?:todo|unimplemented)!\(.*\);? | panic\(.*(?:TODO|implemented).*\)
      | throw\ new\ (?:\w*Exception|Error|NotImplementedError)\(.*(?:TODO|implemented).*\);?
      | throw\ new\ NotImplementedException\(.*\);?
      )\s*(?:\#.*|//.*)?""",
    re.VERBOSE | re.IGNORECASE,
)
OPENS = re.compile(r"[:{(\[]\s*(?:#.*|//.*)?$")  # a line behind which code is indented more
FENCE = re.compile(r"\A\s*```[\w+-]*\n(?P<code>.*?)\n?```\s*\Z", re.DOTALL)
STEP = 4  # of an indent, where the file shows none


@dataclass(frozen=True, slots=True)
class MarkedPlace:
    """Where new code goes: in the place of the lines `first` to `last`, counted from 1.

    `last` is before `first` where nothing goes, and the code is put before line `first`.
    """

    path: str
    text: str
    first: int
    last: int
    indent: str

    @property
    def placeholder(self) -> str:
        """What stands there now; empty where nothing does."""
        return "\n".join(split_lines(self.text)[self.first - 1 : self.last]).strip()

    def fill(self, code: str) -> str:
        """Give the file's text with the code in its place, as far indented as it has to be."""
        lines = split_keeping_ends(self.text)
        newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        if self.first > 1 and len(lines) == self.first - 1 and not lines[-1].endswith("\n"):
            lines[-1] += newline
        rows = _indent(_unwrap(code), self.indent)
        new = [f"{row}{newline}" for row in rows]
        return "".join([*lines[: self.first - 1], *new, *lines[self.last :]])


def find_marked_place(path: str, text: str, line: int) -> MarkedPlace:
    """Find where the code of a line goes: a placeholder and those beside it are replaced.

    Raises ValueError where the file has no such line.
    """
    lines = split_lines(text)
    if not 1 <= line <= max(1, len(lines)):
        raise ValueError(f"{path} has the lines 1 to {len(lines)}.")
    if not lines:
        return MarkedPlace(path, text, 1, 0, "")
    if not _stands_in(lines[line - 1]):
        return MarkedPlace(path, text, line + 1, line, _find_indent_behind(lines, line))
    first = last = line
    while first > 1 and PLACEHOLDER.fullmatch(lines[first - 2]):
        first -= 1
    while last < len(lines) and PLACEHOLDER.fullmatch(lines[last]):
        last += 1
    return MarkedPlace(path, text, first, last, _find_indent(lines, first, last))


def _stands_in(line: str) -> bool:
    return not line.strip() or PLACEHOLDER.fullmatch(line) is not None


def _find_indent(lines: list[str], first: int, last: int) -> str:
    """Take the placeholder's indent; of a blank line, that of the code before it."""
    for line in lines[first - 1 : last]:
        if line.strip():
            return _read_indent(line)
    before = [number for number in range(1, first) if lines[number - 1].strip()]
    return _find_indent_behind(lines, before[-1]) if before else ""


def _find_indent_behind(lines: list[str], line: int) -> str:
    """Indent as the line, and once more where it opens a block."""
    indent = _read_indent(lines[line - 1])
    if not OPENS.search(lines[line - 1]):
        return indent
    inner = next((_read_indent(each) for each in lines[line:] if each.strip()), "")
    if len(inner) > len(indent) and inner.startswith(indent):
        return inner
    return indent + _read_step(lines)


def _read_step(lines: list[str]) -> str:
    """Read how far the file indents a block; by a tab where braces are and nothing shows it."""
    # What stands in a block comment is one blank further in.
    code = [line for line in lines if not line.lstrip().startswith("*")]
    steps = [indent for indent in map(_read_indent, code) if indent]
    if steps:
        return "\t" if steps[0].startswith("\t") else min(steps, key=len)
    has_braces = any(line.rstrip().endswith("{") for line in lines)
    return "\t" if has_braces else " " * STEP


def _read_indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _unwrap(code: str) -> str:
    """Take the code out of a fence, as models write it by habit."""
    fenced = FENCE.match(code)
    return fenced["code"] if fenced else code.strip("\n")


def _indent(code: str, indent: str) -> list[str]:
    """Indent the code as its place is; what stands there already stays as it is."""
    rows = [row.rstrip("\r") for row in code.split("\n")]
    first = next((row for row in rows if row.strip()), "")
    if _read_indent(first) == indent:
        return rows
    return textwrap.indent(textwrap.dedent("\n".join(rows)), indent).split("\n")
