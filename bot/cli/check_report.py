"""Render the findings of the gates for other programs: JSON, and SARIF as code hosts read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from bot.values import Finding

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def render_json(
    findings: Sequence[Finding], unchecked: Sequence[str], base: str, files: int
) -> str:
    """Render one JSON object: what was checked, what was found, and what was not checked."""
    report = {
        "base": base,
        "files": files,
        "findings": [_describe_finding(finding) for finding in findings],
        "unchecked": list(unchecked),
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def render_sarif(
    findings: Sequence[Finding], unchecked: Sequence[str], base: str, files: int
) -> str:
    """Render a SARIF 2.1.0 log of one run; what blocks is an error, advice a note."""
    rules = sorted({_name_rule(finding) for finding in findings})
    driver = {
        "name": "greenlit",
        "version": version("greenlit"),
        "rules": [{"id": name} for name in rules],
    }
    notifications = [
        {"level": "note", "message": {"text": f"Not checked: {what}"}} for what in unchecked
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_describe_result(finding, rules) for finding in findings],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "properties": {"base": base, "files": files},
    }
    log = {"$schema": SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _describe_finding(finding: Finding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line": finding.line,
        "gate": finding.gate,
        "rule": finding.rule,
        "blocks": finding.blocks,
        "text": finding.text,
    }


def _name_rule(finding: Finding) -> str:
    return f"{finding.gate}/{finding.rule}" if finding.rule else finding.gate


def _describe_result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    rule = _name_rule(finding)
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "error" if finding.blocks else "note",
        "message": {"text": finding.text},
    }
    if finding.path:
        location: dict[str, Any] = {
            "artifactLocation": {"uri": quote(finding.path), "uriBaseId": "%SRCROOT%"}
        }
        if finding.line > 0:
            location["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": location}]
    return result
