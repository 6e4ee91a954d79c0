"""Tell reports of tests that are lines of text: TAP, and the JSON of `go test` and gotestsum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

PRINTED_SUFFIXES = (".json", ".jsonl", ".ndjson", ".tap")
_HELD_BYTES = 65_536  # of a line that goes on in the next piece
_BEGINS = re.compile(
    rb'\s*(?:\{"(?:Time|Action|ImportPath)":"[^\n]*"Action":"|\{"Action":"'
    rb"|TAP version \d|1\.\.\d+\b|(?:not )?ok 1\b)"
)


def peek_printed(pieces: Iterable[bytes]) -> tuple[bool, Iterable[bytes]]:
    """Tell whether this is such a report; the pieces come back with the first one in place."""
    rest = iter(pieces)
    first = next(rest, b"")
    return bool(_BEGINS.match(first.removeprefix(b"\xef\xbb\xbf"))), chain([first], rest)


def split_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the pieces of a file into its lines, of a very long one only the beginning."""
    held = b""
    for piece in pieces:
        *lines, held = (held[:_HELD_BYTES] + piece).split(b"\n")
        yield from lines
    yield held
