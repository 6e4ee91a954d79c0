"""Find what would turn a change green by making the checks see less (gate "tests").

Deterministic, by the change's texts alone. What is found may stand only where the plan named it and
said why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.gates.change import Change
from bot.gates.named_paths import find_named_paths, find_named_words, names_file
from bot.gates.planned_findings import let_planned_stand
from bot.gates.test_integrity.config_relaxed import find_relaxed_settings
from bot.gates.test_integrity.hardcoded_answers import find_answered_inputs, find_hardcoded_answers
from bot.gates.test_integrity.suppressions import find_suppressions
from bot.gates.test_integrity.swallowed_errors import find_swallowed_errors
from bot.gates.test_integrity.weakenings import find_weakenings
from bot.values import Finding

__all__ = ["check_test_integrity", "find_answered_inputs", "list_subjects"]

NAME = re.compile(r"`([^`\n]{1,200})`")
DOTTED = re.compile(r"[\w.-]+")  # as settings are named: `tool.coverage.report.fail_under`
MIN_NAME_CHARS = 3  # a shorter one stands in many a text by chance


def check_test_integrity(change: Change, planned: Mapping[str, str]) -> tuple[Finding, ...]:
    """Find what makes the checks see less; `planned` says what must change so, and why."""
    findings = (
        *find_weakenings(change),
        *find_suppressions(change),
        *find_swallowed_errors(change),
        *find_relaxed_settings(change),
        *find_hardcoded_answers(change),
    )
    unique = {(item.path, item.line, item.rule, item.text): item for item in findings}
    return tuple(let_planned_stand(unique.values(), planned, _names))


def _names(target: str, finding: Finding) -> bool:
    """Tell whether a target names the finding: by its path, by a name in its text, or by both.

    Both are `tests/x.py: test_a`, `tests/x.py::test_a`, `test_a in tests/x.py` and the like; then
    neither another name of the same file is meant, nor the same name in another file.
    """
    plain = target.strip("` ")
    paths = find_named_paths(plain)
    if paths and not names_file(plain, finding.path):
        return False
    if plain == finding.path or (paths and not find_named_words(plain)):
        return True
    names = list_subjects(finding)
    last_parts = [name.rpartition(".")[2] for name in names if DOTTED.fullmatch(name)]
    return any(_has_word(plain, name) for name in (*names, *last_parts))


def list_subjects(finding: Finding) -> tuple[str, ...]:
    """List the names that a finding quotes, the test or the setting that it is about first."""
    return tuple(NAME.findall(finding.text))


def _has_word(text: str, name: str) -> bool:
    """Tell whether the text holds the name, and not as a part of a longer one."""
    if text == name:
        return True
    quoted = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    return len(name) >= MIN_NAME_CHARS and re.search(quoted, text) is not None
