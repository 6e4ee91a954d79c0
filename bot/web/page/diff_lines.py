"""Read a unified diff for a page: its files, and what each line is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

LineKind = Literal["added", "removed", "hunk", "same", "note"]
HEAD = re.compile(r'diff --git (?:"?a/.*?"? )"?b/(?P<path>.*?)"?')
SKIPPED = ("index ", "--- ", "+++ ", "similarity ", "dissimilarity ")
KINDS: dict[str, LineKind] = {"+": "added", "-": "removed", "@": "hunk", " ": "same"}


@dataclass(slots=True)
class DiffFile:
    """One file of a diff: its path, its lines by kind, and how many came and went."""

    path: str
    lines: list[tuple[LineKind, str]] = field(default_factory=list)

    @property
    def added(self) -> int:
        """How many lines came."""
        return sum(kind == "added" for kind, _ in self.lines)

    @property
    def removed(self) -> int:
        """How many lines went."""
        return sum(kind == "removed" for kind, _ in self.lines)


def parse_diff(diff: str) -> tuple[DiffFile, ...]:
    """Split git's diff into its files; what stands before the first is left out."""
    files: list[DiffFile] = []
    in_hunk = False
    for line in diff.split("\n"):
        head = HEAD.fullmatch(line)
        if head:
            files.append(DiffFile(head["path"]))
            in_hunk = False
        elif files and line and (in_hunk or not line.startswith(SKIPPED)):
            in_hunk = in_hunk or line.startswith("@@")
            files[-1].lines.append((KINDS.get(line[0], "note"), line))
    return tuple(files)
