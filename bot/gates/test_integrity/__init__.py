"""Find what would turn a change green by making the checks see less (gate "tests").

Deterministic, by the change's texts alone. What is found may stand only where the plan named it and
said why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.gates.change import Change
from bot.gates.test_integrity.config_relaxed import find_relaxed_settings
from bot.gates.test_integrity.hardcoded_answers import find_answered_inputs, find_hardcoded_answers
from bot.gates.test_integrity.suppressions import find_suppressions
from bot.gates.test_integrity.swallowed_errors import find_swallowed_errors
from bot.gates.test_integrity.weakenings import find_weakenings
from bot.values import Finding

__all__ = ["check_test_integrity", "find_answered_inputs"]


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
    return tuple(_apply_plan(finding, planned) for finding in unique.values())


def _apply_plan(finding: Finding, planned: Mapping[str, str]) -> Finding:
    """Let a finding that the plan named only advise, and tell the plan's reason with it."""
    for target, reason in planned.items():
        if reason.strip() and _names(target, finding):
            text = f"{finding.text} The plan says why: {reason}"
            return replace(finding, text=text, blocks=False)
    return finding


def _names(target: str, finding: Finding) -> bool:
    """Tell whether a target is the finding's path, or names a test or a setting in its text."""
    plain = target.strip().strip("`")
    path, name = plain.partition("::")[0], plain.rpartition("::")[2]
    if plain == finding.path or f"`{name}`" in finding.text:
        return True
    return path == finding.path and name in finding.text
