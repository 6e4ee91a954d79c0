"""Read the names of files as the heads of a diff write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.edits.parsed_edit import NOWHERE

PREFIXES = ("a", "b", "c", "i", "o", "w")  # git's, with diff.mnemonicPrefix
LONGEST_PREFIX = 100
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
ESCAPED = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}
# GNU diff gives a file that is not there the first second of all time; Subversion says so.
NO_FILE = re.compile(
    r"(?:1970-01-01|1969-12-31) \d\d:\d\d:00(?:\.0+)?(?: [+-]\d{4})?$"
    r"|\(nonexistent\)|\(revision 0\)"
)


def read_names(lines: Sequence[str], index: int) -> tuple[str, str]:
    """Read the names on the lines of --- and +++. A side without lines may have no file."""
    old, old_stamp = _read_name(lines[index])
    new, new_stamp = _read_name(lines[index + 1])
    head = lines[index + 2] if index + 2 < len(lines) else ""
    comes = head.startswith("@@ -0,0 ") and bool(NO_FILE.match(old_stamp))
    goes = " +0,0 @@" in head and bool(NO_FILE.match(new_stamp))
    if not comes and not goes:
        return old, new
    old, new = strip_prefixes(old, new)
    return (NOWHERE, new) if comes else (old, NOWHERE)


def _read_name(line: str) -> tuple[str, str]:
    """Read the name, and the time that stands behind it."""
    text, tab, stamp = line[4:].removesuffix("\r").partition("\t")
    quoted = QUOTED.match(text)
    if quoted:
        return _unescape(quoted[1]), stamp
    # Git puts a tab behind a name that holds blanks; without it, blanks at the end are no name's.
    return text if tab else text.strip(), stamp


def unquote(text: str) -> str:
    """Read a name that is quoted if it is odd, as those of a rename."""
    quoted = QUOTED.fullmatch(text)
    return _unescape(quoted[1]) if quoted else text


def split_names(text: str) -> tuple[str, str]:
    """Split the names after `diff --git`: where a quote ends, or where both are one file's."""
    quoted = QUOTED.match(text)
    if quoted:
        return _unescape(quoted[1]), unquote(text[quoted.end() + 1 :])
    old, quote, new = text.partition(' "')
    if quote:
        return old, unquote(f'"{new}')
    return _split_plain_names(text)


def _split_plain_names(text: str) -> tuple[str, str]:
    """Split at the blank nearest to the middle that leaves one file's names, else at the first."""
    middle = (len(text) - 1) // 2
    nearest = sorted(range(LONGEST_PREFIX), key=lambda index: abs(index - LONGEST_PREFIX // 2))
    for index in (middle + offset - LONGEST_PREFIX // 2 for offset in nearest):
        if index < 0:
            continue
        old, new = text[:index], text[index + 1 :]
        is_one_file = old == new or strip_prefixes(old, new) != (old, new)
        if text[index : index + 1] == " " and is_one_file:
            return old, new
    old, _, new = text.partition(" ")
    return old, new


def strip_prefixes(old: str, new: str) -> tuple[str, str]:
    """Strip what stands before the first slash where the names differ by nothing else."""
    old_prefix, _, old_rest = old.partition("/")
    new_prefix, _, new_rest = new.partition("/")
    if old_rest and old_rest == new_rest and old_prefix != new_prefix:
        return old_rest, new_rest
    return old, new


def strip_known_prefixes(old: str, new: str) -> tuple[str, str]:
    """Strip the prefixes that git is known to write, where the names differ by nothing else."""
    if old.partition("/")[0] in PREFIXES and new.partition("/")[0] in PREFIXES:
        return strip_prefixes(old, new)
    return old, new


def list_spellings(named: str) -> list[str]:
    """List a path as it is written, and without the prefix of a diff."""
    prefix, _, rest = named.partition("/")
    if prefix in PREFIXES and rest:
        return [named, rest]
    return [named]


def _unescape(text: str) -> str:
    """Read what git wrote in C's manner, as it does with odd characters."""
    raw = ESCAPE.sub(_read_escape, text.encode(errors="surrogatepass"))
    return raw.decode(errors="surrogateescape")


def _read_escape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if len(escape) == 3:
        return bytes([int(escape, 8)])
    return ESCAPED.get(escape, escape)
