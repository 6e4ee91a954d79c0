"""Here live the findings of the gates for other programs: JSON, and SARIF as code hosts read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from bot.values import Finding

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(findings: Sequence[Finding], unchecked: Sequence[str], base: str, files: int) -> str:
    """One object: what was looked at, what was found, what was not checked."""
    told = {
        "base": base,
        "files": files,
        "findings": [_plain(one) for one in findings],
        "unchecked": list(unchecked),
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _plain(one: Finding) -> dict[str, object]:
    return {
        "path": one.path,
        "line": one.line,
        "gate": one.gate,
        "rule": one.rule,
        "blocks": one.blocks,
        "text": one.text,
    }


def as_sarif(findings: Sequence[Finding], unchecked: Sequence[str], base: str, files: int) -> str:
    """A SARIF 2.1.0 log of one run; what blocks is an error, advice a note."""
    names = sorted({_rule(one) for one in findings})
    run = {
        "tool": {
            "driver": {
                "name": "greenlit",
                "version": version("greenlit"),
                "rules": [{"id": name} for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, names) for one in findings],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": f"Not checked: {what}"}}
                    for what in unchecked
                ],
            }
        ],
        "properties": {"base": base, "files": files},
    }
    return (
        json.dumps(
            {"$schema": SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
        )
        + "\n"
    )


def _rule(one: Finding) -> str:
    return f"{one.gate}/{one.rule}" if one.rule else one.gate


def _result(one: Finding, names: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": _rule(one),
        "ruleIndex": names.index(_rule(one)),
        "level": "error" if one.blocks else "note",
        "message": {"text": one.text},
    }
    if one.path:
        place: dict[str, Any] = {
            "artifactLocation": {"uri": quote(one.path), "uriBaseId": "%SRCROOT%"}
        }
        if one.line > 0:
            place["region"] = {"startLine": one.line}
        result["locations"] = [{"physicalLocation": place}]
    return result
