"""What editors have built in: words of the open file that begin as the one being typed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.completion.suggestion import CursorPlace

LEAST_TYPED = 1
WORDS = re.compile(r"[^\W\d]\w{2,}")
BEGUN = re.compile(r"[^\W\d]\w*\Z")
MOST = 5


def complete_word(place: CursorPlace) -> Sequence[str]:
    """Complete the word before the cursor: the nearest above first, each once."""
    begun = BEGUN.search(place.before[-100:])
    if not begun or len(begun[0]) < LEAST_TYPED:
        return []
    words = WORDS.findall(place.before[: len(place.before) - len(begun[0])])
    nearest = dict.fromkeys(reversed(words))
    rests = [word.removeprefix(begun[0]) for word in nearest if word.startswith(begun[0])]
    return [rest for rest in rests if rest][:MOST]
