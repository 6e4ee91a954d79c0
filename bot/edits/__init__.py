"""Apply edits as models write them: in exactly one place each, all or nothing.

Pure: it is handed texts and hands texts back.
"""

from bot.edits.apply_edits import Applied, apply, changes
from bot.edits.change_diff import ChangeDiff, FileDiff, parse_change_diff, render_size
from bot.edits.diff_counts import DiffCounts, counts
from bot.edits.parsed_edit import Rejected
from bot.edits.render_diff import written
from bot.edits.replace_text import replace

__all__ = [
    "Applied",
    "ChangeDiff",
    "DiffCounts",
    "FileDiff",
    "Rejected",
    "apply",
    "changes",
    "counts",
    "parse_change_diff",
    "render_size",
    "replace",
    "written",
]
