"""Name the formats of a change that are not read, so that a refusal can tell what to send."""

from __future__ import annotations

import re

FORMATS = (
    (re.compile(r"^\*{15}.*\n\*\*\* \d", re.MULTILINE), "a context diff"),
    (
        re.compile(r"^\d+(?:,\d+)?[acd]\d+(?:,\d+)?\s*\n[<>] ", re.MULTILINE),
        "a diff without context",
    ),
    (re.compile(r"^\d+(?:,\d+)?(?:[ac]\s*\n(?s:.*?)^\.|d)\s*$", re.MULTILINE), "an ed script"),
    (re.compile(r"^[acd]\d+ \d+\s*$", re.MULTILINE), "a diff for RCS"),
    (re.compile(r"^\*\*\* (?:Update|Add|Delete) File: ", re.MULTILINE), "a patch of another kind"),
    (re.compile(r"\x1b\[[0-9;]*m(?:diff --git|--- |@@)"), "a diff in colours"),
)


def name_other_format(text: str) -> str:
    """Name the format that the text seems to be in; empty when it looks like none of them."""
    return next((name for pattern, name in FORMATS if pattern.search(text)), "")
