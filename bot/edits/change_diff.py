"""Read a change as git's unified diff: what came and went where, and which lines it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchedFile, PatchSet

from bot.edits.diff_names import unquote
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
    added: Lines
    removed: Lines
    shown: frozenset[int]
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


def parse_change_diff(diff: str) -> ChangeDiff:
    """Read a diff that git wrote with core.quotePath=false and without renames.

    Raises ValueError for what is none.
    """
    numbered, paths = _number_files(diff)
    try:
        patch_set = PatchSet(numbered)
    except UnidiffParseError as error:
        raise ValueError(f"not a unified diff: {error}") from error
    if len(patch_set) != len(paths) or (diff.strip() and not paths):
        raise ValueError(f"not a unified diff: {len(paths)} headers, {len(patch_set)} files")
    files = [_read_file(file, path) for file, path in zip(patch_set, paths, strict=True)]
    return ChangeDiff({file.path: file for file in files})


def render_size(diff: ChangeDiff) -> str:
    """Render the size for people, as git does in one line."""
    files = count_noun(len(diff.files), "file")
    return f"{files} changed: +{diff.added} \N{MINUS SIGN}{diff.removed} lines"


def _number_files(diff: str) -> tuple[str, list[str]]:
    """Put numbers in the place of paths, and return the paths.

    unidiff does not read all of git's names: quoted ones, and those with " b/" in them.
    """
    paths: list[str] = []
    lines = []
    in_header = False
    for line in diff.split("\n"):
        number = len(paths)
        if line.startswith("diff --git "):
            paths.append(_read_path(line.removeprefix("diff --git ")))
            in_header = True
            lines.append(f"diff --git a/{number} b/{number}")
            continue
        in_header = in_header and not line.startswith("@@ ")
        is_name = in_header and line.startswith(("--- ", "+++ "))
        if is_name and not line.endswith(" /dev/null"):
            lines.append(f"{line[:4]}{'a' if line[0] == '-' else 'b'}/{number - 1}")
        else:
            lines.append(line)
    return "\n".join(lines), paths


def _read_path(names: str) -> str:
    """Read the path out of "a/PATH b/PATH", whose halves are alike without renames."""
    return unquote(names[: len(names) // 2])[2:]


def _read_file(file: PatchedFile, path: str) -> FileDiff:
    lines = [line for hunk in file for line in hunk]
    added = [(line.target_line_no or 0, _strip_end(line.value)) for line in lines if line.is_added]
    removed = [
        (line.source_line_no or 0, _strip_end(line.value)) for line in lines if line.is_removed
    ]
    shown = frozenset(line.target_line_no for line in lines if line.target_line_no)
    hunks = tuple(map(_read_hunk, file))
    return FileDiff(path, tuple(added), tuple(removed), shown, hunks)


def _read_hunk(hunk: Hunk) -> HunkDiff:
    added = [(line.target_line_no or 0, _strip_end(line.value)) for line in hunk if line.is_added]
    return HunkDiff(tuple(added), frozenset(_find_touched(hunk)), str(hunk))


def _find_touched(hunk: Hunk) -> Iterator[int]:
    """Find the old lines that went, and the neighbours of what came."""
    before, follows_addition = 0, False
    for line in hunk:
        number = line.source_line_no
        if line.is_added:
            yield before
            follows_addition = True
        elif number:
            if line.is_removed or follows_addition:
                yield number
            before, follows_addition = number, False


def _strip_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")
