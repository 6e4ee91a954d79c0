"""Judge whether lines of a file that an edit fits in part are those that it means."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bot.edits.lines import FileLines, count_letters, has_word, loosen
from bot.edits.parsed_edit import COMES, GOES, STAYS, Ops, has_sign

CONTEXT = 0.7  # of the lines that stay must be there
MANY_LETTERS = 40  # of lines that go, beside which half of those that stay are enough
Matches = dict[int, int | None]  # for each quoted line of a reading the file's, or None


def keeps_order(lines: FileLines, ops: Ops, matches: Matches) -> bool:
    """Tell whether what goes stands among the lines around it as it is quoted.

    Beside a change no more than one quoted line may stand where another should. A bracket or a
    blank that goes must be beside a line with a word, because there are many like it.
    """
    quoted = {loosen(ops[position].old) for position in matches}
    going = {loosen(op.old) for op in ops if op.sign == GOES}
    present = [position for position, index in matches.items() if index is not None]
    for above, below in pairwise(present):
        changes = any(op.sign != STAYS for op in ops[above : below + 1])
        between = _list_between(lines, matches[above], matches[below])
        repeated = [text for text in map(loosen, between) if text in quoted]
        is_unsure = has_sign(ops, COMES) and not going.isdisjoint(repeated)
        if changes and (len(repeated) > 1 or is_unsure):
            return False
    return not any(_is_wordless_change(ops, run) for run in _list_runs(matches))


def _list_between(lines: FileLines, before: int | None, after: int | None) -> list[str]:
    """List the lines with a word between two of the file."""
    if before is None or after is None:
        return []
    return list(filter(has_word, lines.texts[before + 1 : after]))


def _list_runs(matches: Matches) -> Iterator[list[int]]:
    """Cut the quoted lines that are there where lines came, went or changed between them."""
    run: list[int] = []
    last: int | None = None
    for position, index in matches.items():
        if run and (index is None or last is None or index != last + 1):
            yield run
            run = []
        if index is not None:
            run.append(position)
        last = index
    if run:
        yield run


def _is_wordless_change(ops: Ops, run: list[int]) -> bool:
    """Tell whether lines without a word go, or are all that new ones stand beside."""
    around = ops[max(run[0] - 1, 0) : run[-1] + 2]
    return has_sign(around, GOES, COMES) and not any(has_word(ops[n].old) for n in run)


def is_believable(lines: FileLines, ops: Ops, matches: Matches) -> bool:
    """Tell whether more lines stand nowhere else in the file than there are differences.

    They also hold more letters than those that are not there. All brackets that are not there
    are one difference.
    """
    unique = letters = differences = missing = 0
    lost: list[str] = []
    last: int | None = None
    for position, index in matches.items():
        old = ops[position].old
        if index is None:
            missing += has_word(old)
            lost.append(old)
            continue
        missing = max(missing, len(_list_between(lines, last, index)))
        differences, missing, last = differences + missing, 0, index
        if has_word(old) and lines.find_numbers(loosen, loosen(old)) == [index]:
            unique += 1
            letters += count_letters(old)
    lacks_bracket = any(text.strip() and not has_word(text) for text in lost)
    return (
        unique > differences + missing + lacks_bracket
        and letters > sum(map(count_letters, lost))
        and not (lost and _repeats_all_changes(lines, ops))
    )


def _repeats_all_changes(lines: FileLines, ops: Ops) -> bool:
    """Tell whether lines with a word go, and each of them stands elsewhere, too."""
    going = [loosen(op.old) for op in ops if op.sign == GOES and has_word(op.old)]
    return bool(going) and all(len(lines.find_numbers(loosen, text)) > 1 for text in going)


def has_enough_context(ops: Ops, matches: Matches) -> bool:
    """Tell whether every line that goes is there, and most of those that stay."""
    going = {loosen(op.old) for op in ops if op.sign == GOES}
    present = missing = letters = 0
    for position, index in matches.items():
        op = ops[position]
        if op.sign == GOES and index is None:
            return False
        letters += count_letters(op.old) if op.sign == GOES else 0
        if op.sign != STAYS or not op.old.strip():
            continue
        if index is not None:
            present += 1
        elif loosen(op.old) in going:
            return False  # which of two equal lines stays, and which goes?
        else:
            missing += 1
    if present < CONTEXT * (present + missing):
        return (missing == 1 and present > 1) or (present >= missing and letters >= MANY_LETTERS)
    return present > 0
