"""What the code of a written file defines and imports, whatever its language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceImport:
    """An import in the code: the module as it is written there, and the names that are taken.

    `is_late` is one that runs after the module, or never: in a function, or for types alone.
    """

    module: str
    line: int
    names: tuple[str, ...] = ()
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The names of a file. `is_open` says that it exports more than its text tells."""

    defined: frozenset[str]
    exported: frozenset[str]
    imports: tuple[SourceImport, ...]
    is_open: bool = False
    package: str = ""  # of Go
    types: frozenset[str] = frozenset()  # of TypeScript, which are gone when it runs

    def offers(self, name: str) -> bool:
        """Tell whether another file can take a name from this one."""
        return self.is_open or name in self.exported
