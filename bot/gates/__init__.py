"""Judge a change before it is pushed: what must be true of it, each rule a gate.

Pure: it is handed texts and hands findings back.
"""

from bot.gates.change import Change
from bot.gates.packages import judged, new_names
from bot.gates.policy import protected
from bot.gates.run_gates import check, gates, new, weighed
from bot.gates.size import Rules, size
from bot.gates.syntax import parses
from bot.gates.test_integrity import inputs

__all__ = [
    "Change",
    "Rules",
    "check",
    "gates",
    "inputs",
    "judged",
    "new",
    "new_names",
    "parses",
    "protected",
    "size",
    "weighed",
]
