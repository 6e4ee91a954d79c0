"""Read a change as git's unified diff: what came and went where, and which lines it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.edits.diff_hunks import find_counted_end, parse_head
from bot.edits.diff_names import unquote
from bot.edits.parsed_edit import HunkHead
from bot.text.amounts import count_noun

Lines = tuple[tuple[int, str], ...]  # number and text


@dataclass(frozen=True, slots=True)
class HunkDiff:
    """Lines of a file that changed near each other, and the hunk as git wrote it.

    `touched` are old lines: those that went, and those right before and behind what came.
    """

    added: Lines
    touched: frozenset[int]
    text: str


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The lines of a file that came (numbered as they are now) and went (as they were before).

    A review may comment on the lines in `shown`: on the right side of the diff, as they are now.
    """

    path: str
    added: Lines = ()
    removed: Lines = ()
    shown: frozenset[int] = frozenset()
    hunks: tuple[HunkDiff, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeDiff:
    """The diff of a change, by the paths of its files."""

    files: Mapping[str, FileDiff]

    @property
    def added(self) -> int:
        """The number of lines that came, as git's numstat counts them."""
        return sum(len(file.added) for file in self.files.values())

    @property
    def removed(self) -> int:
        """The number of lines that went."""
        return sum(len(file.removed) for file in self.files.values())


@dataclass(frozen=True, slots=True)
class DiffCounts:
    """Files and lines of a diff."""

    files: int
    added: int
    removed: int


def count_diff(diff: str) -> DiffCounts:
    """Count what a unified diff with git's headers changes. Raises ValueError when it is none."""
    change = parse_change_diff(diff)
    return DiffCounts(len(change.files), change.added, change.removed)


def render_size(diff: ChangeDiff) -> str:
    """Render the size for people, as git does in one line."""
    files = count_noun(len(diff.files), "file")
    return f"{files} changed: +{diff.added} \N{MINUS SIGN}{diff.removed} lines"


def parse_change_diff(diff: str) -> ChangeDiff:
    """Read a diff that git wrote with core.quotePath=false and without renames.

    Raises ValueError for what is none.
    """
    files: dict[str, FileDiff] = {}
    lines = diff.removesuffix("\n").split("\n")
    path = ""
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if line.startswith("diff --git "):
            path = _read_path(line.removeprefix("diff --git "))
            files[path] = FileDiff(path)
        elif line.startswith("@@ "):
            head = parse_head(line)
            end = find_counted_end(lines, index, head) if head else None
            if head is None or end is None or not path:
                raise ValueError(f"not a unified diff: line {index} begins no hunk of a file")
            files[path] = _add_hunk(files[path], head, lines[index - 1 : end])
            index = end
    if diff.strip() and not files:
        raise ValueError("not a unified diff: it names no file")
    return ChangeDiff(files)


def _read_path(names: str) -> str:
    """Read the path out of "a/PATH b/PATH", whose halves are alike without renames."""
    return unquote(names[: len(names) // 2])[2:]


def _add_hunk(file: FileDiff, head: HunkHead, hunk: Sequence[str]) -> FileDiff:
    """Read the lines of a hunk below its head, and add them to those of the file."""
    lines: dict[str, list[tuple[int, str]]] = {"+": [], "-": []}
    shown, touched = set(file.shown), set()
    old, new, kept = head.old_start, head.new_start, 0
    follows_addition = False
    for line in hunk[1:]:
        sign, text = line[:1], line[1:].removesuffix("\r")
        if sign == "\\":
            continue
        old, new = old + (sign != "+"), new + (sign != "-")
        lines.setdefault(sign, []).append((old if sign == "-" else new, text))
        if sign != "-":
            shown.add(new)
        if sign != "+":
            touched |= {old} if sign == "-" or follows_addition else set()
            kept = old
        else:
            touched.add(kept)
        follows_addition = sign == "+"
    added, removed = tuple(lines["+"]), tuple(lines["-"])
    hunks = (*file.hunks, HunkDiff(added, frozenset(touched), "\n".join([*hunk, ""])))
    return FileDiff(file.path, file.added + added, file.removed + removed, frozenset(shown), hunks)
