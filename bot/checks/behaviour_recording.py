"""Read what the recorder printed in the sandbox, and compare what was seen before and after."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.values.behaviour import Aspect, BehaviourDifference, RanLines

CUT = "\0"  # at the end of a text that was longer
VARIES = "\u2026"
DIFF_LINES = 16
LINE_CHARS = 200
TOKEN = re.compile(r"\d+|[^\W\d]+|\s+|.", re.DOTALL)
TRACEBACK = "Traceback (most recent call last):"
FRAME = re.compile(r'^\s+(?:File "|\S)|^\s*\^|^\s*~')
STACK_LINE = re.compile(r"^\s+at \S.*|^\s+from \S+:\d+:in .*|^\S+\.(?:rb|m?js|ts):\d+.*$")
WARNING = re.compile(r"^\S*\.py:\d+: (?=\w+Warning: )")


class SeenRun(BaseModel):
    """What one run of one input did; texts by the name of their content."""

    model_config = ConfigDict(frozen=True)

    exit: int | None
    output: str
    errors: str
    files: dict[str, str | None]


class SeenLines(BaseModel):
    """The lines of a file that have code, and those of them that ran."""

    lines: list[int]
    ran: list[int]


class Recording(BaseModel):
    """All that the recorder saw: for each run of all inputs its kind, and what each of them did."""

    kinds: list[str]
    runs: list[list[SeenRun]]
    texts: dict[str, str]
    lines: dict[str, SeenLines]

    def list_seen(self, kind: str, number: int) -> list[SeenRun]:
        """List what the runs of this kind saw of an input."""
        runs = zip(self.kinds, self.runs, strict=True)
        return [run[number] for known, run in runs if known == kind]


def read_recording(log: bytes, mark: str, count: int) -> Recording | None:
    """Read the recording of so many inputs from the last line of a log; None where it is none."""
    lines = log.decode(errors="replace").splitlines()
    line = next((line for line in reversed(lines) if line.startswith(mark)), "")
    try:
        recording = Recording.model_validate_json(line.removeprefix(mark))
    except ValidationError:
        return None
    is_whole = all(len(run) == count for run in recording.runs)
    return recording if is_whole and len(recording.kinds) == len(recording.runs) else None


def list_ran_lines(recording: Recording) -> tuple[RanLines, ...]:
    """List how much of each file was run."""
    return tuple(
        RanLines(
            path, len(counted.lines), tuple(sorted(set(counted.lines).difference(counted.ran)))
        )
        for path, counted in sorted(recording.lines.items())
    )


def merge_ran_lines(earlier: Iterable[RanLines], later: Iterable[RanLines]) -> tuple[RanLines, ...]:
    """Merge what ran at two times: a line is missing where neither ran it."""
    merged = {known.path: known for known in earlier}
    for new in later:
        known = merged.get(new.path, new)
        missing = set(known.missing).intersection(new.missing)
        merged[new.path] = RanLines(new.path, new.total, tuple(sorted(missing)))
    return tuple(merged[path] for path in sorted(merged))


@dataclass(slots=True)
class BehaviourComparer:
    """Compares what the inputs did before and after; what varies before is left out."""

    recording: Recording
    differences: list[BehaviourDifference] = field(default_factory=list)
    varying: set[int] = field(default_factory=set)
    uncompared: set[int] = field(default_factory=set)  # of a text of theirs nothing could be

    def compare(self) -> None:
        """Compare all inputs."""
        for number in range(len(self.recording.runs[0])):
            before = self.recording.list_seen("base", number)
            if any(run.exit is None for run in before):  # how far it came is chance
                self.varying.add(number + 1)
                self.uncompared.add(number + 1)
                continue
            for after in self.recording.list_seen("after", number):
                if after in before and all(run == before[0] for run in before):
                    continue
                if differences := list(self._compare(number + 1, before, after)):
                    self.differences += differences
                    break

    def _compare(
        self, number: int, before: Sequence[SeenRun], after: SeenRun
    ) -> Iterator[BehaviourDifference]:
        exits = [run.exit for run in before]
        if len(set(exits)) > 1:
            self.varying.add(number)
        elif after.exit != exits[0]:
            text = f"{_name_exit(exits[0])} before, {_name_exit(after.exit)} now"
            yield BehaviourDifference(number, "exit status", text)
        output = self._compare_texts(number, [run.output for run in before], after.output)
        yield from _make_difference(number, "output", output)
        errors = self._compare_texts(
            number, [run.errors for run in before], after.errors, is_stack=True
        )
        yield from _make_difference(number, "errors", errors)
        files = self._compare_files(number, [run.files for run in before], after.files)
        yield from _make_difference(number, "files", "\n".join(files))

    def _compare_files(
        self,
        number: int,
        before: Sequence[Mapping[str, str | None]],
        after: Mapping[str, str | None],
    ) -> Iterator[str]:
        """Say which files are not written as before."""
        paths = sorted({path for files in (*before, after) for path in files})
        for path in paths:
            states = [_name_state(files, path) for files in before]
            if len(set(states)) > 1:  # such as one with a time in its name
                self.varying.add(number)
                continue
            state = _name_state(after, path)
            if state != states[0]:
                yield f"{path}: {states[0]} before, {state} now"
            elif state == "written":
                contents = [str(files[path]) for files in before]
                if text := self._compare_texts(number, contents, str(after[path])):
                    yield f"{path}:\n{text}"

    def _compare_texts(
        self, number: int, before: Sequence[str], after: str, *, is_stack: bool = False
    ) -> str:
        """Compare texts by their names; the answer is a diff, or empty."""
        if after in before and len(set(before)) == 1:
            return ""
        texts = [self.recording.texts.get(name, "") for name in (*before, after)]
        if is_stack:
            texts = [drop_stacks(text) for text in texts]
        *known, new = texts
        if len(set(known)) == 1 and new != known[0]:
            return _render_diff(known[0], new)
        if len(set(known)) == 1:
            return "" if not new.endswith(CUT) else "another text, far behind what is kept"
        self.varying.add(number)
        if not _can_compare(known, new):
            self.uncompared.add(number)
            return ""
        return _compare_varying(known, new)


def _make_difference(number: int, aspect: Aspect, text: str) -> Iterator[BehaviourDifference]:
    if text:
        yield BehaviourDifference(number, aspect, text)


def _name_exit(code: int | None) -> str:
    return "ended by the limit of time" if code is None else str(code)


def _name_state(files: Mapping[str, str | None], path: str) -> str:
    if path not in files:
        return "untouched"
    return "deleted" if files[path] is None else "written"


def drop_stacks(text: str) -> str:
    """Drop from what was printed where in the code it came from: a refactoring moves that."""
    lines = []
    is_stack = False
    for line in text.splitlines():
        if line == TRACEBACK:
            is_stack = True
        elif is_stack and FRAME.match(line):
            continue
        elif not STACK_LINE.match(line):
            is_stack = False
            lines.append(WARNING.sub("", line))
    return "\n".join(lines)


def _can_compare(before: Sequence[str], after: str) -> bool:
    """Tell whether texts that vary are kept whole, and have as many lines each time."""
    is_whole = not any(text.endswith(CUT) for text in (*before, after))
    return is_whole and len({len(text.splitlines()) for text in before}) == 1


def _compare_varying(before: Sequence[str], after: str) -> str:
    """Compare with texts that differ among themselves: line by line without the words that do."""
    known = [text.splitlines() for text in before]
    new = after.splitlines()
    if len({tuple(sorted(lines)) for lines in known}) == 1:
        return _render_diff("\n".join(sorted(known[0])), "\n".join(sorted(new)))
    if len(new) != len(known[0]):
        return _render_diff(before[0], after)
    rows = list(zip(*known, new, strict=True))
    pairs = [_mask(row[:-1], row[-1]) for row in rows]
    old_lines, new_lines = zip(*pairs, strict=True)
    return _render_diff("\n".join(old_lines), "\n".join(new_lines))


def _mask(before: Sequence[str], after: str) -> tuple[str, str]:
    """Mask the words of a line that vary before."""
    if len(set(before)) == 1:
        return before[0], after
    words = [TOKEN.findall(line) for line in (*before, after)]
    if len({len(line) for line in words[:-1]}) > 1:
        return VARIES, VARIES
    *known, new = words
    if len(new) != len(known[0]):
        return before[0], after
    masked = [len(set(column)) > 1 for column in zip(*known, strict=True)]
    return _fill(known[0], masked), _fill(new, masked)


def _fill(words: Sequence[str], masked: Sequence[bool]) -> str:
    pairs = zip(words, masked, strict=True)
    return "".join(VARIES if is_masked else word for word, is_masked in pairs)


def _render_diff(before: str, after: str) -> str:
    """Render the lines that differ; empty where none does."""
    if before == after:
        return ""
    old, new = before.rstrip(CUT).splitlines(), after.rstrip(CUT).splitlines()
    if old == new:
        return "only the end of the last line differs"
    diff = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
    lines = [line[:LINE_CHARS] for line in diff if not line.startswith("@@")]
    rest = len(lines) - DIFF_LINES
    more = [f"(and {rest:,} more)"] if rest > 0 else []
    return "\n".join([*lines[:DIFF_LINES], *more])
