"""What is renamed, and into what; each place of the name is decided once, in one of three ways."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.refactor.checked_names import CheckedNames
from bot.refactor.class_family import ClassFamily
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
    checked: CheckedNames
    family: ClassFamily | None = None  # of a class's member
    guess: bool = False  # take attributes of unknown objects for it
    decided: set[tuple[str, int, int]] = field(default_factory=set)

    def is_target(self, dotted: str | None) -> bool:
        """Tell whether a dotted name means one of the targets."""
        if dotted is None:
            return False
        return dotted in self.targets or self.project.canonicalize(dotted) in self.targets

    def change(self, path: str, line: int, column: int, new: str = "") -> None:
        """Rename where the old name begins in a line; the column counts bytes."""
        self.decided.add((path, line, column))
        stop = column + len(self.old.encode())
        self.edits.replace_in_line(path, line, (column, stop), new or self.new)

    def keep(self, path: str, line: int, column: int, owner: str) -> None:
        """Keep a place that is proved to mean something else; say what."""
        self.decided.add((path, line, column))
        self.edits.keep(owner)

    def leave(self, path: str, line: int, column: int, why: str) -> None:
        """Leave a place of which neither is proved."""
        self.decided.add((path, line, column))
        self.edits.leave(path, line, why)
