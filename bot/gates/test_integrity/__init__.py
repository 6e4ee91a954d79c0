"""Here lives the gate "tests": a change may not come to green by making the checks see less.

Deterministic, by the change's texts alone. What it finds may stand only where the plan named it and
said why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.gates.change import Change
from bot.gates.test_integrity.config_relaxed import find_relaxed_settings
from bot.gates.test_integrity.hardcoded_answers import find_answered_inputs, find_hardcoded_answers
from bot.gates.test_integrity.suppressions import find_suppressions
from bot.gates.test_integrity.weakenings import find_weakenings
from bot.values import Finding

__all__ = ["check_test_integrity", "find_answered_inputs"]


def check_test_integrity(change: Change, named: Mapping[str, str]) -> tuple[Finding, ...]:
    """What makes the checks see less. `named` is what the plan said of it: what must change, and
    why.
    """
    found = (
        *find_weakenings(change),
        *find_suppressions(change),
        *find_relaxed_settings(change),
        *find_hardcoded_answers(change),
    )
    unique = {(one.path, one.line, one.rule, one.text): one for one in found}
    return tuple(_answered(one, named) for one in unique.values())


def _answered(finding: Finding, named: Mapping[str, str]) -> Finding:
    """A finding that the plan named is told, with the plan's reason, and does not keep the change
    back.
    """
    why = next((why for what, why in named.items() if _means(what, finding) and why.strip()), "")
    return (
        replace(finding, text=f"{finding.text} The plan says why: {why}", blocks=False)
        if why
        else finding
    )


def _means(what: str, finding: Finding) -> bool:
    """By path, or by the name of a test or a setting that the finding tells."""
    plain = what.strip().strip("`")
    name = plain.rpartition("::")[2]
    return (
        plain == finding.path
        or (plain.partition("::")[0] == finding.path and name in finding.text)
        or f"`{name}`" in finding.text
    )
