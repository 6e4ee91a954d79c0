"""Here live the steps of a job as its log shows them, and which of them failed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.logs.clean import Line

_HEAD, _TAIL = 1_500_000, 8_000_000  # characters of one step that are kept
_BEGIN = "##[group]Run "
_FAILED = re.compile(
    r"Process completed with exit code|The process '.*' failed with exit code|^The operation was canceled"
)
_AFTER = ("Post job cleanup.", "Cleaning up orphan processes")


@dataclass(slots=True, eq=False)
class Step:
    """What a step printed; what stands in its first group (the script and its environment) is the `command`."""

    command: list[Line] = field(default_factory=list)
    head: list[Line] = field(default_factory=list)
    tail: deque[Line] = field(default_factory=deque)
    sizes: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def lines(self) -> list[Line]:
        return [*self.head, *self.tail]

    def add(self, line: Line) -> None:
        size = len(line.text) + 50
        if not self.tail and self.sizes[0] + size <= _HEAD:
            self.head.append(line)
            self.sizes[0] += size
            return
        self.tail.append(line)
        self.sizes[1] += size
        while self.sizes[1] > _TAIL:
            self.sizes[1] -= len(self.tail.popleft().text) + 50


@dataclass(frozen=True, slots=True)
class Job:
    """The steps that failed, the last one last, and the errors that were told after the job's end (annotations)."""

    steps: tuple[Step, ...]
    notes: tuple[Line, ...]


def job_of(lines: Iterable[Line]) -> Job:
    """Sort the lines into steps. A log without steps is one step; without an exit code the last marked step failed."""
    whole = step = Step()
    failed: list[Step] = []
    marked: Step | None = None
    notes: list[Line] = []
    where = "steps"
    for line in lines:
        text = line.text
        if text in _AFTER:
            where = "after"
        elif text.startswith(_BEGIN):
            step, where = Step(), "command"
        if where == "command":
            step.command.append(line)
            where = "steps" if line.text == "##[endgroup]" else where
        elif where == "after":
            notes += [line] if line.mark == "error" else []
        else:
            step.add(line)
            if line.mark == "error":
                marked = step
                if _FAILED.search(text) and step not in failed[-1:]:
                    failed.append(step)
    steps = failed[-3:] or [marked or (whole if not step.command else step)]
    return Job(tuple(steps), _news(notes, steps))


def _news(notes: list[Line], steps: list[Step]) -> tuple[Line, ...]:
    told = {line.text for step in steps for line in step.lines if line.mark}
    return tuple(note for note in notes if note.text not in told)
