"""Say why an edit has no place or more than one, with the lines that help to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.edits.lines import FileLines

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


def explain_ambiguity(lines: FileLines, starts: Sequence[int]) -> tuple[str, list[str]]:
    """Explain that there is more than one place, and show the line before each."""
    shown = ", ".join(str(at + 1) for at in starts[:SHOWN_LINES]) + (
        ", ..." if len(starts) > SHOWN_LINES else ""
    )
    told = (
        f"the old text stands in {len(starts)} places, at lines {shown}. "
        "Take in more of the lines around the one you mean, until the text is found once."
    )
    return told, [
        line
        for at in starts[:SHOWN_PLACES]
        for line in [*number_lines(lines, at - 1, at + 1), "  ..."]
    ]


def explain_absence(lines: FileLines, wanted: Sequence[str], missing: Sequence[str] = ()) -> str:
    """Explain why the text is not there, as far as the nearest place tells.

    `missing` are lines to remove that are nowhere.
    """
    told = "the old text is not in the file."
    told += f" No line of it is `{missing[0].strip()[:SHOWN_CHARS]}`." if missing else ""
    start = _find_nearest(lines, wanted)
    if start is None:
        return f"{told} No line is like it: read the file again."
    here = [text.strip() for text in lines.texts[start : start + len(wanted)]]
    if here == [text.strip() for text in wanted]:
        return f"{told} The indentation differs; it stands like this:"
    return f"{told} Copy it exactly, without line numbers. The nearest lines are:"


def find_nearest_lines(lines: FileLines, wanted: Sequence[str]) -> tuple[str, ...]:
    """Find the lines most like the wanted ones, with their numbers."""
    start = _find_nearest(lines, wanted)
    if start is None:
        return ()
    return tuple(number_lines(lines, start, start + min(len(wanted), SHOWN_LINES)))


def _find_nearest(lines: FileLines, wanted: Sequence[str]) -> int | None:
    """Find where most wanted lines stand but for indentation, else a likeness of the longest."""
    places = lines.index_by(str.strip)
    votes: Counter[int] = Counter()
    for at, text in enumerate(wanted[:VOTING_LINES]):
        for there in places.get(text.strip(), ())[:VOTING_LINES] if text.strip() else ():
            votes[max(0, there - at)] += len(text.strip()) + 1
    if votes:
        return max(votes, key=lambda start: (votes[start], -start))
    longest = max(range(len(wanted)), key=lambda at: len(wanted[at].strip()), default=None)
    place = (
        None if longest is None else find_similar_line(lines.texts[:FUZZY_LINES], wanted[longest])
    )
    return None if place is None or longest is None else max(0, place - longest)


def find_similar_line(have: Sequence[str], wanted: str) -> int | None:
    """Find the line most like the wanted one, when one is like it at all."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.strip()[:SHOWN_CHARS])
    best = ALIKE
    place: int | None = None
    for at, text in enumerate(have):
        matcher.set_seq1(text.strip()[:SHOWN_CHARS])
        # The cheap upper bounds spare the real comparison for almost every line.
        if (
            matcher.real_quick_ratio() > best
            and matcher.quick_ratio() > best
            and (ratio := matcher.ratio()) > best
        ):
            best, place = ratio, at
    return place
