"""Let stand what the plan named and gave a reason for: people read it first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from bot.values import Finding


def let_planned_stand(
    findings: Iterable[Finding],
    planned: Mapping[str, str],
    means: Callable[[str, Finding], bool],
) -> Iterator[Finding]:
    """Let a finding only advise that a target means, and tell the plan's reason with it."""
    for finding in findings:
        for target, reason in planned.items():
            if reason.strip() and means(target, finding):
                text = f"{finding.text} The plan says why: {reason}"
                yield replace(finding, text=text, blocks=False)
                break
        else:
            yield finding
