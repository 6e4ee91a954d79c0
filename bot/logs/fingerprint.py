"""Here lives the name of a failure that stays the same from run to run: what changes by itself is
masked.
"""

from __future__ import annotations

import hashlib
import re

from bot.values import Frame

_CHANGING = (
    (re.compile(r"\b0x[0-9a-fA-F]+|\b[0-9a-f]{7,40}\b"), "<hex>"),
    (re.compile(r"(?:[A-Za-z]:)?(?:[\w.@+-]*/){1,40}[\w.@+-]+"), "<path>"),
    (re.compile(r"'[^'\n]{0,300}'|\"[^\"\n]{0,300}\"|`[^`\n]{0,300}`|‘[^’\n]{0,300}’"), "<quoted>"),
    (re.compile(r"\d+(?:[.:,]\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def fingerprint(error: str, message: str, test: str, frames: tuple[Frame, ...]) -> str:
    """Equal for the same failure of the same test at the same place, whatever lines, addresses,
    times and values.
    """
    place = f"{frames[-1].file} {frames[-1].function}" if frames else ""
    steady_test = _CHANGING[0][0].sub("<hex>", test)
    whole = "\n".join((error, masked_message(message), steady_test, place))
    return hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:16]


def masked_message(message: str) -> str:
    """The first lines of a message without what changes by itself."""
    said = "\n".join(message.split("\n")[:5])[:600]
    for pattern, word in _CHANGING:
        said = pattern.sub(word, said)
    return said.strip()
