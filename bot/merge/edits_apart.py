"""Make the changes of both sides where they are apart: in other lines, or in other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.merge.conflict import Conflict, Lines, solve_each_line

LIMIT = 4_000_000  # pieces of one text times those of the other: difflib's worst case is quadratic
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
Pieces = Sequence[str]


@dataclass(frozen=True, slots=True)
class Edit:
    """Pieces `start` up to `end` of the base, the old ones, became the new ones."""

    start: int
    end: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def only_deletes(self) -> bool:
        """Tell whether nothing came in place of the old pieces."""
        return not self.new

    @property
    def stands_alone(self) -> bool:
        """Tell whether the edit says all that it means, so that its neighbours may change too.

        Lines that were only wrapped differently, two that became one, or an entry that was taken
        out of a list may belong to what stands beside them.
        """
        if self.only_inserts or _squeeze(self.old) == _squeeze(self.new):
            return False
        if self.only_deletes:
            return not any(line.rstrip().endswith(",") for line in self.old)
        return len(self.new) >= len(self.old)

    @property
    def only_inserts(self) -> bool:
        """Tell whether no old piece went."""
        return self.start == self.end


def merge_lines(conflict: Conflict) -> Lines | None:
    """Make both sides' changes when no line was changed by both; None when one was."""
    merged = _combine(conflict.base, conflict.ours, conflict.theirs, may_touch=True)
    return None if merged is None else tuple(merged)


def merge_words(conflict: Conflict) -> Lines | None:
    """Make both sides' changes when the lines stayed the same ones and no word was changed by both.

    None when that is not so.
    """
    return solve_each_line(conflict, _merge_line)


def take_larger_change(conflict: Conflict) -> Lines | None:
    """Take the side that made the other's whole change and more; None when neither did."""
    base, ours, theirs = map(_split_words, (conflict.base, conflict.ours, conflict.theirs))
    if not base or _is_too_long(base, ours) or _is_too_long(base, theirs):
        return None
    ours_edits, theirs_edits = find_edits(base, ours), find_edits(base, theirs)
    if _is_within(ours_edits, theirs_edits):
        return conflict.theirs
    if _is_within(theirs_edits, ours_edits):
        return conflict.ours
    return None


def find_edits(base: Pieces, changed: Pieces) -> list[Edit]:
    """Find what was changed, in order."""
    matcher = SequenceMatcher(None, base, changed, autojunk=False)
    return [
        Edit(start, end, tuple(base[start:end]), tuple(changed[first:last]))
        for tag, start, end, first, last in matcher.get_opcodes()
        if tag != "equal"
    ]


def holds_in_order(pieces: Pieces, within: Pieces) -> bool:
    """Tell whether all of the pieces stand in the others in the same order."""
    others = iter(within)
    return all(piece in others for piece in pieces)


def _merge_line(base: str, ours: str, theirs: str) -> str | None:
    merged = _combine(*map(WORDS.findall, (base, ours, theirs)), may_touch=False)
    return None if merged is None else "".join(merged)


def _combine(base: Pieces, ours: Pieces, theirs: Pieces, *, may_touch: bool) -> list[str] | None:
    """Make both lists of edits in the base; None when two of them are not apart."""
    if _is_too_long(base, ours) or _is_too_long(base, theirs):
        return None
    ours_edits, theirs_edits = find_edits(base, ours), find_edits(base, theirs)
    if not may_touch and (_is_swap(ours_edits, theirs_edits) or _repeats(ours_edits, theirs_edits)):
        return None
    merged: list[str] = []
    position = 0
    last: Edit | None = None
    for edit in _in_order(ours_edits, theirs_edits):
        if last is not None and not _are_apart(last, edit, may_touch=may_touch):
            return None
        merged += [*base[position : edit.start], *edit.new]
        position, last = edit.end, edit
    return [*merged, *base[position:]]


def _in_order(ours: list[Edit], theirs: list[Edit]) -> Iterator[Edit]:
    """Give the edits of both in the order of the base, and those that both made once."""
    both = {(edit.start, edit.end, edit.new): edit for edit in (*ours, *theirs)}
    yield from sorted(both.values(), key=lambda edit: (edit.start, edit.end))


def _are_apart(first: Edit, second: Edit, *, may_touch: bool) -> bool:
    """Tell whether two edits of different sides leave each other alone."""
    if first.end != second.start:
        return first.end < second.start
    return may_touch and first.stands_alone and second.stands_alone


def _is_swap(ours: list[Edit], theirs: list[Edit]) -> bool:
    """Tell whether one side only took words out and the other only put some in.

    In a list of names that is one decision, not two.
    """
    for deleting, inserting in ((ours, theirs), (theirs, ours)):
        takes_out = all(edit.only_deletes for edit in deleting)
        if takes_out and all(edit.only_inserts for edit in inserting):
            return True
    return False


def _is_within(small: list[Edit], large: list[Edit]) -> bool:
    """Tell whether each of the small edits is a part of a large one."""
    return all(_is_inside(edit, large) for edit in small)


def _is_inside(edit: Edit, large: list[Edit]) -> bool:
    return any(
        outer.start <= edit.start and edit.end <= outer.end and holds_in_order(edit.new, outer.new)
        for outer in large
    )


def _squeeze(pieces: Pieces) -> str:
    return "".join("".join(pieces).split())


def _split_words(lines: Lines) -> list[str]:
    return WORDS.findall("".join(lines))


def _is_too_long(base: Pieces, changed: Pieces) -> bool:
    return len(base) * len(changed) > LIMIT


def _repeats(ours: list[Edit], theirs: list[Edit]) -> bool:
    """Tell whether one side wrote elsewhere in the line a word that the other side changed."""
    for changing, writing in ((ours, theirs), (theirs, ours)):
        changed = {word for edit in changing for word in edit.old if word.isalnum()}
        if any(not changed.isdisjoint(edit.new) for edit in writing if edit not in changing):
            return True
    return False
