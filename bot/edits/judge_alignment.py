"""Judge whether lines of a file that an edit fits in part are those that it means."""

from __future__ import annotations

from itertools import groupby, pairwise

from bot.edits.lines import FileLines, has_word, loosen
from bot.edits.parsed_edit import GOES, STAYS, Ops

CONTEXT = 0.7  # of the lines that stay must be there
Matches = dict[int, int | None]  # for each quoted line of a reading the file's, or None


def keeps_order(lines: FileLines, ops: Ops, matches: Matches) -> bool:
    """Tell whether what goes stands among the lines around it as it is quoted.

    Beside a change no more than one quoted line may stand where another should. A bracket or a
    blank that goes must be beside a line with a word, because there are many like it.
    """
    quoted = {loosen(ops[position].old) for position in matches}
    present = [position for position, index in matches.items() if index is not None]
    for above, below in pairwise(present):
        changes = any(op.sign != STAYS for op in ops[above : below + 1])
        between = _list_between(lines, matches[above], matches[below])
        if changes and sum(loosen(text) in quoted for text in between) > 1:
            return False
    return not any(map(_is_wordless_removal, _list_runs(ops, matches)))


def _list_between(lines: FileLines, before: int | None, after: int | None) -> list[str]:
    """List the lines with a word between two of the file."""
    if before is None or after is None:
        return []
    return list(filter(has_word, lines.texts[before + 1 : after]))


def _list_runs(ops: Ops, matches: Matches) -> list[Ops]:
    """Cut the lines that are there where lines of the file came or went between them."""
    ranked = [
        (index - rank, ops[position])
        for rank, (position, index) in enumerate(matches.items())
        if index is not None
    ]
    return [tuple(op for _, op in run) for _, run in groupby(ranked, lambda pair: pair[0])]


def _is_wordless_removal(ops: Ops) -> bool:
    return any(op.sign == GOES for op in ops) and not any(has_word(op.old) for op in ops)


def is_believable(lines: FileLines, ops: Ops, matches: Matches) -> bool:
    """Tell whether more lines stand nowhere else in the file than there are differences."""
    unique = differences = missing = 0
    last: int | None = None
    for position, index in matches.items():
        old = ops[position].old
        if index is None:
            missing += has_word(old)
            continue
        missing = max(missing, len(_list_between(lines, last, index)))
        differences, missing, last = differences + missing, 0, index
        if has_word(old) and lines.find_numbers(loosen, loosen(old)) == [index]:
            unique += 1
    return unique > differences + missing


def has_enough_context(ops: Ops, matches: Matches) -> bool:
    """Tell whether every line that goes is there, and most of those that stay."""
    going = {loosen(op.old) for op in ops if op.sign == GOES}
    present = missing = 0
    for position, index in matches.items():
        op = ops[position]
        if op.sign == GOES and index is None:
            return False
        if op.sign != STAYS or not op.old.strip():
            continue
        if index is not None:
            present += 1
        elif loosen(op.old) in going:
            return False  # which of two equal lines stays, and which goes?
        else:
            missing += 1
    if present < CONTEXT * (present + missing):
        return missing == 1 and present > 1
    return present > 0
