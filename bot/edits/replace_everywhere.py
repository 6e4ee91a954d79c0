"""Replace a plain text in every place where it stands."""

from __future__ import annotations

import re

WORD_CHAR = re.compile(r"\w")


def replace_everywhere(text: str, old: str, new: str, *, whole_word: bool) -> tuple[str, int]:
    """Put `new` for each `old`, which is no pattern; return the new text and how many there were.

    With `whole_word`, a word at either end of `old` may not go on in the text. Line ends are those
    of the text.
    """
    if "\r\n" in text:
        old, new = (part.replace("\r\n", "\n").replace("\n", "\r\n") for part in (old, new))
    pattern = re.escape(old)
    if whole_word:
        head = r"(?<!\w)" if WORD_CHAR.match(old) else ""
        tail = r"(?!\w)" if WORD_CHAR.match(old[-1:]) else ""
        pattern = f"{head}{pattern}{tail}"
    return re.subn(pattern, lambda _: new, text)
