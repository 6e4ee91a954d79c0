"""Here lives the search for the one place an edit means, and the words for when there is none or more than one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SHOWN_LINES = 12
SHOWN_CHARS = 200
FUZZY_LINES = 5_000  # of a file, compared one by one
ALIKE = 0.6


class Rejected(Exception):
    """An edit that was not made. Its text says why and shows the nearest lines, so that one more try can mend it."""

    def __init__(self, reason: str, nearest: Sequence[str] = ()) -> None:
        self.reason = reason
        self.nearest = tuple(nearest)
        super().__init__("\n".join([reason, *nearest]))


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, and its end: only a text's last line has none."""

    text: str
    end: str


def split(text: str) -> list[Line]:
    """The lines of a text; after a final line break stands one empty line, so that joining gives the text again."""
    *lines, last = text.split("\n")
    return [Line(line[:-1], "\r\n") if line.endswith("\r") else Line(line, "\n") for line in lines] + [Line(last, "")]


def join(lines: Sequence[Line]) -> str:
    return "".join(line.text + line.end for line in lines)


def unified(text: str) -> str:
    """The text with line feeds for line ends, as a model may or may not have written it."""
    return text.replace("\r\n", "\n")


def splice(lines: Sequence[Line], start: int, old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """Put `new` where `old` stands. Lines that both have stay as the file has them, byte for byte."""
    end = _end(lines, start)
    result = list(lines[:start])
    for kind, first, last, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        kept = lines[start + first : start + last]
        result += kept if kind == "equal" else [Line(text, end) for text in new[begin:stop]]
    result += lines[start + len(old) :]
    body = [line if line.end else Line(line.text, end) for line in result[:-1]]
    return [*body, *(Line(line.text, "") for line in result[-1:])]


def _end(lines: Sequence[Line], near: int) -> str:
    """How lines end here, else in most of the file."""
    ends = Counter(line.end for line in lines if line.end)
    return lines[near].end or (ends.most_common(1)[0][0] if ends else "\n")


def one_place(lines: Sequence[Line], wanted: Sequence[str], where: str) -> int:
    """The index of the only place where these whole lines stand: exactly, else but for space at their ends."""
    for look in (str, str.rstrip):
        have, want = [look(line.text) for line in lines], [look(text) for text in wanted]
        found = _runs(have, want)
        if len(found) == 1:
            return found[0]
        if found:
            raise Rejected(f"{where}: {too_many([place + 1 for place in found])}")
    raise Rejected(f"{where}: {absent(lines, wanted)}", nearest(lines, wanted))


def _runs(have: Sequence[str], want: Sequence[str]) -> list[int]:
    """Where `want` stands in `have`, looked for by its rarest line: a blank first line would try every blank one."""
    counts = Counter(have)
    pivot = min(range(len(want)), key=lambda at: counts[want[at]])
    starts = [at - pivot for at, text in enumerate(have) if text == want[pivot] and at >= pivot]
    return [start for start in starts if have[start : start + len(want)] == list(want)]


def too_many(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:SHOWN_LINES])) + (", ..." if len(numbers) > SHOWN_LINES else "")
    return (
        f"the old text stands in {len(numbers)} places, at lines {shown}. "
        "Take in more of the lines around the one you mean, until the text is found once."
    )


def absent(lines: Sequence[Line], wanted: Sequence[str]) -> str:
    """Why the text is not there, as far as the nearest place tells."""
    start = _nearest(lines, wanted)
    told = "the old text is not in the file."
    if start is None:
        return f"{told} No line is like it: read the file again."
    here = [line.text.strip() for line in lines[start : start + len(wanted)]]
    if here == [text.strip() for text in wanted]:
        return f"{told} The indentation differs; it stands like this:"
    return f"{told} Copy it exactly, without line numbers. The nearest lines are:"


def nearest(lines: Sequence[Line], wanted: Sequence[str]) -> tuple[str, ...]:
    """The lines most like the wanted ones, as they stand, with their numbers."""
    start = _nearest(lines, wanted)
    if start is None:
        return ()
    shown = list(enumerate(lines, 1))[start : start + min(len(wanted), SHOWN_LINES)]
    return tuple(f"{number:>5}\t{line.text[:SHOWN_CHARS]}" for number, line in shown)


def _nearest(lines: Sequence[Line], wanted: Sequence[str]) -> int | None:
    """Where most of the wanted lines stand but for indentation; else where the longest has its likeness."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        places.setdefault(line.text.strip(), []).append(at)
    votes: Counter[int] = Counter()
    for at, text in enumerate(wanted):
        for there in places.get(text.strip(), ()) if text.strip() else ():
            votes[max(0, there - at)] += len(text.strip()) + 1
    if votes:
        return max(votes, key=lambda start: (votes[start], -start))
    longest = max(range(len(wanted)), key=lambda at: len(wanted[at].strip()))
    place = _alike([line.text for line in lines[:FUZZY_LINES]], wanted[longest])
    return None if place is None else max(0, place - longest)


def _alike(have: Sequence[str], wanted: str) -> int | None:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.strip()[:SHOWN_CHARS])
    best = ALIKE
    place: int | None = None
    for at, text in enumerate(have):
        matcher.set_seq1(text.strip()[:SHOWN_CHARS])
        # The cheap upper bounds spare the real comparison for almost every line.
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, place = ratio, at
    return place
