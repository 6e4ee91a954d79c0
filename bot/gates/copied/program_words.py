"""Read the words of a program, in any language: names, numbers, strings and operators.

Comments, imports, blanks, brackets, commas and semicolons are left out, so that code which a
formatter went over still has the same words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

from bot.search.grammars import language_of

GENERATED = re.compile(
    r"@generated|\bdo not (?:edit|modify)\b|\b(?:code|auto|automatically)[- ]?generated\b"
    r"|\bfile (?:is|was|has been) generated\b",
    re.IGNORECASE,
)
HEAD_CHARS = 1_500  # where a generated file says so

# What is not closed ends with the text, and what is looked for far below has a limit: else a file
# that only opens them would be read to its end from each of its lines.
_BLOCK = r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_HASH = (
    r"\#[^\n]*|\"{3}(?:[^\"\\]|\\[\s\S]|\"(?!\"\"))*+(?:\"{3}|\Z)"
    r"|'{3}(?:[^'\\]|\\[\s\S]|'(?!''))*+(?:'{3}|\Z)"
)
_SLASH = rf"//[^\n]*|{_BLOCK}"
_DASH = rf"--\[\[(?:[^\]]|\](?!\]))*+(?:\]\]|\Z)|--[^\n]*|{_BLOCK}"
_IMPORTS = (
    r"^[ \t]*(?:"
    r"from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]{0,9000}\)|[^\n]*)"
    r"|import\b(?:[ \t]*\([^)]{0,9000}\)|[^;\n{]*(?:\{[^}]{0,3000}\}[^;\n]*)?)"
    r"|export[ \t]*(?:type[ \t]*)?(?:\*|\{[^}]{0,3000}\})[^\n;]*?\bfrom\b[^\n]*"
    r"|(?:const|let|var)[ \t]+(?:\w+|\{[^}]{0,3000}\})[ \t]*=[ \t]*require\([^)\n]*\)[^\n]*"
    r"|(?:pub[ \t]+)?(?:using|use|package|namespace)[ \t]+[\w.:\\*]+"
    r"(?:\{[^;]{0,1000}?\})?[ \t]*;?[ \t]*$"
    r"|\#[ \t]*(?:include|pragma)[^\n]*"
    r"|require(?:_relative)?[ \t]+[\"'][^\n]*"
    r")"
)
# An apostrophe need not begin a string: in Rust it begins a lifetime.
_STRING = r"\"(?:[^\"\\\n]|\\.)*+(?:\"|\\?$)|'(?:[^'\\\n]|\\.){0,200}+'"
_TEMPLATE = r"`(?:[^`\\]|\\[\s\S]){0,3000}+`"  # in languages where it is a string
_WORD = r"\w+|[-+*/%=<>!&|^~?:]+"


def _compile(comments: str, strings: str) -> re.Pattern[str]:
    return re.compile(f"{_IMPORTS}|{comments}|({strings}|{_WORD})", re.MULTILINE)


PATTERNS = MappingProxyType(
    {
        "hash": _compile(_HASH, _STRING),
        "slash": _compile(_SLASH, f"{_STRING}|{_TEMPLATE}"),
        "dash": _compile(_DASH, _STRING),
    }
)
HASH_LANGUAGES = ("python", "ruby", "bash")
HASH_SUFFIXES = ("pl", "pm", "r", "jl", "ex", "exs", "tcl", "coffee", "nim", "ps1", "psm1", "tf")
DASH_SUFFIXES = ("lua", "sql", "hs", "elm")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, and the number of the line (from 1) that each begins on."""

    texts: tuple[str, ...]
    lines: tuple[int, ...]


def comment_style(path: str) -> str:
    """Tell how comments begin in a file, by its name."""
    suffix = path.rpartition(".")[2].lower()
    if language_of(path) in HASH_LANGUAGES or suffix in HASH_SUFFIXES:
        return "hash"
    return "dash" if suffix in DASH_SUFFIXES else "slash"


def list_words(text: str, style: str) -> list[str]:
    """List the words of a text alone."""
    words = PATTERNS[style].findall(text)
    return [_drop_quotes(word) for word in words if word]


def read_words(text: str, style: str) -> Words:
    """Read the words of a text with their lines."""
    placed = list(_find_words(text, style))
    ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
    lines = tuple(bisect_right(ends, offset) + 1 for offset, _ in placed)
    return Words(tuple(_drop_quotes(word) for _, word in placed), lines)


def is_generated(text: str) -> bool:
    """Tell whether a file says that a program wrote it."""
    return GENERATED.search(text, 0, HEAD_CHARS) is not None


def _find_words(text: str, style: str) -> Iterator[tuple[int, str]]:
    for match in PATTERNS[style].finditer(text):
        if match[1]:
            yield match.start(), match[1]


def _drop_quotes(word: str) -> str:
    """Write a string with one kind of quotes: formatters change them."""
    return f'"{word[1:-1]}"' if word[0] in "'`" else word
