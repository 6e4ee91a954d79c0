"""Judge the files of a new project as they are written, against what was planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.gates import Change, check_unfinished
from bot.gates.syntax import check_syntax
from bot.ports import Ports
from bot.project import check_written
from bot.run import Summary, step
from bot.steps.inspect_change import summarize_findings
from bot.steps.redact import find_leaks
from bot.values import Finding, Making, Patch

BREAKS = ("E9", "F82", "F7")  # of the linter's rules: the program fails there


def _summarize_files(findings: tuple[Finding, ...]) -> Summary | None:
    """Say what is wrong; None where nothing is: the commit has a line of its own."""
    if not any(finding.blocks for finding in findings):
        return None
    _, line = summarize_findings(findings)
    return "check the files", line


@step("inspect_files", _summarize_files)
def inspect_files(ports: Ports, making: Making, patch: Patch) -> tuple[Finding, ...]:
    """Find what does not parse, is left out, is no secret to publish, or is not as planned."""
    structure, _ = making.planned
    texts = {path: text for path, text in patch.files.items() if text is not None}
    change = Change(dict.fromkeys(texts), texts)
    findings = [
        *(finding for path, text in texts.items() for finding in check_syntax(path, text, None)),
        *check_unfinished(change),
        *check_written(structure, making.agreed, texts),
        *find_leaks(ports.checkers, change),
        *_lint(ports, texts),
    ]
    return tuple(sorted(findings, key=lambda finding: not finding.blocks))


def _lint(ports: Ports, texts: dict[str, str]) -> Iterator[Finding]:
    """Find names that are defined nowhere; of style a new project is not judged."""
    linter = ports.checkers.linter
    for finding in linter.lint(texts, {}) if linter else ():
        if finding.rule.startswith(BREAKS):
            yield replace(finding, blocks=True)
