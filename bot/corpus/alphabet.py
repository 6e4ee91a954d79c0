"""The characters that models know: Python's `string.printable`, by their places in it."""

from __future__ import annotations

import string

import numpy as np
from numpy.typing import NDArray

ALPHABET = string.printable  # 100 characters
UNKNOWN = ALPHABET.index("\x0b")  # stands for every other character: nobody types a vertical tab
Codes = NDArray[np.uint8]

_TABLE = {ord(character): code for code, character in enumerate(ALPHABET)}


def encode_text(text: str) -> Codes:
    """Encode text as codes, one a character. Line ends become those of Unix first."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    codes = (_TABLE.get(ord(character), UNKNOWN) for character in lines)
    return np.frombuffer(bytes(codes), np.uint8)


def decode_codes(codes: Codes) -> str:
    """Decode codes; an unknown character comes back as U+FFFD."""
    letters = (ALPHABET[code] if code != UNKNOWN else "\ufffd" for code in codes.tolist())
    return "".join(letters)
