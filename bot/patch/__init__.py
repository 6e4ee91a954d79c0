"""Here lives what the bot knows of changing code: edits that fit in one place, and the gates a change must pass.

Pure: it is handed texts and hands texts back.
"""

from bot.patch.apply import Changes, apply, changes
from bot.patch.counts import DiffCounts, counts
from bot.patch.edits import Rejected
from bot.patch.gates import check
from bot.patch.policy import protected
from bot.patch.replace import replace
from bot.patch.size import Rules, size
from bot.patch.syntax import parses
from bot.patch.written import written

__all__ = [
    "Changes",
    "DiffCounts",
    "Rejected",
    "Rules",
    "apply",
    "changes",
    "check",
    "counts",
    "parses",
    "protected",
    "replace",
    "size",
    "written",
]
