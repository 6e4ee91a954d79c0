"""Keep what both sides added at one place, when these are two things and not two tries at one."""

from __future__ import annotations

import re
from difflib import SequenceMatcher, get_close_matches
from pathlib import PurePosixPath

from bot.merge.conflict import Conflict, Lines
from bot.merge.edits_apart import holds_in_order
from bot.search.grammars import language_of

LIKE_LINE, LIKE_BLOCK = 0.9, 0.75  # from here on two lines, or two blocks, may be one thing
LIMIT_CHARS = 40_000
LISTS = frozenset({".md", ".rst", ".txt", ".adoc"})  # where the newest stands first or anywhere
WORD = re.compile(r"\w{3}")
HEADING = re.compile(r"#{1,6} ")


def keep_both(conflict: Conflict, path: str) -> Lines | None:
    """Return both additions one after the other; None when they may be the same thing."""
    ours, theirs = _drop_blank(conflict.ours), _drop_blank(conflict.theirs)
    if _drop_blank(conflict.base) or not ours or not theirs or _are_alike(ours, theirs):
        return None
    if len(ours) == len(theirs) == 1 and ours[0] > theirs[0] and _is_import(ours[0]):
        return conflict.theirs + conflict.ours
    if _is_prose(path) or len(ours) == len(theirs) == 1:
        return conflict.ours + conflict.theirs
    # What is merged in was mostly written before, so it stands before.
    return conflict.theirs + conflict.ours


def take_longer_addition(conflict: Conflict) -> Lines | None:
    """Take the side that begins or ends with all that the other added; None when neither does."""
    if conflict.base:
        return None
    ours, theirs = conflict.ours, conflict.theirs
    for short, long in ((ours, theirs), (theirs, ours)):
        lines, whole = _strip(short), _strip(long)
        if lines and lines in (whole[: len(lines)], whole[-len(lines) :]) and not _repeats(long):
            return long
    return None


def _are_alike(ours: Lines, theirs: Lines) -> bool:
    """Tell whether both sides may have added the same thing, in other words."""
    if _holds(ours, theirs) or _holds(theirs, ours):
        return True
    texts = "".join(ours), "".join(theirs)
    if max(map(len, texts)) > LIMIT_CHARS:
        return True
    if len(ours) == len(theirs) == 1:
        return False  # entries of a list look alike
    if SequenceMatcher(None, *texts, autojunk=False).ratio() >= LIKE_BLOCK:
        return True
    yours = _find_top_lines(theirs)
    return any(get_close_matches(line, yours, 1, LIKE_LINE) for line in _find_top_lines(ours))


def _holds(lines: Lines, within: Lines) -> bool:
    return holds_in_order(_strip(lines), _strip(within))


def _find_top_lines(lines: Lines) -> frozenset[str]:
    """Find the least indented lines that name something: what stands twice there is told twice."""
    depth = min(len(line) - len(line.lstrip()) for line in lines)
    return frozenset(
        line.strip()
        for line in lines
        if len(line) - len(line.lstrip()) == depth
        and WORD.search(line)
        and not HEADING.match(line.strip())
    )


def _is_prose(path: str) -> bool:
    return PurePosixPath(path.lower()).suffix in LISTS or language_of(path) is None


def _is_import(line: str) -> bool:
    return (
        re.match(r"\s*(import |from |use |require|#include |@import |\"[\w./-]+\"$)", line)
        is not None
    )


def _repeats(lines: Lines) -> bool:
    """Tell whether a block holds the same lines of text twice."""
    named = [line.strip() for line in lines if WORD.search(line)]
    return len(set(named)) * 2 <= len(named) + 1 and len(named) > 3


def _strip(lines: Lines) -> tuple[str, ...]:
    return tuple(line.strip() for line in _drop_blank(lines))


def _drop_blank(lines: Lines) -> Lines:
    return tuple(line for line in lines if line.strip())
