"""Here live the definitions of Python by its lines: indentation says what a parser would, many
times as fast.

The rules are those of Python's reference, "Lexical analysis": indentation, line joining, strings.
With one
simplification: a line inside brackets that is indented less than its statement is taken for the
next statement,
unless it begins with a closing bracket or a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

HEADER_BYTES = 1_600
SPACE = 32  # and all bytes below it
COMMENT = ord("#")
INSIDE = tuple(b")]}\"'")  # whatever begins with these is the rest of a statement, or of no weight
# Runs over all that holds no other line's end; what is caught is a string of several lines, or
# nothing at the end.
STRING = re.compile(
    rb"""(?: [^"'#]++ | \#[^\n]*+
           | (?!\"{3}|'{3}) (?: "[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"? | '[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'? )
         )*+
         ( \"{3}[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:\"{3})?
         | '{3}[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:'{3})?
         | \Z )
    """,
    re.DOTALL | re.VERBOSE,
)
BEGINNINGS = (b"def ", b"class ", b"async ")
DEFINITION = re.compile(rb"(?:async +)?(def|class) +([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
IN_HEADER = re.compile(
    rb"""[(\[{]|[)\]}]|[:\n]|\#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL
)


class Found(NamedTuple):
    """A definition. Lines count from 1; the header is the text up to the colon."""

    kind: str
    name: str
    line: int
    end_line: int
    header: bytes


def definitions(text: bytes) -> list[Found]:
    """In their order. Broken code gives what its lines look like."""
    text = text.expandtabs()
    lines = _Lines.of(text)
    found: list[Found] = []
    around: list[
        tuple[int, int]
    ] = []  # the indentation of the definitions that we are in, and their places in `found`
    header_end = 0
    for line in [*lines.beginnings, len(lines.starts)]:
        first, indent = (
            (lines.firsts[line], lines.indents[line])
            if line < len(lines.starts)
            else (len(text), 0)
        )
        if first < header_end:
            continue
        while around and around[-1][0] >= indent:
            inner, place = around.pop()
            found[place] = found[place]._replace(end_line=lines.last(line, inner) + 1)
        if text.startswith(BEGINNINGS, first) and (it := DEFINITION.match(text, first)):
            header_end = _header_end(text, it.end())
            around.append((indent, len(found)))
            kind = "class" if it[1] == b"class" else "function"
            found.append(
                Found(
                    kind,
                    it[2].decode("utf-8", "replace"),
                    line + 1,
                    line + 1,
                    text[first:header_end],
                )
            )
    return found


class _Lines(NamedTuple):
    """Of each line where it starts, where its text starts, how far it is indented, and the last
    with code up to it.
    """

    starts: list[int]
    firsts: list[int]
    indents: list[int]  # -1 for an empty line
    code: list[int]
    beginnings: list[int]  # the lines that begin a statement

    @staticmethod
    def of(text: bytes) -> _Lines:
        data = np.frombuffer(text, np.uint8)
        starts = np.concatenate([[0], np.flatnonzero(data == ord("\n")) + 1])
        shown = np.append(np.flatnonzero(data > SPACE), len(data))
        firsts = shown[np.searchsorted(shown, starts)]
        inside = np.zeros(len(starts), np.bool_)
        for opened, ended in (
            np.searchsorted(starts, list(_strings(text)), side="right").reshape(-1, 2).tolist()
        ):
            inside[opened:ended] = True
        byte = np.append(data, COMMENT)[firsts]
        filled = firsts < np.append(starts[1:], len(data))
        code = filled & (byte != COMMENT)
        return _Lines(
            starts.tolist(),
            firsts.tolist(),
            np.where(filled & ~inside, firsts - starts, -1).tolist(),
            np.maximum.accumulate(np.where(code | inside, np.arange(len(starts)), 0)).tolist(),
            np.flatnonzero(code & ~inside & ~np.isin(byte, INSIDE)).tolist(),
        )

    def last(self, before: int, indent: int) -> int:
        """The last line of what is indented more than this and ends before that line, comments at
        its end included.
        """
        code = self.code[before - 1]
        return next(
            (line for line in range(before - 1, code, -1) if self.indents[line] > indent), code
        )


def _strings(text: bytes) -> Iterator[tuple[int, int]]:
    """Where the strings in three quotes start and end."""
    at = 0
    while (string := STRING.match(text, at)) and string.end() > string.start(1):
        at = string.end()
        yield string.start(1), at


def _header_end(text: bytes, at: int) -> int:
    """After the colon that begins the body."""
    depth = 0
    for it in IN_HEADER.finditer(text, at, at + HEADER_BYTES):
        mark = it[0]
        depth += (mark in b"([{") - (mark in b")]}")
        if depth <= 0 and mark in b":\n":
            return it.end() - (mark == b"\n")
    return min(len(text), at + HEADER_BYTES)
