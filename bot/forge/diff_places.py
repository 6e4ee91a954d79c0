"""Find places in the diff of a pull request: which lines may be commented on, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.forge.review_records import DiffSide, ThreadPlace

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
FileStatus = Literal["added", "removed", "modified", "renamed"]
STATUSES: Mapping[str, FileStatus] = {
    "new file": "added",
    "deleted file": "removed",
    "rename from": "renamed",
}
NAME = re.compile(r"^(---|\+\+\+|rename from|rename to) (.*?)\t?$", re.MULTILINE)
ESCAPE = re.compile(r"\\([0-7]{3}|.)")
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
SIDES: Mapping[str, tuple[DiffSide, ...]] = {
    "-": ("LEFT",),
    "+": ("RIGHT",),
    " ": ("LEFT", "RIGHT"),
}


class PlaceNotInDiffError(ValueError):
    """A thread cannot stand there. `field` is what is wrong of the place, in GitHub's words."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a file's diff; `hunk` and `position` count from the file's first hunk."""

    text: str
    hunk: int
    position: int
    left: int
    right: int

    def has(self, side: DiffSide, number: int) -> bool:
        """Tell whether it is this line of this side."""
        on_side = side in SIDES.get(self.text[:1], ())
        return on_side and number == (self.left if side == "LEFT" else self.right)


@dataclass(frozen=True, slots=True)
class NumberedDiff:
    """The diff of one file. `old_path` is another where the file was renamed."""

    path: str
    old_path: str
    lines: tuple[DiffLine, ...]
    status: FileStatus = "modified"

    def find(self, side: DiffSide, number: int) -> DiffLine | None:
        """Find a line by its number on one side."""
        return next((line for line in self.lines if line.has(side, number)), None)


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place in a diff, with the hunk that is shown above it."""

    position: int
    diff_hunk: str


def find_place(diff: NumberedDiff | None, place: ThreadPlace) -> FoundPlace:
    """Find a place in its file's diff. Raises PlaceNotInDiffError."""
    if diff is None:
        raise PlaceNotInDiffError("path", "Path could not be resolved")
    if place.is_on_file:
        return FoundPlace(1, "")
    end = _find_line(diff, "line", place.side, place.line)
    if place.start_line is not None:
        _check_start(diff, place, end)
    return FoundPlace(end.position, _render_hunk(diff, end))


def _find_line(diff: NumberedDiff, field: str, side: DiffSide, number: int | None) -> DiffLine:
    line = diff.find(side, number) if number is not None else None
    if line is None:
        raise PlaceNotInDiffError(field, f"{_name(field)} must be part of the diff")
    return line


def _check_start(diff: NumberedDiff, place: ThreadPlace, end: DiffLine) -> None:
    start = _find_line(diff, "start_line", place.start_side or place.side, place.start_line)
    if start.hunk != end.hunk:
        message = f"{_name('start_line')} must be part of the same hunk as the line."
        raise PlaceNotInDiffError("start_line", message)
    if start.position >= end.position:
        message = f"{_name('start_line')} must precede the end line."
        raise PlaceNotInDiffError("start_line", message)


def _name(field: str) -> str:
    return f"pull_request_review_thread.{field}"


def _render_hunk(diff: NumberedDiff, end: DiffLine) -> str:
    """Render the hunk of a line from its header down to the line, as GitHub shows it."""
    lines = [
        line.text for line in diff.lines if line.hunk == end.hunk and line.position <= end.position
    ]
    return "\n".join(lines)


def move_place(place: ThreadPlace, changes: NumberedDiff | None) -> ThreadPlace | None:
    """Move a place along the changes of its file, which have no context; None where the changes
    touch its lines.
    """
    if changes is None or place.line is None:
        return place
    first = place.line if place.start_line is None else place.start_line
    shift = 0
    for start, length, growth in _list_hunks(changes):
        # What is only inserted stands behind `start`, and touches no line itself.
        begins, ends = start + (length == 0), start + max(length, 1) - 1
        if ends < first:
            shift += growth
        elif begins <= place.line:
            return None
    start_line = None if place.start_line is None else place.start_line + shift
    return replace(place, line=place.line + shift, start_line=start_line)


def _list_hunks(changes: NumberedDiff) -> Iterator[tuple[int, int, int]]:
    """List where each hunk begins in the old text, how many lines it takes, and how many more it
    brings.
    """
    for line in changes.lines:
        if match := HUNK.match(line.text):
            start, old, new = int(match[1]), int(match[2] or 1), int(match[4] or 1)
            yield start, old, new - old


def parse_diff(text: str) -> dict[str, NumberedDiff]:
    """Parse what `git diff` prints, by the path of each file: its new one, if it has one."""
    parts = re.split(r"^diff --git (.*)\n", text, flags=re.MULTILINE)[1:]
    files = [_parse_file(*pair) for pair in zip(parts[::2], parts[1::2], strict=True)]
    return {file.path: file for file in files}


def _parse_file(title: str, text: str) -> NumberedDiff:
    head, mark, body = text.partition("\n@@ ")
    names = {key: _unquote(name) for key, name in NAME.findall(head)}
    same = re.fullmatch(r"a/(.*) b/\1", title)  # all that stands there of what has no lines
    default = str(same[1]) if same else ""
    old = names.get("rename from") or names.get("---", default).removeprefix("a/")
    new = names.get("rename to") or names.get("+++", default).removeprefix("b/")
    path = old if new == "/dev/null" else new
    old_path = path if old == "/dev/null" else old
    return NumberedDiff(path, old_path, _parse_lines(mark[1:] + body), _find_status(head))


def _unquote(name: str) -> str:
    """Read a name as git writes one with signs that a line cannot hold, in C's quotes."""
    if not name.startswith('"'):
        return name
    return ESCAPE.sub(lambda match: _unescape(match[1]), name[1:-1])


def _unescape(code: str) -> str:
    return chr(int(code, 8)) if code.isdigit() else ESCAPES.get(code, code)


def _find_status(head: str) -> FileStatus:
    for line, status in STATUSES.items():
        if re.search(rf"^{line} ", head, flags=re.MULTILINE):
            return status
    return "modified"


def _parse_lines(text: str) -> tuple[DiffLine, ...]:
    lines: list[DiffLine] = []
    hunk, left, right = 0, 0, 0
    for position, line in enumerate(text.removesuffix("\n").split("\n") if text else ()):
        if match := HUNK.match(line):
            hunk, left, right = hunk + 1, int(match[1]) - 1, int(match[3]) - 1
        left += "LEFT" in SIDES.get(line[:1], ())
        right += "RIGHT" in SIDES.get(line[:1], ())
        lines.append(DiffLine(line, hunk, position, left, right))
    return tuple(lines)
