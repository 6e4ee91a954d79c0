"""Find the definitions of Python code by its lines.

Indentation tells what a parser would, many times as fast. The rules are those of Python's
reference, "Lexical analysis": indentation, line joining, strings. With one simplification: a line
inside brackets that is indented less than its statement is taken for the next statement, unless it
begins with a closing bracket or a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HEADER_BYTES = 1_600
MAX_BLANK = 32  # the space; all bytes below it are blank too
COMMENT = ord("#")
NEWLINE = ord("\n")
CONTINUATIONS = tuple(b")]}\"'")  # a line that begins so continues a statement, or is a mere string
# Skips code, comments and one-line strings; group 1 is the next triple-quoted string, or empty at
# the end of the file.
STRING = re.compile(
    rb"""(?: [^"'#]++ | \#[^\n]*+
           | (?!\"{3}|'{3})
             (?: "[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"? | '[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'? )
         )*+
         ( \"{3}[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+(?:\"{3})?
         | '{3}[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+(?:'{3})?
         | \Z )
    """,
    re.DOTALL | re.VERBOSE,
)
DEFINITION_STARTS = (b"def ", b"class ", b"async ")
DEFINITION = re.compile(rb"(?:async +)?(def|class) +([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
HEADER_TOKEN = re.compile(
    rb"""[(\[{]|[)\]}]|[:\n]|\#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL
)


class PythonDefinition(NamedTuple):
    """A definition. Lines count from 1; the header is the text up to the colon."""

    kind: str
    name: str
    line: int
    end_line: int
    header: bytes


def find_python_definitions(text: bytes) -> list[PythonDefinition]:
    """Return the definitions in their order. Of broken code, they are what its lines look like."""
    text = text.expandtabs()
    lines = _Lines.read(text)
    definitions: list[PythonDefinition] = []
    enclosing: list[tuple[int, int]] = []  # indent and index of the definitions that we are in
    header_end = 0
    for line in [*lines.statements, len(lines.last_code)]:
        text_start, indent = lines.text_starts[line], lines.indents[line]
        if text_start < header_end:
            continue
        while enclosing and enclosing[-1][0] >= indent:
            inner_indent, index = enclosing.pop()
            end_line = lines.find_last(line, inner_indent) + 1
            definitions[index] = definitions[index]._replace(end_line=end_line)
        if not text.startswith(DEFINITION_STARTS, text_start):
            continue
        if match := DEFINITION.match(text, text_start):
            header_end = _find_header_end(text, match.end())
            enclosing.append((indent, len(definitions)))
            kind = "class" if match[1] == b"class" else "function"
            name = match[2].decode("utf-8", "replace")
            header = text[text_start:header_end]
            definitions.append(PythonDefinition(kind, name, line + 1, line + 1, header))
    return definitions


class _Lines(NamedTuple):
    """What is known of each line; the first two hold the end of the text as one more line."""

    text_starts: list[int]  # where its text starts, after the indent
    indents: list[int]  # -1 for an empty line
    last_code: list[int]  # the last line with code up to and with this one
    statements: list[int]  # the lines that begin a statement

    @staticmethod
    def read(text: bytes) -> _Lines:
        """Read the lines of a text without tabs."""
        data = np.frombuffer(text, np.uint8)
        starts = np.concatenate([[0], np.flatnonzero(data == NEWLINE) + 1])
        visible = np.append(np.flatnonzero(data > MAX_BLANK), len(data))
        text_starts = visible[np.searchsorted(visible, starts)]
        in_string = _mark_strings(text, starts)
        first_byte = np.append(data, COMMENT)[text_starts]
        is_filled = text_starts < np.append(starts[1:], len(data))
        is_code = is_filled & (first_byte != COMMENT)
        code_lines = np.where(is_code | in_string, np.arange(len(starts)), 0)
        continues = np.isin(first_byte, CONTINUATIONS)
        indents = np.where(is_filled & ~in_string, text_starts - starts, -1)
        return _Lines(
            [*text_starts.tolist(), len(text)],
            [*indents.tolist(), 0],
            np.maximum.accumulate(code_lines).tolist(),
            np.flatnonzero(is_code & ~in_string & ~continues).tolist(),
        )

    def find_last(self, before: int, indent: int) -> int:
        """Return the last line of a definition with this indent that ends before that line.

        Comments at its end that are indented more belong to it.
        """
        code = self.last_code[before - 1]
        for line in range(before - 1, code, -1):
            if self.indents[line] > indent:
                return line
        return code


def _mark_strings(text: bytes, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the lines that begin inside a triple-quoted string."""
    in_string = np.zeros(len(starts), np.bool_)
    lines = np.searchsorted(starts, list(_find_strings(text)), side="right")
    for first, end in lines.reshape(-1, 2).tolist():
        in_string[first:end] = True
    return in_string


def _find_strings(text: bytes) -> Iterator[tuple[int, int]]:
    """Return where the triple-quoted strings start and end."""
    position = 0
    while (string := STRING.match(text, position)) and string.end() > string.start(1):
        position = string.end()
        yield string.start(1), position


def _find_header_end(text: bytes, start: int) -> int:
    """Return the position after the colon that begins the body."""
    depth = 0
    for token in HEADER_TOKEN.finditer(text, start, start + HEADER_BYTES):
        mark = token[0]
        depth += (mark in b"([{") - (mark in b")]}")
        if depth <= 0 and mark in b":\n":
            return token.end() - (mark == b"\n")
    return min(len(text), start + HEADER_BYTES)
