"""Keystrokes that suggestions save a simulated typist, who writes lines of held-out files anew.

The typist knows what comes, and sees what a person sees: the first suggestion in grey, the others
by a key each. One key takes the first where it is right, a key for each word takes its right words;
another one that is right is taken where that is fewer keys than typing. Looking costs nothing.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.completion.suggest import Suggester
from bot.completion.suggestion import CursorPlace
from bot.corpus.alphabet import decode_codes
from bot.learning.split_corpus import FileSpan

Complete = Callable[[CursorPlace], Sequence[str]]
FILES = 200
LEAST_LINE = 4  # characters
MOST_BEFORE = 200_000  # as the page sends
WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be typed: what stands before it, itself without its indentation, what follows."""

    path: str
    before: str
    text: str
    below: str
    middle: int  # a place in the text, to ask for the rest from


@dataclass
class Typing:
    """What came of typing some lines."""

    lines: int = 0
    characters: int = 0
    keys: int = 0
    shown: int = 0
    wrong: int = 0
    whole_lines: int = 0
    rests: int = 0
    times_s: list[float] = field(default_factory=list)

    @property
    def saved(self) -> float:
        """The share of the keys that was not needed."""
        return 1 - self.keys / max(self.characters, 1)

    @property
    def wrong_share(self) -> float:
        """Wrong suggestions shown for each key."""
        return self.wrong / max(self.keys, 1)


def choose_lines(spans: Sequence[FileSpan], seed: int = 1, files: int = FILES) -> list[Line]:
    """Choose a line of each of so many files, the same for a seed."""
    draw = random.Random(seed)
    chosen = draw.sample(spans, min(files, len(spans)))
    return [line for span in chosen if (line := _choose_line(span, draw))]


def complete_with(suggester: Suggester) -> Complete:
    """Complete as `greenlit complete` does."""
    return lambda place: [each.text for each in suggester.suggest(place)]


def type_lines(lines: Sequence[Line], complete: Complete, patience_s: float = 120) -> Typing:
    """Type the lines, as many as the patience allows."""
    typing = Typing()
    deadline = time.perf_counter() + patience_s
    for line in lines:
        if time.perf_counter() > deadline:
            break
        _type_line(line, complete, typing)
    return typing


def _choose_line(span: FileSpan, draw: random.Random) -> Line | None:
    text = decode_codes(span.read_codes())
    lines = list(re.finditer(rf"^[ \t]*(\S.{{{LEAST_LINE - 1},}})$", text, re.MULTILINE))
    if not lines:
        return None
    line = draw.choice(lines)
    before = text[max(0, line.start(1) - MOST_BEFORE) : line.start(1)]
    code = line[1].rstrip()
    path = f"{span.text.name}/{span.start}.py"
    return Line(path, before, code, text[line.start(1) + len(code) :], draw.randrange(len(code)))


def _type_line(line: Line, complete: Complete, typing: Typing) -> None:
    wanted = line.text + line.below
    typing.lines += 1
    typing.rests += _tells_rest(line, line.middle, complete)
    typing.whole_lines += _tells_rest(line, 0, complete)
    place = 0
    while place < len(line.text):
        began = time.perf_counter()
        texts = complete(CursorPlace(line.path, line.before + wanted[:place]))
        typing.times_s.append(time.perf_counter() - began)
        keys, characters = _take(texts, wanted[place:])
        typing.shown += bool(texts)
        typing.wrong += bool(texts) and not keys
        typing.keys += keys or 1
        typing.characters += characters or 1
        place += characters or 1


def _tells_rest(line: Line, place: int, complete: Complete) -> bool:
    """Tell whether the first suggestion is the rest of the line, if nothing false comes after."""
    texts = complete(CursorPlace(line.path, line.before + line.text[:place]))
    rest = line.text[place:]
    return bool(texts) and texts[0].partition("\n")[0].rstrip() == rest.rstrip()


def _take(texts: Sequence[str], wanted: str) -> tuple[int, int]:
    """Count the keys that take what is right of the suggestions, and the characters it has.

    Nothing is taken that is typed with as few keys.
    """
    best = (0, 0)
    for keys, characters in _list_takes(texts, wanted):
        if characters - keys > best[1] - best[0]:
            best = (keys, characters)
    return best


def _list_takes(texts: Sequence[str], wanted: str) -> Iterator[tuple[int, int]]:
    for number, text in enumerate(texts, 1):
        if wanted.startswith(text):
            yield number, len(text)
    for number, word in enumerate(WORD.finditer(texts[0] if texts else ""), 1):
        if wanted.startswith(texts[0][: word.end()]):
            yield number, word.end()
