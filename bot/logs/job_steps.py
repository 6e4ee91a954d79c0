"""Here live the steps of a job as its log shows them, and which of them failed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bot.logs.clean_log import LONGEST, Line, line_of, peeled

_HEAD, _TAIL = 1_500_000, 8_000_000  # bytes of one step that are kept
_ONE = LONGEST * 4 + 400  # bytes of one line
_COMMAND = 500  # lines of a script and its environment
_BEGIN = "##[group]Run "
_FAILED = re.compile(
    r"Process completed with exit code|The process '.*' failed with exit code|^The operation was canceled"
    r"|has timed out after \d+ |^Gradle build failed|^(?:Error: )?The process \S+ failed|^Command failed"
)
_AFTER = ("Post job cleanup.", "Cleaning up orphan processes")
_ENDS = tuple(text.encode() for text in _AFTER)
_BLOCK = 1024  # lines


@dataclass(slots=True)
class _Block:
    """Lines that follow each other; `first` is the number of the first."""

    first: int = 0
    lines: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.lines)) + 40 * len(self.lines)

    def read(self) -> Iterator[Line]:
        return (line_of(number, raw) for number, raw in enumerate(self.lines, self.first))


@dataclass(slots=True, eq=False)
class Step:
    """What a step printed; what stands in its first group (the script and its environment) is the
    `script`.
    """

    script: _Block = field(default_factory=_Block)
    head: list[_Block] = field(default_factory=list)
    tail: deque[_Block] = field(default_factory=deque)
    last: _Block = field(default_factory=_Block)
    sizes: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def lines(self) -> list[Line]:
        return peeled(
            line for block in (*self.head, *self.tail, self.last) for line in block.read()
        )

    @property
    def command(self) -> list[Line]:
        return list(self.script.read())

    def add(self, number: int, raw: bytes) -> None:
        """Keep the line: the first and the last ones of a step that prints more than is kept."""
        lines = self.last.lines
        if not lines:
            self.last.first = number
        lines.append(raw if len(raw) < _ONE else raw[:_ONE])
        if len(lines) >= _BLOCK:
            self._store()

    def _store(self) -> None:
        block, self.last = self.last, _Block()
        kept = 1 if self.tail or self.sizes[0] > _HEAD else 0
        self.sizes[kept] += block.size
        (self.tail if kept else self.head).append(block)
        while self.sizes[1] > _TAIL and len(self.tail) > 1:
            self.sizes[1] -= self.tail.popleft().size

    def tell(self, number: int, raw: bytes) -> None:
        """Keep the line as one of the script."""
        self.script.first = self.script.first or number
        if len(self.script.lines) < _COMMAND:
            self.script.lines.append(raw[:_ONE])


@dataclass(frozen=True)
class Job:
    """The steps that failed, the last one last, and the errors that were told after the job's end
    (annotations).
    """

    steps: tuple[Step, ...]
    told: tuple[Line, ...]

    @cached_property
    def notes(self) -> tuple[Line, ...]:
        """The errors told after the end that no step has told."""
        known = (
            {line.text for step in self.steps for line in step.lines if line.mark}
            if self.told
            else set()
        )
        return tuple(note for note in self.told if note.text not in known)


def job_of(raw: Iterable[bytes]) -> Job:
    """Sort the lines into steps. A log without steps is one step; without an exit code the last
    marked step failed.
    """
    sorting = _Sorting()
    keep: Callable[[int, bytes], None] = sorting.step.add
    # Most lines of most logs are never looked at again: they stay bytes.
    for number, line in enumerate(raw, 1):
        if b"##[" in line or _ENDS[0] in line or _ENDS[1] in line:
            keep = sorting.turn(number, line, keep)
        else:
            keep(number, line)
    return sorting.job()


class _Sorting:
    """Which step the lines belong to, as far as the log was read."""

    def __init__(self) -> None:
        self.whole = self.step = Step()
        self.failed: list[Step] = []
        self.marked: list[Step] = []
        self.notes: list[Line] = []

    def turn(
        self, number: int, raw: bytes, keep: Callable[[int, bytes], None]
    ) -> Callable[[int, bytes], None]:
        """Take a line that may change where the following ones go."""
        line = line_of(number, raw)
        if line.text in _AFTER:
            return self._after
        if line.text.startswith(_BEGIN):
            self.step = Step()
            keep = self.step.tell
        keep(number, raw)
        if keep == self.step.tell:
            return self.step.add if line.text == "##[endgroup]" else keep
        if line.mark == "error" and keep == self.step.add:
            self.marked += [self.step] if self.step not in self.marked[-1:] else []
            if _FAILED.search(line.text) and self.step not in self.failed[-1:]:
                self.failed.append(self.step)
        return keep

    def _after(self, number: int, raw: bytes) -> None:
        line = line_of(number, raw)
        if line.mark == "error" and len(self.notes) < _COMMAND:
            self.notes.append(line)

    def job(self) -> Job:
        """What failed."""
        last = self.step if self.step.script.lines else self.whole
        return Job(tuple(self.failed[-3:] or self.marked[-3:] or [last]), tuple(self.notes))
