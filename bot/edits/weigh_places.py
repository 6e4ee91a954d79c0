"""Weigh a place that the quoted text fits in part against the other ones that it fits in part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.edits.find_place import Place
from bot.edits.lines import FileLines, loosen
from bot.edits.nearest_lines import explain_ambiguity
from bot.edits.parsed_edit import COMES, GAP, Op, Rejected

MOST_REPEATED = 200  # times that a line may stand in the file and still say where the text is
SLACK = 3  # lines that may have come or gone among the quoted ones
HEAVIEST = 30  # letters of a line that count
ALIKE = 0.8  # of what the place has of the text: so much elsewhere leaves it in doubt
OTHER = 0.3  # where some of it is what the place lacks


def refuse_rivals(lines: FileLines, place: Place) -> None:
    """Raise Rejected when the quoted text stands elsewhere nearly as well as at an inexact place.

    The file has changed since it was read, so the place that the edit means may be the one that
    changed more.
    """
    weight = sum(_weigh(op.old, lines.texts[index]) for op, index in place.pairs())
    votes, gains = _count_votes(lines, place)
    has_all = all(index is not None for op, index in _list_quoted(place) if op.old.strip())
    for start, vote in votes.most_common():
        has_more = gains[start] > 0 and not has_all
        if vote >= (OTHER if has_more else ALIKE) * weight:
            starts = sorted([place.numbers[0], max(start, 0)])
            raise Rejected(*explain_ambiguity(lines, starts))


def is_exact(lines: FileLines, place: Place) -> bool:
    """Tell whether every quoted line stands at the place as it is, but for blanks behind it."""
    return all(
        index is not None and op.old.rstrip() == lines.texts[index].rstrip()
        for op, index in _list_quoted(place)
    )


def _list_quoted(place: Place) -> Iterator[tuple[Op, int | None]]:
    """List the quoted lines, each with the line of the file, if it is there."""
    pairs = zip(place.ops, place.indexes, strict=True)
    return ((op, index) for op, index in pairs if op.sign not in (COMES, GAP))


def _weigh(wanted: str, text: str) -> int:
    """Weigh a line that both have by its letters: twice where its blanks are the same, too."""
    if loosen(wanted) != loosen(text):
        return 0
    weight = min(sum(map(str.isalnum, text)), HEAVIEST)
    if wanted.rstrip() == text.rstrip():
        weight *= 2
    return weight


def _count_votes(lines: FileLines, place: Place) -> tuple[Counter[int], Counter[int]]:
    """Let the quoted lines vote for where else the text could begin, by their weight.

    The second count has what the place itself lacks.
    """
    taken = set(place.numbers)
    votes: Counter[int] = Counter()
    gains: Counter[int] = Counter()
    for offset, (op, index) in enumerate(_list_quoted(place)):
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
