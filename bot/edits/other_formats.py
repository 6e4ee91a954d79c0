"""Name the formats of a change that are not read, so that a refusal can tell what to send."""

from __future__ import annotations

import re

# All patterns of a format must be there.
FORMATS = (
    ("a context diff", (r"^\*{15}.*\n\*\*\* \d",)),
    ("a diff without context", (r"^\d+(?:,\d+)?[acd]\d+(?:,\d+)?\s*\n[<>] ",)),
    ("an ed script", (r"^\d+(?:,\d+)?[ac]$", r"^\.$")),
    ("a diff for RCS", (r"^[ad]\d+ \d+$",)),
    ("a patch of another kind", (r"^\*\*\* (?:Update|Add|Delete) File: ",)),
    ("a diff in colours", (r"\x1b\[[0-9;]*m(?:diff --git|--- |@@)",)),
)


def name_other_format(text: str) -> str:
    """Name the format that the text seems to be in; empty when it looks like none of them."""
    for name, patterns in FORMATS:
        if all(re.search(pattern, text, re.MULTILINE) for pattern in patterns):
            return name
    return ""
