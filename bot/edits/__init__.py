"""Apply edits as models write them: in exactly one place each, all or nothing.

Pure: it is handed texts and hands texts back.
"""

from bot.edits.apply import Applied, apply, changes
from bot.edits.counts import DiffCounts, counts
from bot.edits.edits import Rejected
from bot.edits.replace import replace
from bot.edits.written import written

__all__ = ["Applied", "DiffCounts", "Rejected", "apply", "changes", "counts", "replace", "written"]
