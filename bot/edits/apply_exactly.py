"""Apply a diff as git does, where every hunk lies exactly at the lines that its head tells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from bot.edits.edit_result import EditResult
from bot.edits.omitted_code import refuse_omitted_code
from bot.edits.parsed_edit import (
    NOWHERE,
    STAYS,
    FileEdit,
    Hunk,
    Rejected,
    has_sign,
    new_side,
    old_side,
)
from bot.edits.path_names import PathNames
from bot.text.git_lines import split_keeping_ends

MOST_CHARS = 100_000_000  # of files, each counted again for every edit of it


class InexactError(Exception):
    """The diff does not lie exactly where it says, or means something else than git would."""


def apply_exactly(files: Mapping[str, str], edits: Sequence[FileEdit]) -> EditResult | None:
    """Apply the edits as git does; None unless all of them lie exactly where their heads say.

    Their numbers are believed then, for they agree with each other and with every line: text that
    stands in several places is no doubt, nor is a hunk that quotes nothing.
    """
    tree = _Tree(files, edits)
    try:
        for edit in edits:
            tree.apply_edit(edit)
    except (InexactError, Rejected):
        return None
    return tree.collect_result()


class _Tree:
    """The files as the edits so far left them."""

    def __init__(self, files: Mapping[str, str], edits: Sequence[FileEdit]) -> None:
        self.files = files
        # Git's diffs do not depend on their order: two files may change their names.
        self.leaving = {edit.old_path for edit in edits if edit.renames or edit.new_path == NOWHERE}
        self.names: PathNames | None = None
        self.chars = 0
        self.changed: dict[str, str] = {}
        self.gone: set[str] = set()
        self.arrived: dict[str, str] = {}
        self.modes: dict[str, str] = {}
        self.moves: dict[str, str] = {}

    def apply_edit(self, edit: FileEdit) -> None:
        """Apply the edit of one file. Raises InexactError."""
        old, new = edit.old_path, edit.new_path
        moves = edit.renames or edit.copies
        before = self._read(old)
        after = _apply_hunks(before, edit)
        if new == NOWHERE:
            if after:
                raise InexactError
            self._remove(old)
        elif moves or old == NOWHERE:
            self._add(new, after)
        elif old == new:
            self._change(old, after)
        else:
            raise InexactError
        if moves:
            self.moves[new] = old if self._stands(old) else self.moves.get(old, old)
        if edit.renames:
            self._remove(old)
        if edit.mode and (old != NOWHERE or edit.mode != "100644"):
            self.modes[new] = edit.mode

    def _stands(self, path: str) -> bool:
        """Tell whether a file of the tree before still stands at its path."""
        return path in self.files and path not in self.gone

    def _read(self, path: str) -> str:
        text = "" if path == NOWHERE else self.arrived.get(path)
        if self._stands(path):
            text = self.changed[path] if path in self.changed else self.files[path]
        if text is None or self.chars > MOST_CHARS:
            raise InexactError
        self.chars += len(text)
        return text

    def _change(self, path: str, text: str) -> None:
        if self._stands(path):
            self.changed[path] = text
        else:
            self.arrived[path] = text

    def _remove(self, path: str) -> None:
        if self._stands(path):
            self.gone.add(path)
        else:
            del self.arrived[path]

    def _add(self, path: str, text: str) -> None:
        if self.names is None:
            self.names = PathNames(set(self.files) - self.leaving)
        if path in self.arrived:
            raise InexactError
        self.names.check_new_path(path)
        self.names.add(path)
        self.arrived[path] = text

    def collect_result(self) -> EditResult:
        """Collect what changed: new texts by path, None for deleted files."""
        changes: dict[str, str | None] = {**self.changed}
        changes |= dict.fromkeys(self.gone)
        changes |= self.arrived
        kept = {path: text for path, text in changes.items() if self.files.get(path) != text}
        return EditResult(kept, self.modes, self.moves)


def _apply_hunks(text: str, edit: FileEdit) -> str:
    """Apply the hunks one below the other. Raises InexactError."""
    lines = split_keeping_ends(text)
    after: list[str] = []
    position = 0
    has_context = any(has_sign(hunk.readings[0], STAYS) for hunk in edit.hunks)
    for hunk in edit.hunks:
        refuse_omitted_code(hunk.readings[0])
        start, new_start = hunk.place or (-1, -1)
        old, new = _end_lines(hunk)
        after += lines[position:start]
        if start < position or new_start != len(after) or lines[start : start + len(old)] != old:
            raise InexactError
        position = start + len(old)
        # With context above and none below, the file ended there when the diff was made.
        ends_file = has_context and not has_sign(hunk.readings[0][-1:], STAYS)
        if (ends_file and position < len(lines)) or not _is_believable(text, edit, old, start):
            raise InexactError
        after += new
    after += lines[position:]
    if not all(line.endswith("\n") for line in after[:-1]):
        raise InexactError
    return "".join(after)


def _is_believable(text: str, edit: FileEdit, old: Sequence[str], start: int) -> bool:
    """Tell whether a hunk that quotes no text may be believed: the file is the one it was made for.

    Models write -0,0 for new files, too, where there is a file.
    """
    if any(map(str.strip, old)):
        return True
    if edit.old_hash.strip("0"):
        return _has_hash(text, edit.old_hash)
    readings = (hunk.readings[0] for hunk in edit.hunks)
    return bool(start) or not text or any(any(map(str.strip, old_side(ops))) for ops in readings)


def _end_lines(hunk: Hunk) -> tuple[list[str], list[str]]:
    """Give the lines of both sides their ends."""
    sides = []
    for texts, has_bare_end in zip(
        (old_side(hunk.readings[0]), new_side(hunk.readings[0])), hunk.bare_end, strict=True
    ):
        lines = [f"{line}\n" for line in texts]
        if has_bare_end and lines:
            lines[-1] = lines[-1].removesuffix("\n")
        sides.append(lines)
    return sides[0], sides[1]


def _has_hash(text: str, named_hash: str) -> bool:
    """Tell whether git's hash of the file begins as the diff says."""
    for encoding, errors in (("utf-8", "surrogateescape"), ("latin-1", "replace")):
        raw = text.encode(encoding, errors)
        digest = hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
        if digest.startswith(named_hash):
            return True
    return False
