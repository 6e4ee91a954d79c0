"""Apply one text of edits: each hunk in the only place where it fits, whatever its numbers say."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bot.edits.apply_hunk import compute_splices
from bot.edits.diff_names import list_spellings
from bot.edits.edited_tree import EditedTree
from bot.edits.lines import FileLines, Splice
from bot.edits.omitted_code import refuse_omitted_code
from bot.edits.parsed_edit import NOWHERE, FileEdit, Hunk, Rejected, new_side, old_side
from bot.edits.path_names import spell_new_path

MOST_AGAIN = 50  # times that a file is read anew because an edit builds on one before


@dataclass(slots=True)
class _OpenFile:
    """One file at work: its lines, and what shall stand where."""

    lines: FileLines
    splices: list[Splice] = field(default_factory=list)
    retries: int = 0
    ends_last_line: bool | None = None  # whether the last line shall end, where the edit says so
    last_end: str = ""

    def apply_splices(self) -> None:
        """Make what was found so far."""
        if self.splices:
            self.lines, self.splices = self.lines.splice(self.splices), []

    def apply_hunk(self, hunk: Hunk) -> None:
        """Find the edit's place in the file as it was, else in what the edits before it made."""
        try:
            self._add_splices(compute_splices(self.lines, hunk), hunk)
        except Rejected:
            if not self.splices or self.retries >= MOST_AGAIN:
                raise
            self.retries += 1
            self._retry_hunk(hunk)

    def _retry_hunk(self, hunk: Hunk) -> None:
        lines, splices = self.lines, self.splices
        self.apply_splices()
        try:
            self._add_splices(compute_splices(self.lines, hunk), hunk)
        except Rejected:
            self.lines, self.splices = lines, splices
            raise

    def _add_splices(self, splices: Sequence[Splice], hunk: Hunk) -> None:
        for splice in splices:
            position = bisect_right(self.splices, splice)
            neighbours = self.splices[max(position - 1, 0) : position + 1]
            if any(_overlap(splice, earlier) for earlier in neighbours if earlier not in splices):
                raise Rejected("this edit and one before it change the same lines. Make them one.")
        for splice in splices:
            insort(self.splices, splice)
        last = len(self.lines.texts)
        if hunk.bare_end[0] != hunk.bare_end[1] and any(splice[1] >= last for splice in splices):
            self.ends_last_line = hunk.bare_end[0]
            self.last_end = self.lines.line_end_at(last)

    def settle(self) -> FileLines:
        """Give the lines with all edits made; the last one ends as they say."""
        self.apply_splices()
        ends = self.lines.ends
        if ends and self.ends_last_line is not None:
            ends[-1] = (ends[-1] or self.last_end) if self.ends_last_line else ""
        return self.lines


def _overlap(first: Splice, second: Splice) -> bool:
    if first[0] == second[0]:
        return True
    return first[0] < second[1] and second[0] < first[1]


