"""Judge a change before it is pushed: each rule that must hold is a gate.

Pure: it is handed texts and hands findings back.
"""

from bot.gates.change import Change
from bot.gates.changelog import PAST_CHANGES
from bot.gates.context_files import list_context_files, list_neighbours
from bot.gates.dependencies import LEFT_LOCKS, STALE, UNSOLVED, find_stale_locks
from bot.gates.dialects import is_sample, says_python_2
from bot.gates.documents import MOST_MENTIONS
from bot.gates.exceptions import explain_exceptions
from bot.gates.mentioned_names import list_mentioned_names
from bot.gates.named_paths import find_named_paths, find_named_words, is_same_path
from bot.gates.packages import (
    NamedPackage,
    find_new_packages,
    judge_package,
    judge_undeclared,
)
from bot.gates.policy import explain_protected_path
from bot.gates.scope import Scope, check_scope
from bot.gates.size import ChangeSize, Rules, find_excess, gate_rules, measure_change
from bot.gates.test_integrity import find_answered_inputs
from bot.gates.text_gates import (
    advise_usual_rules,
    apply_weights,
    check_texts,
    keep_new_findings,
)
from bot.gates.unfinished import check_unfinished

__all__ = [
    "LEFT_LOCKS",
    "MOST_MENTIONS",
    "PAST_CHANGES",
    "STALE",
    "UNSOLVED",
    "Change",
    "ChangeSize",
    "NamedPackage",
    "Rules",
    "Scope",
    "advise_usual_rules",
    "apply_weights",
    "check_scope",
    "check_texts",
    "check_unfinished",
    "explain_exceptions",
    "explain_protected_path",
    "find_answered_inputs",
    "find_excess",
    "find_named_paths",
    "find_named_words",
    "find_new_packages",
    "find_stale_locks",
    "gate_rules",
    "is_same_path",
    "is_sample",
    "judge_package",
    "judge_undeclared",
    "keep_new_findings",
    "list_context_files",
    "list_mentioned_names",
    "list_neighbours",
    "measure_change",
    "says_python_2",
]
