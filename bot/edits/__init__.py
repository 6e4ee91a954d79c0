"""Apply edits as models write them: in exactly one place each, all or nothing.

Pure: it is handed texts and hands texts back.
"""

from bot.edits.apply_edits import apply_edits, compute_changes
from bot.edits.change_diff import (
    ChangeDiff,
    DiffCounts,
    FileDiff,
    count_diff,
    parse_change_diff,
    render_size,
)
from bot.edits.edited_tree import EditResult
from bot.edits.line_revisions import LineRevision, find_line_revisions
from bot.edits.parsed_edit import Rejected
from bot.edits.render_diff import render_diff
from bot.edits.replace_everywhere import replace_everywhere
from bot.edits.suggested_lines import SuggestedFile, apply_suggestions
from bot.edits.suggestions import (
    RefusedSuggestion,
    Suggestion,
    asks_for_more,
    collect_suggestions,
    has_suggestion,
    move_thread,
    parse_suggestions,
    render_suggestion_block,
)
from bot.edits.text_replacement import replace_text

__all__ = [
    "ChangeDiff",
    "DiffCounts",
    "EditResult",
    "FileDiff",
    "LineRevision",
    "RefusedSuggestion",
    "Rejected",
    "SuggestedFile",
    "Suggestion",
    "apply_edits",
    "apply_suggestions",
    "asks_for_more",
    "collect_suggestions",
    "compute_changes",
    "count_diff",
    "find_line_revisions",
    "has_suggestion",
    "move_thread",
    "parse_change_diff",
    "parse_suggestions",
    "render_diff",
    "render_size",
    "render_suggestion_block",
    "replace_everywhere",
    "replace_text",
]
