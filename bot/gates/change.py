"""Show a change to the gates: its files before and after, and which lines are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property

from bot.gates.renames import find_renames
from bot.search.source_files import kind_of
from bot.text.git_lines import split_lines
from bot.values import CommitInfo, GrepMatch, SecretJob

HANDWRITTEN_CHARS = 500  # nobody writes a longer line by hand
MAX_ALIGNED_LINES = 3_000  # on a side; beyond that, lines are counted and not aligned


@dataclass(frozen=True)
class Block:
    """Replaced lines: where they begin (from 1), what stood there, what stands there now."""

    old_start: int
    new_start: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """Text by path before and after; None where there is no file, as for a new or a deleted one.

    `context` are unchanged files that the gates read too: tests, licences, manifests.
    `neighbours` are some that lie beside the changed ones, and show what is usual there.
    `nontext` are changed paths without text, and what they are: "binary file", "submodule" ...
    """

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]
    context: Mapping[str, str] = field(default_factory=dict)
    nontext: Mapping[str, str] = field(default_factory=dict)
    paths: Collection[str] = ()  # all of the repository, as far as known
    neighbours: Mapping[str, str] = field(default_factory=dict)
    past: Sequence[CommitInfo] = ()  # the newest changes of the branch, as far as known
    # The lines that hold what no changed file has any more: `find_gone_names` lists those.
    mentions: Mapping[str, Sequence[GrepMatch]] = field(default_factory=dict)
    # The changed paths that a job of CI would run with secrets in reach, each with such a job.
    secret_jobs: Mapping[str, SecretJob] = field(default_factory=dict)

    @cached_property
    def former_paths(self) -> dict[str, str]:
        """The former path of each file that the change moved."""
        return find_renames(self.before, self.after)

    def read_before(self, path: str) -> str | None:
        """Read what stood in the file before, under whatever path."""
        return self.before.get(self.former_paths.get(path, path))

    @cached_property
    def replaced_blocks(self) -> dict[str, tuple[Block, ...]]:
        """The replaced lines of each file. A file that moved is compared to what it was."""
        moved = set(self.former_paths.values())
        blocks: dict[str, tuple[Block, ...]] = {}
        for path, text in self.after.items():
            old, new = split_lines(self.read_before(path)), split_lines(text)
            blocks[path] = () if path in moved else tuple(_compare(old, new))
        return blocks

    @cached_property
    def new_line_numbers(self) -> dict[str, frozenset[int]]:
        """The numbers of the new lines of each file."""
        numbers = {}
        for path in self.after:
            numbers[path] = frozenset(number for number, _ in self.added_lines(path))
        return numbers

    def added_lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield number and text of each new line."""
        for block in self.replaced_blocks[path]:
            yield from enumerate(block.new, block.new_start)

    def handwritten_lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield the new lines that somebody may have written by hand: rules read these alone."""
        for number, line in self.added_lines(path):
            if len(line) <= HANDWRITTEN_CHARS:
                yield number, line

    def adds_handwritten(self, matches: Callable[[str], object]) -> bool:
        """Tell whether a new line of a file, written by hand, is such a one."""
        return any(matches(line) for path in self.after for _, line in self.handwritten_lines(path))

    def removed_lines(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield former number and text of each line that went."""
        for block in self.replaced_blocks[path]:
            yield from enumerate(block.old, block.old_start)

    @property
    def new_paths(self) -> tuple[str, ...]:
        """The paths of the files that the change brings."""
        return tuple(
            path
            for path, text in self.after.items()
            if text is not None and self.before.get(path) is None
        )

    @cached_property
    def test_paths(self) -> tuple[str, ...]:
        """The changed tests."""
        return tuple(path for path in self.after if kind_of(path) == "test")

    @cached_property
    def code_paths(self) -> tuple[str, ...]:
        """The changed files of code that are no tests."""
        return tuple(path for path in self.after if kind_of(path) == "code")


def keep_handwritten(text: str | None) -> str:
    """Drop lines that nobody wrote by hand: a search takes time by the longest line."""
    return "\n".join(line for line in split_lines(text) if len(line) <= HANDWRITTEN_CHARS)


def find_surplus_lines(lines: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield number (from 1) and text of each line that `lines` has more often than `others`."""
    unmatched = Counter(others)
    for number, line in enumerate(lines, 1):
        if unmatched[line] > 0:
            unmatched[line] -= 1
        else:
            yield number, line


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    """Yield the differences, which lie between what is equal at both ends."""
    head = _common_prefix_length(old, new)
    tail = _common_prefix_length(old[head:][::-1], new[head:][::-1])
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(left), len(right)) > MAX_ALIGNED_LINES:
        yield from _count(left, right, head)
        return
    opcodes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for kind, old_from, old_to, new_from, new_to in opcodes:
        if kind != "equal":
            gone, come = tuple(left[old_from:old_to]), tuple(right[new_from:new_to])
            yield Block(head + old_from + 1, head + new_from + 1, gone, come)


def _common_prefix_length(old: Sequence[str], new: Sequence[str]) -> int:
    for index, (old_line, new_line) in enumerate(zip(old, new, strict=False)):
        if old_line != new_line:
            return index
    return min(len(old), len(new))


def _count(old: Sequence[str], new: Sequence[str], head: int) -> Iterator[Block]:
    """Yield a block for each line that went or came, by how often it stands there."""
    for number, line in find_surplus_lines(old, new):
        yield Block(head + number, head + 1, (line,), ())
    for number, line in find_surplus_lines(new, old):
        yield Block(head + 1, head + number, (), (line,))
