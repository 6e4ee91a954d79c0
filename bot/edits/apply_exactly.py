"""Apply a diff as git does, where every hunk lies exactly at the lines that its head tells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from bot.edits.edited_tree import EditedTree, EditResult
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
from bot.text.git_lines import split_keeping_ends

MOST_CHARS = 100_000_000  # of files, each counted again for every edit of it


class InexactError(Exception):
    """The diff does not lie exactly where it says, or means something else than git would."""


def apply_exactly(files: Mapping[str, str], edits: Sequence[FileEdit]) -> EditResult | None:
    """Apply the edits as git does; None unless all of them lie exactly where their heads say.

    Their numbers are believed then, for they agree with each other and with every line: text that
    stands in several places is no doubt, nor is a hunk that quotes nothing.
    """
    tree = EditedTree(files, edits, str)
    chars = 0
    try:
        for edit in edits:
            before = "" if edit.old_path == NOWHERE else tree.read(edit.old_path)
            chars += len(before or "")
            if before is None or chars > MOST_CHARS:
                return None
            _apply_edit(tree, edit, before)
    except (InexactError, Rejected):
        return None
    return tree.collect_result(str)


def _apply_edit(tree: EditedTree[str], edit: FileEdit, before: str) -> None:
    """Apply the edit of one file. Raises InexactError."""
    paths = edit.old_path, edit.new_path
    after = _apply_hunks(before, edit)
    keeps_name = paths[0] == paths[1] or NOWHERE in paths
    if edit.new_path == NOWHERE and after:
        raise InexactError
    if not (keeps_name or edit.renames or edit.copies):
        raise InexactError
    tree.write(edit, paths, after)


def _apply_hunks(text: str, edit: FileEdit) -> str:
    """Apply the hunks one below the other. Raises InexactError."""
    lines = split_keeping_ends(text)
    after: list[str] = []
    position = 0
    has_context = any(has_sign(hunk.readings[0], STAYS) for hunk in edit.hunks)
    for hunk in edit.hunks:
        refuse_omitted_code(hunk.readings[0])
        if hunk.head is None or not hunk.is_counted:
            raise InexactError
        start, new_start = hunk.head.old_start, hunk.head.new_start
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
