"""Here lives what the bot knows of changing code: edits that fit in one place, and the gates a change must pass.

Pure: it is handed texts and hands texts back.
"""

from bot.patch.apply import Applied, apply, changes
from bot.patch.change import Change
from bot.patch.counts import DiffCounts, counts
from bot.patch.edits import Rejected
from bot.patch.gates import check, gates, new, weighed
from bot.patch.honest import inputs
from bot.patch.packages import judged, new_names
from bot.patch.policy import protected
from bot.patch.replace import replace
from bot.patch.size import Rules, size
from bot.patch.syntax import parses
from bot.patch.written import written

__all__ = [
    "Applied",
    "Change",
    "DiffCounts",
    "Rejected",
    "Rules",
    "apply",
    "changes",
    "check",
    "counts",
    "gates",
    "inputs",
    "judged",
    "new",
    "new_names",
    "parses",
    "protected",
    "replace",
    "size",
    "weighed",
    "written",
]
