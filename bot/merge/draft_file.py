"""Draft a file that git could not merge: what is certain is solved, the rest stands marked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.merge.conflict import Conflict, render_with_base
from bot.merge.markers import find_marker_lines
from bot.merge.merge_text import MergedText, ThreeTexts, merge_text
from bot.merge.remade_files import explain_remaking
from bot.search.source_files import find_unreadable_reason
from bot.text.git_lines import split_keeping_ends
from bot.values import ConflictKind, PathConflict

MERGED_BY_LINES = ("content", "both added", "modify/delete")
MOST_CONFLICTS = 30  # in one file: beyond that nobody keeps them apart
LIMIT_BYTES = 10_000_000
REASONS: dict[ConflictKind, str] = {
    "rename": "both sides moved it, or one moved what the other deleted",
    "binary": "it is binary, so one side's must be chosen",
    "submodule": "the two sides want different commits of this submodule",
    "link": "it is a symbolic link on a side",
    "mode": "the two sides disagree whether it can be executed",
    "file/directory": "one side has a file where the other has a folder",
}


@dataclass(frozen=True, slots=True)
class DraftedFile:
    """The bytes that a draft holds at a path, the rules that solved conflicts, the lines where some
    are left. `advice` says why only people can go on; the bytes are None then.
    """

    data: bytes | None
    rules: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    advice: str = ""


def draft_file(conflict: PathConflict) -> DraftedFile:
    """Solve what leaves no doubt in one path."""
    sides = ThreeTexts(*map(_decode, (conflict.base, conflict.ours, conflict.theirs)))
    if advice := _find_obstacle(conflict, sides):
        return DraftedFile(None, advice=advice)
    if conflict.kind == "modify/delete":
        return _draft_deletion(sides)
    marked = _decode(conflict.marked)
    merged = merge_text(conflict.path, sides, marked, render_with_base)
    drafted = _refuse_hopeless(_draft_text(merged))
    if not merged.left and any(find_marker_lines(merged.text, *sides)):
        return DraftedFile(None, advice="what is merged of it looks like a conflict marker")
    return drafted


def _find_obstacle(conflict: PathConflict, sides: ThreeTexts) -> str:
    """Say why a path cannot be merged by lines; empty when it can."""
    if "\ufffd" in conflict.path:
        return "its name is not UTF-8"
    if "\\" in conflict.path:
        return "its name holds a backslash, which not every system takes"
    if conflict.kind not in MERGED_BY_LINES:
        return REASONS[conflict.kind]
    if max(map(len, sides)) > LIMIT_BYTES:
        return f"it has more than {LIMIT_BYTES:,} bytes"
    return explain_remaking(conflict.path, sides.ours or sides.theirs)


def _draft_text(merged: MergedText) -> DraftedFile:
    rules = tuple(dict.fromkeys(resolution.rule for resolution in merged.solved))
    return DraftedFile(merged.text.encode("utf-8", "surrogateescape"), rules, merged.left)


def _draft_deletion(sides: ThreeTexts) -> DraftedFile:
    """Put the whole file between markers: whoever solves it must decide."""
    base, ours, theirs = (tuple(split_keeping_ends(side)) for side in sides)
    text = "".join(render_with_base(Conflict(ours, base, theirs)))
    return _refuse_hopeless(DraftedFile(text.encode("utf-8", "surrogateescape"), (), (1,)))


def _refuse_hopeless(drafted: DraftedFile) -> DraftedFile:
    """Leave to people what the model cannot read, or could not keep apart."""
    if not drafted.lines:
        return drafted
    if reason := find_unreadable_reason(drafted.data or b""):
        return replace(drafted, data=None, advice=f"it is {reason}")
    if len(drafted.lines) > MOST_CONFLICTS:
        advice = f"{len(drafted.lines)} places of it are changed on both sides"
        return replace(drafted, data=None, advice=advice)
    return drafted


def _decode(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "surrogateescape")
