"""Here lives the last look at a diff before it leaves the bot: whether it is one, and how large."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

# Names do not matter here, and unidiff does not read all of git's: quoted ones, and those with "
# b/" in them.
NAMES = re.compile(
    r"^(diff --git|---|\+\+\+|(?:rename|copy) (?:from|to)) (?!/dev/null).*$", re.MULTILINE
)
FORMS = MappingProxyType({"diff --git": "diff --git a/f b/f", "---": "--- a/f", "+++": "+++ b/f"})


@dataclass(frozen=True, slots=True)
class DiffCounts:
    """Files and lines of a diff."""

    files: int
    added: int
    removed: int


def counts(diff: str) -> DiffCounts:
    """The size of a unified diff with git's headers. Raises ValueError when it is none."""
    try:
        patch = PatchSet(NAMES.sub(lambda found: FORMS.get(found[1], f"{found[1]} f"), diff))
    except UnidiffParseError as wrong:
        raise ValueError(f"not a unified diff: {wrong}") from wrong
    headers = sum(line.startswith("diff --git ") for line in diff.split("\n"))
    if len(patch) < headers or (diff.strip() and not len(patch)):
        raise ValueError(f"not a unified diff: {headers} headers, {len(patch)} files")
    return DiffCounts(len(patch), patch.added, patch.removed)
