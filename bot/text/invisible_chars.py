"""Here live the characters that a reader does not see."""

from __future__ import annotations

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point, format and control characters, blank letters (Hangul
# fillers, Braille blank,
# null notehead), private use, noncharacters, lone surrogates. Emoji lose their joiners; their parts
# stay readable.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\ufffe\uffff\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_BLANK = re.compile(r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BREAK = re.compile(r"\r\n?|[\u2028\u2029]")


def strip_invisible(text: str) -> str:
    """The text without what no reader sees; exotic spaces become plain ones, exotic line ends
    newlines.
    """
    return (
        text
        if text.isascii() and text.isprintable()
        else _UNSEEN.sub("", _BLANK.sub(" ", _BREAK.sub("\n", text)))
    )


# Hangul fillers, Khmer inherent vowels, Mongolian and other variation selectors, the combining
# grapheme joiner:
# letters and marks by category, drawn as nothing (Default_Ignorable_Code_Point in Unicode's
# DerivedCoreProperties).
IGNORABLE = frozenset(
    [
        0x034F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x3164,
        0xFFA0,
        *range(0x180B, 0x1810),
        *range(0xE0100, 0xE01F0),
    ]
)


def is_invisible(char: str) -> bool:
    """Controls (but for tab and line ends), formats as bidi and zero width, tags, surrogates,
    fillers.
    """
    return char not in "\t\n\r\f" and (
        unicodedata.category(char) in ("Cc", "Cf", "Cs") or ord(char) in IGNORABLE
    )
