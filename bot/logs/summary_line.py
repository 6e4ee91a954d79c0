"""Find the line in which a tool sums up what it did: "214 passed", "5 files checked"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LAST_LINES = 200
_COUNT = r"\d+ (?:passed|failed|skipped|deselected|xfailed|xpassed|warnings?|errors?|todo|total)"
# Numbers and known words alone: a summary is told in words of ours, so nothing else may get in.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # pytest; without its rule of equal signs with -q
        rf"^(?:=+ )?(?P<summary>{_COUNT}(?:, {_COUNT})*) in [\d.]+s\b",
        rf"^Tests:\s+(?P<summary>{_COUNT}(?:, {_COUNT})*)$",  # Jest
        r"^\s*Tests\s+(?P<summary>\d+ passed(?: \| \d+ skipped)?) \(\d+\)$",  # Vitest
        r"^(?P<summary>Ran \d+ tests?) in [\d.]+s$",  # unittest
        r"^test result: ok\. (?P<summary>\d+ passed; \d+ failed; \d+ ignored)",  # cargo
        r"^\s*(?P<summary>\d+ passing) \(\w+\)$",  # Mocha
        r"^(?:#|ℹ) (?P<summary>pass \d+)$",  # node --test
        r"^(?:\[INFO\] )?(?P<summary>Tests run: \d+, Failures: \d+, Errors: \d+, Skipped: \d+)$",
        r"^(?P<summary>Success: no issues found in \d+ source files?)$",  # mypy
        r"^(?P<summary>All checks passed!)$",  # ruff
        r"^(?P<summary>\d+ files? already formatted|\d+ files? left unchanged)$",  # ruff, Black
        r"^(?P<summary>0 errors, \d+ warnings, \d+ info\w+)\b",  # pyright
    )
)


def find_summary(lines: Sequence[str]) -> str:
    """Find the last such line among the last ones of a clean log; empty where there is none."""
    for line in reversed(lines[-_LAST_LINES:]):
        for pattern in _PATTERNS:
            if match := pattern.search(line):
                return match["summary"].rstrip("!")
    return ""
