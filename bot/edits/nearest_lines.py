"""Say why an edit has no place or more than one, with the lines that help to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.edits.lines import FileLines
from bot.edits.parsed_edit import Rejected

SHOWN_LINES = 12
SHOWN_PLACES = 4
SHOWN_CHARS = 200
FUZZY_LINES = 5_000  # of a file, compared one by one
VOTING_LINES = 200  # of an edit, and places of each
ALIKE = 0.6


def number_lines(lines: FileLines, start: int, stop: int) -> list[str]:
    """Put their numbers before lines."""
    shown = enumerate(lines.texts[max(start, 0) : stop], max(start, 0) + 1)
    return [f"{number:>5}\t{text[:SHOWN_CHARS]}" for number, text in shown]


def make_ambiguity_error(
    lines: FileLines, starts: Sequence[int], what: str = "the old text"
) -> Rejected:
    """Explain that there is more than one place, and show the line before each."""
    numbers = [str(start + 1) for start in starts[:SHOWN_LINES]]
    if len(starts) > SHOWN_LINES:
        numbers.append("...")
    nearest = []
    for start in starts[:SHOWN_PLACES]:
        nearest += [*number_lines(lines, start - 1, start + 1), "  ..."]
    return Rejected(
        f"{what} stands in {len(starts)} places, at lines {', '.join(numbers)}. "
        "Take in more of the lines around the one you mean, until the text is found once.",
        nearest,
    )


def make_absence_error(
    lines: FileLines, wanted: Sequence[str], missing: Sequence[str] = ()
) -> Rejected:
    """Explain why the text is not there, as far as the nearest place tells, and show that.

    `missing` are lines to remove that are nowhere.
    """
    reason = "the old text is not in the file."
    if missing:
        reason += f" No line of it is `{missing[0].strip()[:SHOWN_CHARS]}`."
    start = _find_nearest_start(lines, wanted)
    if start is None:
        return Rejected(f"{reason} No line is like it: read the file again.")
    stop = start + len(wanted)
    if list(map(str.strip, lines.texts[start:stop])) == list(map(str.strip, wanted)):
        reason += " The indentation differs; it stands like this:"
    else:
        reason += " Copy it exactly, without line numbers. The nearest lines are:"
    return Rejected(reason, number_lines(lines, start, min(stop, start + SHOWN_LINES)))


def _find_nearest_start(lines: FileLines, wanted: Sequence[str]) -> int | None:
    """Find where most wanted lines stand but for indentation, else a likeness of the longest."""
    votes = _count_votes(lines, wanted)
    if votes:
        return max(votes, key=lambda start: (votes[start], -start))
    if not wanted:
        return None
    longest = max(range(len(wanted)), key=lambda offset: len(wanted[offset].strip()))
    similar = find_similar_line(lines.texts[:FUZZY_LINES], wanted[longest])
    if similar is None:
        return None
    return max(0, similar - longest)


def _count_votes(lines: FileLines, wanted: Sequence[str]) -> Counter[int]:
    """Let each wanted line that the file has vote for where the text begins, by its length."""
    votes: Counter[int] = Counter()
    for offset, line in enumerate(wanted[:VOTING_LINES]):
        text = line.strip()
        if not text:
            continue
        for number in lines.find_numbers(str.strip, text)[:VOTING_LINES]:
            votes[max(0, number - offset)] += len(text) + 1
    return votes


def is_similar(text: str, wanted: str, ratio: float) -> bool:
    """Tell whether a line is as like the wanted one as the ratio says."""
    pair = wanted.strip()[:SHOWN_CHARS], text.strip()[:SHOWN_CHARS]
    return SequenceMatcher(None, *pair, autojunk=False).ratio() > ratio


def find_similar_line(have: Sequence[str], wanted: str) -> int | None:
    """Find the line most like the wanted one, when one is like it at all."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.strip()[:SHOWN_CHARS])
    best_ratio = ALIKE
    best_index: int | None = None
    for index, text in enumerate(have):
        matcher.set_seq1(text.strip()[:SHOWN_CHARS])
        # The cheap upper bounds spare the real comparison for almost every line.
        if matcher.real_quick_ratio() <= best_ratio or matcher.quick_ratio() <= best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio > best_ratio:
            best_ratio, best_index = ratio, index
    return best_index
