"""The characters that models know: Python's `string.printable`, by their places in it."""

from __future__ import annotations

import string

import numpy as np
from numpy.typing import NDArray

ALPHABET = string.printable  # 100 characters
UNKNOWN = ALPHABET.index("\x0b")  # stands for every other character: nobody types a vertical tab
Codes = NDArray[np.uint8]

_POINTS = np.array([ord(character) for character in ALPHABET])
_TABLE = np.full(_POINTS.max() + 2, UNKNOWN, np.uint8)  # the last place is for all others
_TABLE[_POINTS] = np.arange(len(ALPHABET))


def encode_text(text: str) -> Codes:
    """Encode text as codes, one a character. Line ends become those of Unix first."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    points = np.frombuffer(lines.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _TABLE[np.minimum(points, len(_TABLE) - 1)]


def decode_codes(codes: Codes) -> str:
    """Decode codes; an unknown character comes back as U+FFFD."""
    letters = (ALPHABET[code] if code != UNKNOWN else "\ufffd" for code in codes.tolist())
    return "".join(letters)
