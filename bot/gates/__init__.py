"""Judge a change before it is pushed: each rule that must hold is a gate.

Pure: it is handed texts and hands findings back.
"""

from bot.gates.change import Change
from bot.gates.packages import NamedPackage, find_new_packages, judge_package
from bot.gates.size import Rules
from bot.gates.test_integrity import find_answered_inputs
from bot.gates.text_gates import apply_weights, check_texts, keep_new_findings

__all__ = [
    "Change",
    "NamedPackage",
    "Rules",
    "apply_weights",
    "check_texts",
    "find_answered_inputs",
    "find_new_packages",
    "judge_package",
    "keep_new_findings",
]
