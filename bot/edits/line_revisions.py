"""Find what people made of a change: which of its lines were kept, and what came in their place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.edits.change_diff import FileDiff, HunkDiff, parse_change_diff


@dataclass(frozen=True, slots=True)
class LineRevision:
    """How many of a file's new lines were kept, and the hunks that changed something of them."""

    path: str
    kept: int
    changed: int
    hunks: tuple[str, ...] = ()


def find_line_revisions(change: str, later: str) -> tuple[LineRevision, ...]:
    """Compare a change's diff with the diff from its end to a later state, file by file.

    What was changed elsewhere in these files is nobody's revision: the base may have moved.
    """
    later_files = parse_change_diff(later).files
    return tuple(
        _revise(file, later_files.get(path))
        for path, file in parse_change_diff(change).files.items()
    )


def _revise(file: FileDiff, later: FileDiff | None) -> LineRevision:
    written = {number for number, _ in file.added}
    if later is None:
        return LineRevision(file.path, len(written), 0)
    gone = written & {number for number, _ in later.removed}
    removed_texts = {text for _, text in file.removed if text.strip()}
    hunks = tuple(hunk.text for hunk in later.hunks if _concerns(hunk, written, removed_texts))
    return LineRevision(file.path, len(written) - len(gone), len(gone), hunks)


def _concerns(hunk: HunkDiff, written: set[int], removed_texts: set[str]) -> bool:
    """Tell whether it changes lines of the change, puts lines beside them, or brings back what the
    change took out.
    """
    is_beside = any(number in written for number in hunk.touched)
    return is_beside or any(text in removed_texts for _, text in hunk.added)
