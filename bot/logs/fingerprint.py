"""Name a failure so that the name stays the same from run to run."""

from __future__ import annotations

import hashlib
import re

from bot.values import Frame

_HEXADECIMAL = re.compile(r"\b0x[0-9a-fA-F]+|\b[0-9a-f]{7,40}\b")
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[\w.@+-]*/){1,40}[\w.@+-]+")
_BACKSLASHES = re.compile(r"(?<=[\w.:])\\{1,2}(?=[\w.])")  # of Windows, doubled where quoted
# What changes by itself, and the word that takes its place.
_CHANGING = (
    (_HEXADECIMAL, "<hex>"),
    (_PATH, "<path>"),
    (re.compile(r"'[^'\n]{0,300}'|\"[^\"\n]{0,300}\"|`[^`\n]{0,300}`|‘[^’\n]{0,300}’"), "<quoted>"),
    (re.compile(r"\d+(?:[.:,]\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def compute_fingerprint(error: str, message: str, test: str, frames: tuple[Frame, ...]) -> str:
    """Compute 16 hexadecimal digits that are equal for the same failure of a test at a place.

    Lines, addresses, times and values do not count.
    """
    place = f"{frames[-1].file} {frames[-1].function}" if frames else ""
    stable_test = _HEXADECIMAL.sub("<hex>", test)
    whole = "\n".join((error, normalize_message(message), stable_test, place))
    return hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:16]


def drop_addresses(message: str) -> str:
    """Take the message without paths and addresses in memory, which differ between machines."""
    return _PATH.sub("<path>", _HEXADECIMAL.sub("<hex>", _BACKSLASHES.sub("/", message)))


def normalize_message(message: str) -> str:
    """Take the first lines of a message without what changes by itself."""
    text = "\n".join(message.split("\n")[:5])[:600]
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    return text.strip()
