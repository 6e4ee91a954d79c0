"""Solve the conflicts of a three-way merge where the three texts leave no doubt.

Pure: it is handed what `git merge-file` left, and hands text back.
"""

from bot.merge.conflict import Conflict, split_conflicts
from bot.merge.draft_file import DraftedFile, draft_file
from bot.merge.markers import find_marker_lines
from bot.merge.merge_text import MergedText, ThreeTexts, merge_text

__all__ = [
    "Conflict",
    "DraftedFile",
    "MergedText",
    "ThreeTexts",
    "draft_file",
    "find_marker_lines",
    "merge_text",
    "split_conflicts",
]
