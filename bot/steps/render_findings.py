"""Render what the gates found as the answer to `finish`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from bot.gates.copied import GATE as COPIED
from bot.gates.test_integrity import list_subjects
from bot.values import Finding, Plan, PlannedWeakening

MAX_ADVICE = 10
# What the model is told of even where nothing keeps its work back: it can bring that along.
COMPANION_GATES = ("changelog", "docs", "dependencies")
COMPANION_RULES = ("undeclared-package",)
FOR_PEOPLE = ("stale-lock", "moved")
NOT_YOURS = (
    "These lines are word for word those of another project, whose licence may not allow it. Write "
    "your own in their place, by what they must do; where they cannot be otherwise, leave them."
)
PLANNED_GATES = ("tests", "outbound")  # what these find may stand where the plan says why


def render_findings(findings: tuple[Finding, ...], plan: Plan | None = None) -> str:
    """Tell the model what keeps its work back, how it may stand, and what is only advice."""
    blocking = [finding for finding in findings if finding.blocks]
    advice = [finding for finding in findings if not finding.blocks]
    lines = ["Not pushed. The checks found:", *map(_render_finding, blocking)]
    weakened = [finding for finding in blocking if finding.gate in PLANNED_GATES]
    lines += _explain_lowering(weakened, plan.weakened if plan else ())
    if advice:
        lines += [
            "They also remark, and this keeps nothing back:",
            *map(_render_finding, advice[:MAX_ADVICE]),
        ]
        if len(advice) > MAX_ADVICE:
            lines.append(f"(and {len(advice) - MAX_ADVICE} more)")
    lines.append(
        "`finish` keeps what you gave it, so give it only what changes. "
        "Mend these, then call finish again."
    )
    return "\n".join(lines)


def list_companions(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """List what the change should bring along, as far as the model can write it."""
    return tuple(
        finding
        for finding in findings
        if finding.rule not in FOR_PEOPLE
        and (finding.gate in COMPANION_GATES or finding.rule in COMPANION_RULES)
    )


def render_companions(findings: tuple[Finding, ...]) -> str:
    """Tell the model once what its change should bring along."""
    lines = ["Not pushed yet. This change should bring along:"]
    lines += map(_render_finding, findings[:MAX_ADVICE])
    if len(findings) > MAX_ADVICE:
        lines.append(f"(and {len(findings) - MAX_ADVICE} more)")
    lines.append(
        "Mend what is right and leave what is not: nothing of it keeps the work back, and what is "
        "left is told to the reviewers. `finish` keeps what you gave it; call it again."
    )
    return "\n".join(lines)


def render_copied_lines(findings: tuple[Finding, ...]) -> str:
    """Tell the model which lines are another project's, before anybody else reads them."""
    lines = [
        "Not pushed yet. This is said once:",
        *map(_render_finding, findings),
        "Then call finish again. What stays will be shown to reviewers with its source.",
    ]
    return "\n".join(lines)


def _render_finding(finding: Finding) -> str:
    """Write a finding with its place, its gate and the rule of its tool.

    Paths of other projects are words of strangers: the model does not read them.
    """
    if finding.gate == COPIED:
        return f"- {finding.place} [{finding.gate}] {NOT_YOURS}"
    name = f"{finding.gate} {finding.rule}" if finding.gate in ("lint", "style") else finding.gate
    return f"- {finding.place} [{name}] {finding.text}".replace("-  [", "- [")


def _explain_lowering(
    findings: list[Finding], planned: tuple[PlannedWeakening, ...]
) -> Iterator[str]:
    """Say how a test or a check may ask for less: the plan must name it, with the reason."""
    if not findings:
        return
    targets = {weakening.what: asdict(weakening) for weakening in planned}
    for finding in findings:
        subjects = list_subjects(finding) if finding.gate == "tests" else ()
        what = f"{finding.path}: {subjects[0]}" if subjects else finding.path
        targets[what] = {"what": what, "why": "..."}
    gates = " or ".join(sorted({f"[{finding.gate}]" for finding in findings}, reverse=True))
    call = json.dumps({"lowered": list(targets.values())}, ensure_ascii=False)
    yield (
        f"What is marked {gates} may stand only where the request cannot be met without it. Then "
        f"amend the plan, with your reasons in place of the dots: submit_plan {call}"
    )
