"""Collect the sentences that the comments of a file say, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from bot.search.syntax_queries import read_text

WRAPPED_CHARS = 50  # a shorter line was not wrapped: what follows is another sentence
OPENS = re.compile(
    r"^\s*(?:#+!?|//+!?|/\*+!?|\*+(?!/)|--+\[*|<!--|;+|%+|\{/\*|[rRbBuU]*\"{3}|[rRbBuU]*'{3})\s?"
)
CLOSES = re.compile(r"(?:\*+/\}?|-->|\]\]|\"{3}|'{3})$")
SHOWS_CODE = re.compile(r"\s*(?:#|//|/\*|>>>|--\s)")  # a comment in a comment is an example
# In files without a grammar: a comment that fills the line, or its end.
LINE_COMMENT = re.compile(r"(?:^|\s)(?:(?:\{?/\*|//|#|--|<!--|\{\{!--|;;)\s?)(?P<text>\S.*)$")
BEGINS_SENTENCE = re.compile(
    r"(?:todo|fixme|xxx|tbd|\.\.|\u2026|[-*@<\[(:|>]|\d+[.)]\s)", re.IGNORECASE
)
SENTENCE_END = re.compile(r"(?<=[^.\s][.!?])\s+(?=[A-Z`\"(])")


@dataclass(slots=True)
class Sentence:
    """A sentence of a comment. `starts` tell where in it the lines begin, by their numbers."""

    text: str = ""
    starts: list[tuple[int, int]] = field(default_factory=list)

    def add_line(self, number: int, text: str) -> None:
        """Add what a line says of it."""
        self.text = f"{self.text} {text}" if self.text else text
        self.starts.append((len(self.text) - len(text), number))

    def line_at(self, offset: int) -> int:
        """Return the number of the line at an offset of the text."""
        return max(number for start, number in self.starts if start <= offset)

    @property
    def last_line(self) -> int:
        """The number of its last line."""
        return self.starts[-1][1]


def list_sentences(comments: Iterable[Node]) -> Iterator[Sentence]:
    """List the sentences of the comments, which are given in the order of the file."""
    sentence, last = Sentence(), (0, "")
    for number, line in _list_lines(comments):
        is_next = number == last[0] + 1 and len(last[1]) >= WRAPPED_CHARS
        if sentence.text and not (is_next and line and not BEGINS_SENTENCE.match(line)):
            yield sentence
            sentence = Sentence()
        last = (number, line)
        *ended, rest = SENTENCE_END.split(line)
        for text in ended:
            sentence.add_line(number, text)
            yield sentence
            sentence = Sentence()
        if rest:
            sentence.add_line(number, rest)
    if sentence.text:
        yield sentence


def _list_lines(comments: Iterable[Node]) -> Iterator[tuple[int, str]]:
    for node in comments:
        text = read_text(node).rstrip("\n")
        for offset, line in enumerate(text.split("\n")):
            yield node.start_point.row + 1 + offset, strip_marks(line)


def strip_marks(line: str) -> str:
    """Take the marks of a comment off a line of it; "" where it shows code with a comment."""
    text = CLOSES.sub("", OPENS.sub("", line).rstrip())
    return "" if SHOWS_CODE.match(text) else " ".join(text.split())


def list_line_sentences(text: str) -> Iterator[Sentence]:
    """List what comments say, line by line, in a file of a language without a grammar."""
    for number, line in enumerate(text.split("\n"), 1):
        if match := LINE_COMMENT.search(line):
            yield Sentence(strip_marks(match["text"]), [(0, number)])
