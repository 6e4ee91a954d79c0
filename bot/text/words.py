"""Find the words of a text in any language."""

from __future__ import annotations

import re

# Scripts without blanks between words: each of their signs says about as much as a word.
_DENSE = r"\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_DENSE}]|[^\W_{_DENSE}](?:[^\W{_DENSE}]|['\u2019-](?=\w))*")


def list_words(text: str) -> list[str]:
    """List the words in their order, as they are written."""
    return _WORD.findall(text)
