"""Find long texts that nobody can read: base64, hexadecimal digits, escapes, character codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.outbound.sign import Sign

BLOB = re.compile(
    r"(?P<escapes>(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[0-7]{3}){24,})"
    r"|(?P<base64>(?<![\w/+.-])[A-Za-z0-9+/]{120,}={0,2}(?![\w/+-]))"
    r"|(?P<numbers>(?:(?:0x[0-9a-fA-F]{1,2}|\d{1,3})\s*,\s*){24,})"
)
NAMES = {
    "escapes": "a long row of escaped characters",
    "base64": "a long encoded text",
    "numbers": "a long row of character codes",
}
MIXED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)")
DIGITS = re.compile(r"[0-9a-fA-F]+")


def find_blobs(number: int, line: str) -> Iterator[Sign]:
    """Find the encoded texts of a line."""
    for blob in BLOB.finditer(line):
        text, name = blob[0], blob.lastgroup or ""
        if name != "base64" or MIXED.match(text) or DIGITS.fullmatch(text):
            yield Sign(number, "encoding", NAMES[name], "cannot be read", is_weak=True)
