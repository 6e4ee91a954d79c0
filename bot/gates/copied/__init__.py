"""Find new lines that are word for word those of another repository (gate "copied").

Pure: it is handed texts. Its fingerprints are kept by the port FingerprintIndex.
"""

from __future__ import annotations

from bot.gates.change import Change
from bot.gates.copied.boilerplate import tells_of_copying
from bot.gates.copied.fingerprints import choose_fingerprints
from bot.gates.copied.passages import NewWords, SharedPassage
from bot.gates.copied.program_words import (
    Words,
    comment_style,
    is_generated,
    list_words,
    read_words,
)
from bot.search.source_files import FILE_BYTES, kind_of

__all__ = [
    "GATE",
    "NewWords",
    "SharedPassage",
    "Words",
    "choose_fingerprints",
    "comment_style",
    "fingerprint_text",
    "is_compared",
    "list_words",
    "read_new_words",
    "read_words",
    "tells_of_copying",
]

GATE = "copied"
KINDS = ("code", "test")
HAND_LINE_CHARS = 400  # on average; nobody writes longer lines by hand


def is_compared(path: str, size: int) -> bool:
    """Tell whether a file is compared with those of others, by its path and its size in bytes."""
    return kind_of(path) in KINDS and size <= FILE_BYTES


def fingerprint_text(text: str, style: str) -> frozenset[int]:
    """Choose the fingerprints of a whole file; none where a program wrote it."""
    if is_generated(text) or len(text) > HAND_LINE_CHARS * (text.count("\n") + 1):
        return frozenset()
    return frozenset(choose_fingerprints(list_words(text, style)).values())


def read_new_words(change: Change) -> dict[str, NewWords]:
    """Read the words on the new lines of each changed file that is compared."""
    new_words = {}
    for path, text in change.after.items():
        if text is None or not is_compared(path, len(text)) or is_generated(text):
            continue
        lines = frozenset(number for number, _ in change.handwritten_lines(path))
        new_words[path] = NewWords(read_words(text, comment_style(path)), lines)
    return new_words
