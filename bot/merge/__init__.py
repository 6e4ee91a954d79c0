"""Solve the conflicts of a three-way merge where the three texts leave no doubt.

Pure: it is handed what `git merge-file` left, and hands text back.
"""

from bot.merge.conflict import MARKER_SIZE, Conflict, split_conflicts
from bot.merge.merge_text import MergedText, merge_text

__all__ = ["MARKER_SIZE", "Conflict", "MergedText", "merge_text", "split_conflicts"]
