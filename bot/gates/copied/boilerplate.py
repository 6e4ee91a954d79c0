"""Tell whether shared words say that code was copied, or are what anybody would write."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.gates.copied.passages import SharedPassage

# Forty words are some seven lines, with brackets and commas about ninety tokens: two people seldom
# write as many alike by chance.
MIN_WORDS = 40
MIN_LINES = 6
MIN_NAMES = 9  # different ones: a table, a list of getters or of calls of one function has few
MIN_NAMES_SHARE = 0.08  # of the first words: what repeats itself has less
REPEATED_WORDS = 200  # a long passage uses its names again
MAX_LITERALS_SHARE = 0.35  # strings and numbers: a table of a standard
NAME = re.compile(r"[^\W\d]\w*")
KEYWORDS = frozenset(
    """
    abstract and as async await begin bool boolean break byte case catch chan char class const
    continue def default defer del delete do double elif else elsif end enum except export extends
    extern false False final finally float fn for from func function go goto if impl implements
    import in instanceof int interface internal is lambda let local long loop map match mod module
    mut namespace new nil none None not null or override package pass private protected pub public
    raise range readonly ref rescue return Self self short signed sizeof static str string String
    struct super switch then this throw throws trait true True try type typedef typeof undefined
    union unless unsafe unsigned use using val var virtual void when where while with yield
    """.split()  # noqa: SIM905 - a list of literals would be three times as long
)


def tells_of_copying(passage: SharedPassage) -> bool:
    """Tell whether a passage is long enough, and enough of its own kind, to name its source."""
    if len(passage.words) < MIN_WORDS or passage.lines < MIN_LINES:
        return False
    return _is_particular(passage.words)


def _is_particular(words: Sequence[str]) -> bool:
    literals = sum(word[0] == '"' or word[0].isdigit() for word in words)
    names = {word for word in words if NAME.fullmatch(word)} - KEYWORDS
    is_table = literals > MAX_LITERALS_SHARE * len(words)
    least = max(MIN_NAMES, MIN_NAMES_SHARE * min(len(words), REPEATED_WORDS))
    return not is_table and len(names) >= least
