"""Read answers by their numbers, as people write them: `1: the soft one`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

START = re.compile(r"\s*(?:[-*]\s+)?(?:\*\*)?#?(\d{1,2})(?:\*\*)?(?::(?!\d)|\)|\.(?=\s))(?:\*\*)?")
# Behind another answer only `2:` before a space: neither a version nor a time of day.
NEXT = re.compile(r"(?<=[\s;,])(\d{1,2}):(?=\s)")
GO = re.compile(r"\s*go(?: ahead| on)?[.!,;:]*\s*", re.IGNORECASE)
EDGES = " \t\n;,"


@dataclass(frozen=True, slots=True)
class NumberedAnswers:
    """Answers by their numbers, whether `go` was said, and what else was."""

    by_number: dict[int, str] = field(default_factory=dict)
    says_go: bool = False
    rest: str = ""


def read_numbered_answers(text: str, numbers: Collection[int]) -> NumberedAnswers:
    """Read the answers to the questions with these numbers; of two to one, the later counts.

    An answer goes on to the next one. `go` counts before the first, or on a line of its own.
    """
    answers: dict[int, str] = {}
    says_go, rest, current = False, "", 0
    for number, words in _split(text, numbers):
        if GO.fullmatch(words) and not number:
            says_go = True
        elif number or current:
            current = number or current
            earlier = "" if number else answers[current]
            answers[current] = f"{earlier}\n{words}".strip(EDGES)
        else:
            rest = f"{rest}\n{words}".strip(EDGES)
    given = {number: answer for number, answer in answers.items() if answer}
    return NumberedAnswers(given, says_go, rest)


def _split(text: str, numbers: Collection[int]) -> Iterator[tuple[int, str]]:
    """Split a text into pieces, each with the number before it; 0 where there is none."""
    for line in text.splitlines():
        # A line such as `go 1: soft` has an order before its first answer.
        words = line
        if (order := GO.match(line)) and START.match(line, order.end()):
            yield 0, order[0]
            words = line[order.end() :]
        first = START.match(words)
        if first is None or int(first[1]) not in numbers:
            yield 0, words
            continue
        number, begin = int(first[1]), first.end()
        for match in NEXT.finditer(words, begin):
            if int(match[1]) in numbers:
                yield number, words[begin : match.start()]
                number, begin = int(match[1]), match.end()
        yield number, words[begin:]
