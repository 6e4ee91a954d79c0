"""Split the log of a job into its steps, and tell which of them failed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bot.logs.clean_log import LINE_CHARS, LogLine, parse_line, parse_lines, strip_prefixes

_HEAD_BYTES, _TAIL_BYTES = 1_000_000, 3_000_000  # of one step that are kept
_LINE_BYTES = LINE_CHARS * 4 + 400
_SCRIPT_LINES = 500  # of a script and its environment
_BLOCK_LINES = 1024
_FAILED_STEPS = 3  # that are read, the last ones
_STEP_BEGINS = "##[group]Run "
_STEP_FAILED = re.compile(
    r"Process completed with exit code|The process '.*' failed with exit code|^The operation was "
    r"canceled"
    r"|has timed out after \d+ |^Gradle build failed|^(?:Error: )?The process \S+ failed"
    r"|^Command failed"
)
_JOB_ENDS = ("Post job cleanup.", "Cleaning up orphan processes")
_END_OF_JOB, _END_OF_PROCESSES = (text.encode() for text in _JOB_ENDS)

Store = Callable[[int, bytes], None]  # takes a line by its number


@dataclass(slots=True)
class _LineBlock:
    """Raw lines that follow each other."""

    first_number: int = 0
    raw_lines: list[bytes] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """About the memory that the lines take."""
        return sum(map(len, self.raw_lines)) + 40 * len(self.raw_lines)

    def parse(self) -> Iterator[LogLine]:
        """Clean the lines, and number them."""
        return parse_lines(self.first_number, self.raw_lines)


@dataclass(slots=True, eq=False)
class StepLog:
    """What a step printed: its script and environment, then the head and the tail of the rest."""

    script: _LineBlock = field(default_factory=_LineBlock)
    head: list[_LineBlock] = field(default_factory=list)
    tail: deque[_LineBlock] = field(default_factory=deque)
    open_block: _LineBlock = field(default_factory=_LineBlock)
    head_bytes: int = 0
    tail_bytes: int = 0

    @property
    def lines(self) -> list[LogLine]:
        """The lines below the script, without what one tool puts before each line of another."""
        blocks = (*self.head, *self.tail, self.open_block)
        return strip_prefixes(line for block in blocks for line in block.parse())

    @property
    def command(self) -> list[LogLine]:
        """The script and its environment, which the first group of a step shows."""
        return list(self.script.parse())

    def add_line(self, number: int, raw_line: bytes) -> None:
        """Keep a line; of a step that prints too much, the first and the last lines stay."""
        raw_lines = self.open_block.raw_lines
        if not raw_lines:
            self.open_block.first_number = number
        raw_lines.append(raw_line if len(raw_line) < _LINE_BYTES else raw_line[:_LINE_BYTES])
        if len(raw_lines) >= _BLOCK_LINES:
            self._close_block()

    def _close_block(self) -> None:
        block, self.open_block = self.open_block, _LineBlock()
        if not self.tail and self.head_bytes <= _HEAD_BYTES:
            self.head.append(block)
            self.head_bytes += block.size_bytes
            return
        self.tail.append(block)
        self.tail_bytes += block.size_bytes
        while self.tail_bytes > _TAIL_BYTES and len(self.tail) > 1:
            self.tail_bytes -= self.tail.popleft().size_bytes

    def add_script_line(self, number: int, raw_line: bytes) -> None:
        """Keep a line of the script."""
        self.script.first_number = self.script.first_number or number
        if len(self.script.raw_lines) < _SCRIPT_LINES:
            self.script.raw_lines.append(raw_line[:_LINE_BYTES])


@dataclass(frozen=True)
class JobLog:
    """The steps that failed, the last one last, and the annotations after the job's end.

    Where none `has_failed`, the last step of the job.
    """

    steps: tuple[StepLog, ...]
    annotations: tuple[LogLine, ...]
    has_failed: bool
    has_steps: bool

    @cached_property
    def notes(self) -> tuple[LogLine, ...]:
        """The annotations that no step has printed."""
        if not self.annotations:
            return ()
        printed = {line.text for step in self.steps for line in step.lines if line.mark}
        return tuple(note for note in self.annotations if note.text not in printed)


def split_steps(raw_lines: Iterable[bytes]) -> JobLog:
    """Sort the lines of a job into steps.

    A log without steps is one step; where no exit code tells, the last step with an error failed.
    """
    splitter = _StepSplitter()
    store: Store = splitter.step.add_line
    # Most lines of most logs are never looked at again: they stay bytes.
    for number, line in enumerate(raw_lines, 1):
        if b"##[" in line or _END_OF_JOB in line or _END_OF_PROCESSES in line:
            store = splitter.switch(number, line, store)
        else:
            store(number, line)
    return splitter.finish()


class _StepSplitter:
    """Knows which step the lines belong to, as far as the log was read."""

    def __init__(self) -> None:
        self.before_steps = self.step = StepLog()
        self.failed: deque[StepLog] = deque(maxlen=_FAILED_STEPS)
        self.marked: deque[StepLog] = deque(maxlen=_FAILED_STEPS)
        self.annotations: list[LogLine] = []

    def switch(self, number: int, raw_line: bytes, store: Store) -> Store:
        """Store a line that may change where the following ones go, and tell where they go."""
        line = parse_line(number, raw_line)
        if line.text in _JOB_ENDS:
            return self._add_annotation
        if line.text.startswith(_STEP_BEGINS):
            self.step = StepLog()
            store = self.step.add_script_line
        store(number, raw_line)
        if store == self.step.add_script_line:
            return self.step.add_line if line.text == "##[endgroup]" else store
        if line.mark == "error" and store == self.step.add_line:
            self._mark_step(line)
        return store

    def _mark_step(self, line: LogLine) -> None:
        if self.step not in self.marked:
            self.marked.append(self.step)
        if _STEP_FAILED.search(line.text) and self.step not in self.failed:
            self.failed.append(self.step)

    def _add_annotation(self, number: int, raw_line: bytes) -> None:
        line = parse_line(number, raw_line)
        if line.mark == "error" and len(self.annotations) < _SCRIPT_LINES:
            self.annotations.append(line)

    def finish(self) -> JobLog:
        """Choose the steps that failed."""
        has_steps = bool(self.step.script.raw_lines)
        last_step = self.step if has_steps else self.before_steps
        failed = self.failed or self.marked
        return JobLog(
            tuple(failed or [last_step]), tuple(self.annotations), bool(failed), has_steps
        )
