"""Here lives the list of characters that a reader of code does not see."""

from __future__ import annotations

import unicodedata

# Hangul fillers, Khmer inherent vowels, Mongolian and other variation selectors, the combining grapheme joiner:
# letters and marks by category, drawn as nothing (Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties).
IGNORABLE = frozenset(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xE0100, 0xE01F0)]
)


def is_unseen(char: str) -> bool:
    """Controls (but for tab and line ends), formats as bidi and zero width, tags, surrogates, fillers."""
    return char not in "\t\n\r\f" and (unicodedata.category(char) in ("Cc", "Cf", "Cs") or ord(char) in IGNORABLE)
