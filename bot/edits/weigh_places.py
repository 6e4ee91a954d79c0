"""Weigh a place that the quoted text fits in part against the other ones that it fits in part."""

from __future__ import annotations

from collections import Counter

from bot.edits.find_place import Place, find_runs
from bot.edits.lines import FileLines, count_letters, loosen
from bot.edits.nearest_lines import make_ambiguity_error
from bot.edits.parsed_edit import GAP, GOES, Op

MOST_REPEATED = 200  # times that a line may stand in the file and still say where the text is
SLACK = 3  # lines that may have come or gone among the quoted ones
ALIKE = 0.8  # of what the place has of the text: so much elsewhere leaves it in doubt
OTHER = 0.3  # where some of it is what the place lacks


def refuse_rivals(lines: FileLines, place: Place) -> None:
    """Raise Rejected when the quoted text stands elsewhere nearly as well as at an inexact place.

    The file has changed since it was read, so the place that the edit means may be the one that
    changed more.
    """
    _refuse_repeated_pieces(lines, place)
    weight = sum(_weigh(op.old, lines.texts[index]) for op, index in place.pairs())
    votes, gains = _count_votes(lines, place)
    has_all = all(
        _is_there(lines, op, index) for op, index in place.list_quoted() if op.old.strip()
    )
    for start, vote in votes.most_common():
        has_more = gains[start] > 0 and not has_all
        if vote >= (OTHER if has_more else ALIKE) * weight:
            starts = sorted([place.numbers[0], max(start, 0)])
            raise make_ambiguity_error(lines, starts)


def _refuse_repeated_pieces(lines: FileLines, place: Place) -> None:
    """Raise Rejected when a piece with lines that go stands elsewhere, too.

    Pieces are cut where lines of the file came or went between them.
    """
    going = {index for op, index in place.pairs() if op.sign == GOES and op.old.strip()}
    for run in place.list_runs():
        filled = [index for index in run if lines.texts[index].strip()]
        if going.isdisjoint(filled):
            continue
        pieces = find_runs(lines, lines.texts[filled[0] : filled[-1] + 1], loosen)
        if len(pieces) > 1:
            raise make_ambiguity_error(lines, [piece.start for piece in pieces])


def _is_there(lines: FileLines, op: Op, index: int | None) -> bool:
    """Tell whether the line of the file has the words of the quoted one."""
    return index is not None and loosen(op.old) == loosen(lines.texts[index])


def is_exact(lines: FileLines, place: Place) -> bool:
    """Tell whether the quoted lines stand there together, as they are but for blanks at the end."""
    gaps = sum(op.sign == GAP for op in place.ops)
    return len(place.list_runs()) <= gaps + 1 and all(
        index is not None and op.old.rstrip() == lines.texts[index].rstrip()
        for op, index in place.list_quoted()
    )


def _weigh(wanted: str, text: str) -> int:
    """Weigh a line that both have by its letters: twice where its blanks are the same, too."""
    if loosen(wanted) != loosen(text):
        return 0
    return count_letters(text) * (1 + (wanted.rstrip() == text.rstrip()))


def _count_votes(lines: FileLines, place: Place) -> tuple[Counter[int], Counter[int]]:
    """Let the quoted lines vote for where else the text could begin, by their weight.

    The second count has what the place itself lacks.
    """
    taken = set(place.numbers)
    votes: Counter[int] = Counter()
    gains: Counter[int] = Counter()
    for offset, (op, index) in enumerate(place.list_quoted()):
        numbers = lines.find_numbers(loosen, loosen(op.old))
        if len(numbers) > MOST_REPEATED:
            continue
        weights: dict[int, int] = {}
        for number in set(numbers) - taken:
            weight = _weigh(op.old, lines.texts[number])
            for start in range(number - offset - SLACK, number - offset + SLACK + 1):
                weights[start] = max(weights.get(start, 0), weight)
        votes.update(weights)
        own_weight = 0 if index is None else _weigh(op.old, lines.texts[index])
        gains.update({start: max(0, weight - own_weight) for start, weight in weights.items()})
    return votes, gains