class EditSession:
    """The edits so far."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.tree = EditedTree(files, (), FileLines.split)

    def apply_file_edit(self, edit: FileEdit) -> list[Rejected]:
        """Make the edits of one file, and return those that could not be made."""
        try:
            return self._apply_file_edit(edit)
        except Rejected as rejection:
            return [rejection]

    def _apply_file_edit(self, edit: FileEdit) -> list[Rejected]:
        path = self._find_source(edit)
        lines = None if path == NOWHERE else self.tree.read(path)
        if lines is None:
            self._create_file(edit)
            return []
        file = _OpenFile(lines)
        rejections = _apply_hunks(path, file, edit)
        if rejections:
            return rejections
        lines = file.settle()
        target = self._find_target(path, edit)
        if target == NOWHERE and not lines.is_blank():
            raise Rejected(
                f"{path}: the diff deletes the file but does not remove all of its lines."
            )
        was_filled = bool(self.tree.files.get(path, "").strip())
        if target != NOWHERE and edit.hunks and lines.is_blank() and was_filled:
            raise Rejected(
                f"{path}: nothing would be left of the file. To delete it, say so: +++ {NOWHERE}."
            )
        self.tree.write(edit, (path, target), lines)
        return []

    def _find_source(self, edit: FileEdit) -> str:
        """Find the file to edit; NOWHERE for one to make."""
        if edit.old_path == NOWHERE:
            return NOWHERE
        path = self.tree.names.resolve(edit.old_path, bare=edit.bare)
        has_moved = edit.renames or edit.copies
        if path is None and edit.new_path not in ("", NOWHERE) and not has_moved:
            # Only the new name is a file's: `x.orig` and `x`.
            path = self.tree.names.resolve(edit.new_path, bare=edit.bare)
        is_block = bool(edit.hunks) and edit.hunks[0].blocks
        creates_file = is_block and not any(map(_quotes_text, edit.hunks))
        if creates_file and (path is None or path not in list_spellings(edit.old_path)):
            return NOWHERE
        return path or self.tree.names.require(edit.old_path, bare=edit.bare)

    def _find_target(self, path: str, edit: FileEdit) -> str:
        """Find the path that the file has behind the edit; NOWHERE when it is deleted."""
        target = spell_new_path(edit)
        if edit.renames or edit.copies or edit.new_path == NOWHERE:
            return edit.new_path
        if edit.old_path == NOWHERE or path in (edit.new_path, target):
            return path
        existing = self.tree.names.resolve(edit.new_path, bare=edit.bare)
        if existing not in (None, path):
            raise Rejected(f"{path} and {target} are both there: say which one the diff is for.")
        return existing or target

    def _create_file(self, edit: FileEdit) -> None:
        path = edit.old_path
        if path == NOWHERE:
            path = spell_new_path(edit)
        path = self.tree.names.check_new_path(path)
        if len(edit.hunks) > 1:
            raise Rejected(
                f"{path}: a new file comes in one piece, and this has {len(edit.hunks)}."
            )
        text = ""
        for hunk in edit.hunks:
            if _quotes_text(hunk):
                raise Rejected(f"{path}: the file is new, so it has no lines to stay or go.")
            _refuse_omission(path, hunk)
            text = _render_new_file(hunk)
        self.tree.write(edit, (NOWHERE, path), FileLines.split(text))


def _apply_hunks(path: str, file: _OpenFile, edit: FileEdit) -> list[Rejected]:
    rejections = []
    for number, hunk in enumerate(edit.hunks, 1):
        try:
            _apply_hunk(file, hunk)
        except Rejected as error:
            where = path
            if len(edit.hunks) > 1:
                where = f"{path} (hunk {number} of {len(edit.hunks)})"
            rejections.append(Rejected(f"{where}: {error.reason}", error.nearest))
    return rejections


def _apply_hunk(file: _OpenFile, hunk: Hunk) -> None:
    old_sides = list(map(old_side, hunk.readings))
    if not any(old_sides) and not file.lines.texts and not file.splices:
        file.lines = FileLines.split("\n".join([*new_side(hunk.readings[0]), ""]))
        return
    if not any(map(str.strip, chain.from_iterable(old_sides))):
        raise Rejected(
            "the old text is empty or blank, but the file exists. Quote lines of it that hold text."
        )
    refuse_omitted_code(hunk.readings[0])
    file.apply_hunk(hunk)


def _quotes_text(hunk: Hunk) -> bool:
    return any(map(str.strip, old_side(hunk.readings[0])))


def _render_new_file(hunk: Hunk) -> str:
    lines = new_side(hunk.readings[0])
    text = "\n".join(lines)
    if lines and not hunk.bare_end[1]:
        text += "\n"
    return text


def _refuse_omission(path: str, hunk: Hunk) -> None:
    try:
        refuse_omitted_code(hunk.readings[0])
    except Rejected as error:
        raise Rejected(f"{path}: {error.reason}") from None
