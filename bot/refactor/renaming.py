"""What is renamed, and into what."""

from __future__ import annotations

from dataclasses import dataclass

from bot.refactor.python_project import Project
from bot.refactor.text_edit import TextEdits


@dataclass(frozen=True, slots=True)
class Renaming:
    """One symbol with all that overrides it, its name and the new one."""

    project: Project
    edits: TextEdits
    targets: frozenset[str]  # canonical names
    old: str
    new: str

    def is_target(self, dotted: str | None) -> bool:
        """Tell whether a dotted name means one of the targets."""
        if dotted is None:
            return False
        return dotted in self.targets or self.project.canonicalize(dotted) in self.targets

    def replace(self, path: str, line: int, column: int) -> None:
        """Replace the old name where it begins in a line; the column counts bytes."""
        self.edits.replace_in_line(path, line, (column, column + len(self.old.encode())), self.new)
