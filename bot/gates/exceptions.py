"""Say how what a gate found may stand, where it is meant."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from bot.values import Finding

HOW = MappingProxyType(
    {
        "lint": "a comment `# noqa: RULE - why` on its line",
        "tests": "`advise: [tests]` in .github/greenlit.yml, which makes it advice to reviewers",
        "unfinished": "`advise: [unfinished]` in .github/greenlit.yml",
        "licence": "`advise: [licence]` in .github/greenlit.yml",
        **{
            gate: f"`advise: [{gate}]` in .github/greenlit.yml"
            for gate in ("copied", "changelog", "docs", "dependencies")
        },
        "policy": "`allow:` with its path in .github/greenlit.yml",
        "size": "a larger `max_files` or `max_lines` in .github/greenlit.yml",
    }
)


def explain_exceptions(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Say for each gate that blocks what lets it pass; nothing can for those that are not named."""
    gates = dict.fromkeys(finding.gate for finding in findings if finding.blocks)
    for gate in gates:
        if gate in HOW:
            yield f"What [{gate}] found and is meant may stand with {HOW[gate]}."
