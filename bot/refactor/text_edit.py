"""Here lives what a refactoring comes to: small texts in exact places, and what could not be
proved.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from bot.refactor.module_scopes import Module

SHOWN_CHARS = 120


@dataclass(frozen=True, slots=True)
class Unproven:
    """A place that may be meant as well, and was left as it is."""

    path: str
    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Refactoring:
    """New texts by path, None for what goes; what was left; and how many places changed."""

    files: dict[str, str | None]
    places: int
    unproven: tuple[Unproven, ...] = ()
    moves: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Edits:
    """Places to write, by path: bytes of UTF-8 from and to, and the new text."""

    files: Mapping[str, str]
    made: dict[str, set[tuple[int, int, str]]] = field(default_factory=dict)
    unproven: set[Unproven] = field(default_factory=set)
    starts: dict[str, list[int]] = field(default_factory=dict)

    def put(self, path: str, line: int, start: int, stop: int, new: str) -> None:
        """Write within one line, from 1; columns count bytes."""
        self.span(path, (line, start), (line, stop), new)

    def span(self, path: str, start: tuple[int, int], stop: tuple[int, int], new: str) -> None:
        """Write from one line and column to another."""
        if path not in self.starts:
            text = self.files[path]
            lengths = (
                len(line.encode(errors="surrogatepass")) + 1
                for line in text.removeprefix("\ufeff").split("\n")
            )
            self.starts[path] = list(
                accumulate(lengths, initial=3 if text.startswith("\ufeff") else 0)
            )
        at = self.starts[path]
        self.made.setdefault(path, set()).add(
            (at[start[0] - 1] + start[1], at[stop[0] - 1] + stop[1], new)
        )

    def at_end(self, module: Module, node: ast.expr | ast.alias, old: str, new: str) -> None:
        """Write over a name that a node ends with."""
        line, stop = node.end_lineno or node.lineno, node.end_col_offset or 0
        start = stop - len(old.encode())
        if module.raw(line)[start:stop] == old.encode():
            self.put(module.path, line, start, stop, new)
        else:
            self.doubt(module.path, line, "inside a string that this Python cannot place")

    def doubt(self, path: str, line: int, why: str) -> None:
        """Leave a place as it is, and say so."""
        shown = self.files[path].split("\n")[line - 1].strip()[:SHOWN_CHARS]
        self.unproven.add(Unproven(path, line, shown, why))

    def done(
        self, moves: Mapping[str, str] | None = None, new: Mapping[str, str] | None = None
    ) -> Refactoring:
        """The texts with all places written, some of them moved, and some new."""
        changed: dict[str, str | None] = {
            path: _written(self.files[path], made) for path, made in self.made.items()
        }
        for path, old in (moves or {}).items():
            changed[path] = changed.get(old) or self.files[old]
            changed[old] = None
        places = sum(map(len, self.made.values()))
        doubts = tuple(sorted(self.unproven, key=lambda it: (it.path, it.line, it.why)))
        return Refactoring({**changed, **(new or {})}, places, doubts, dict(moves or {}))


def _written(text: str, made: Iterable[tuple[int, int, str]]) -> str:
    """The text with each place written, from the last to the first; whole lines stand before what
    begins one.
    """
    raw = text.encode(errors="surrogatepass")
    for start, stop, new in sorted(
        made, key=lambda it: (*it[:2], it[2][-1:] != "\n", it[2]), reverse=True
    ):
        raw = raw[:start] + new.encode() + raw[stop:]
    return raw.decode(errors="surrogatepass")
