"""Know the characters that a reader does not see, and remove them."""

from __future__ import annotations

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point, format and control characters, blank letters (Hangul
# fillers, Braille blank, null notehead), private use, noncharacters, lone surrogates. Emoji lose
# their joiners; their parts stay readable.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff"
    r"\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    r"\U0001d159\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_BLANK = re.compile(r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_NOT_PLAIN = re.compile(r"[^\t\n\r\f -~]")
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029]")
# Hangul fillers, Khmer inherent vowels, Mongolian and other variation selectors, the combining
# grapheme joiner, and what is reserved for more of the kind: letters, marks or nothing by category,
# drawn as nothing (Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties). The selectors
# U+FE00 to U+FE0F are left out, of which emoji are made.
_IGNORABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0").union(
    map(chr, (*range(0x180B, 0x1810), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)))
)


def strip_invisible(text: str) -> str:
    """Remove what no reader sees; make exotic spaces plain ones, and exotic line ends newlines."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", _BLANK.sub(" ", _LINE_END.sub("\n", text)))


def is_invisible(char: str) -> bool:
    """Tell if a character is a control (but for tab and line ends), a format, a filler or the like.

    Formats are bidirectional and zero-width characters, tags; surrogates count too.
    """
    if char in "\t\n\r\f":
        return False
    return unicodedata.category(char) in ("Cc", "Cf", "Cs") or char in _IGNORABLE


def escape_invisible(text: str) -> str:
    """Write each invisible character as its number, so that a reader of code sees it is there."""
    return _NOT_PLAIN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return f"\\u{{{ord(char):X}}}" if is_invisible(char) else char
