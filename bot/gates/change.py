"""Here lives the change as the gates see it: files before and after, and which lines are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from bot.search.source_files import kind_of
from bot.values import Patch

LINE_CHARS = 500
MOST_COMPARED = 3_000  # lines on a side, beyond which lines are counted and not aligned


@dataclass(frozen=True)
class Block:
    """Lines that were replaced: where they begin (from 1), what stood there, what stands there now."""

    old_start: int
    new_start: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """Text by path before and after: None where there is no file, as for a new or a deleted one.

    `around` are files that the change leaves alone and that tell what it means: tests, licences,
    manifests.
    `odd` are changed paths that hold no text, with what they are: "binary", "symbolic link to x",
    "submodule".
    """

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    around: Mapping[str, str] = field(default_factory=dict)
    odd: Mapping[str, str] = field(default_factory=dict)
    paths: Collection[str] = ()  # all of the repository, as far as known

    @classmethod
    def of(cls, patch: Patch, before: Mapping[str, str | None]) -> Change:
        return cls({path: before.get(path) for path in patch.files}, patch.files)

    @cached_property
    def blocks(self) -> dict[str, tuple[Block, ...]]:
        """What was replaced in each file."""
        return {
            path: tuple(_blocks(lines(self.before.get(path)), lines(text)))
            for path, text in self.after.items()
        }

    @cached_property
    def numbers(self) -> dict[str, frozenset[int]]:
        """The numbers of the new lines of each file."""
        return {path: frozenset(number for number, _ in self.added(path)) for path in self.after}

    def added(self, path: str) -> Iterator[tuple[int, str]]:
        """Number and text of each new line."""
        for block in self.blocks[path]:
            yield from enumerate(block.new, block.new_start)

    def written(self, path: str) -> Iterator[tuple[int, str]]:
        """The new lines that somebody may have written by hand, and so what rules for words are
        held against.
        """
        return ((number, line) for number, line in self.added(path) if len(line) <= LINE_CHARS)

    def removed(self, path: str) -> Iterator[tuple[int, str]]:
        """Number, as it was, and text of each line that went."""
        for block in self.blocks[path]:
            yield from enumerate(block.old, block.old_start)

    @cached_property
    def tests(self) -> tuple[str, ...]:
        return tuple(path for path in self.after if kind_of(path) == "test")

    @cached_property
    def product(self) -> tuple[str, ...]:
        return tuple(path for path in self.after if kind_of(path) == "code")


def handwritten(text: str | None) -> str:
    """The text without lines that nobody wrote by hand: what searches a whole file takes time by
    its longest line.
    """
    return "\n".join(line for line in lines(text) if len(line) <= LINE_CHARS)


def lines(text: str | None) -> list[str]:
    """Without their ends, so that a file whose line ends changed is not new as a whole."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """The differences, found between what is alike at both ends."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(left), len(right)) > MOST_COMPARED:
        yield from _counted(left, right, head)
        return
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Block(head + a + 1, head + c + 1, tuple(left[a:b]), tuple(right[c:d]))


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    most = min(len(old), len(new))
    return next((at for at in range(most) if old[at] != new[at]), most)


def _counted(old: Sequence[str], new: Sequence[str], head: int) -> Iterator[Block]:
    """For huge changes: a line is new when it stands there more often than before."""
    had, have = Counter(old), Counter(new)
    for at, line in enumerate(old):
        if have[line] > 0:
            have[line] -= 1
        else:
            yield Block(head + at + 1, head + 1, (line,), ())
    for at, line in enumerate(new):
        if had[line] > 0:
            had[line] -= 1
        else:
            yield Block(head + 1, head + at + 1, (), (line,))
