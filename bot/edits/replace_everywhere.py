"""Replace a plain text in every place where it stands."""

from __future__ import annotations

import re

from bot.edits.parsed_edit import Rejected

WORD_CHAR = re.compile(r"\w")
LINE_END = re.compile(r"\r?\n")


def replace_everywhere(text: str, old: str, new: str, *, whole_word: bool) -> tuple[str, int]:
    """Put `new` for each `old`, which is no pattern; return the new text and how many there were.

    With `whole_word`, a word at either end of `old` may not go on in the text. Line ends of both
    need not match, and become those of each place. Places that overlap count once. Raises Rejected
    for an empty `old`.
    """
    if not old:
        raise Rejected("The old text is empty, so it stands nowhere.")
    pattern = r"\r?\n".join(map(re.escape, LINE_END.split(old)))
    if whole_word:
        head = r"(?<!\w)" if WORD_CHAR.match(old) else ""
        tail = r"(?!\w)" if WORD_CHAR.match(old[-1:]) else ""
        pattern = f"{head}{pattern}{tail}"
    new_lines = LINE_END.split(new)
    if len(new_lines) == 1:
        return re.subn(pattern, lambda _: new, text)
    return re.subn(pattern, lambda match: _find_line_end(text, match).join(new_lines), text)


def _find_line_end(text: str, match: re.Match[str]) -> str:
    """Find how the first line of a place ends; without an end, how the file's first one does."""
    end = LINE_END.search(text, match.start()) or LINE_END.search(text)
    return end[0] if end else "\n"
