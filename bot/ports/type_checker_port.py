"""The type checker: which definition a name in the code stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class CodePlace:
    """Where a name begins: its file, the line from 1, the column in bytes from 0, as ast counts."""

    path: str
    line: int
    column: int
    is_outside: bool = False  # of the tree: the path is that of a stub of Python or a package


class TypeChecker(Protocol):
    """A type checker that reads code and runs none of it."""

    def find_definitions(
        self, files: Mapping[str, str], places: Iterable[CodePlace]
    ) -> dict[CodePlace, tuple[CodePlace, ...]]:
        """Return where the name at each place is defined; nothing for a place that it cannot tell.

        `files` are the Python files of the tree, by path. Raises Unreachable when the checker
        fails, or does not end in time.
        """
