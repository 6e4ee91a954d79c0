"""Find the version of ruff that a repository pins, in the files that can pin one."""

from __future__ import annotations

import re
from collections.abc import Mapping

VERSION = r"v?(?P<version>\d+(?:\.\d+)*)"
IN_LOCK = re.compile(rf'name = "ruff"\nversion = "{VERSION}"')
AS_REQUIREMENT = re.compile(rf"(?:^|[\s\"'])ruff\s*==\s*{VERSION}")
# In this order: what the hook runs, what is locked, what is asked for by name.
PATTERNS = (
    (".pre-commit-config.yaml", re.compile(rf"/ruff-pre-commit\S*\s+rev:\s*[\"']?{VERSION}")),
    ("uv.lock", IN_LOCK),
    ("poetry.lock", IN_LOCK),
    ("pdm.lock", IN_LOCK),
    ("requirements.txt", AS_REQUIREMENT),
    ("requirements-dev.txt", AS_REQUIREMENT),
    ("pyproject.toml", AS_REQUIREMENT),
    ("pyproject.toml", re.compile(rf"required-version\s*=\s*[\"'](?:==)?{VERSION}[\"']")),
)


def find_pinned_version(files: Mapping[str, str]) -> str:
    """Find the version that the repository's files pin; "" where they pin none."""
    for name, pattern in PATTERNS:
        match = pattern.search(files.get(name, ""))
        if match:
            return match["version"]
    return ""
