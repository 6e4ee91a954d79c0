"""Here lives what a refactoring comes to: small texts in exact places, and what could not be proved."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.refactor.project import Module

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
    """Places to write, by path: line from 1, bytes of UTF-8 from and to, and the new text."""

    made: dict[str, set[tuple[int, int, int, str]]] = field(default_factory=dict)
    unproven: set[Unproven] = field(default_factory=set)

    def put(self, path: str, line: int, start: int, stop: int, new: str) -> None:
        self.made.setdefault(path, set()).add((line, start, stop, new))

    def at_end(self, module: Module, node: ast.expr | ast.alias, old: str, new: str) -> None:
        """Write over a name that a node ends with."""
        line, stop = node.end_lineno or node.lineno, node.end_col_offset or 0
        start = stop - len(old.encode())
        if module.raw(line)[start:stop] == old.encode():
            self.put(module.path, line, start, stop, new)
        else:
            self.doubt(module.path, module.text, line, "inside a string that this Python cannot place")

    def doubt(self, path: str, text: str, line: int, why: str) -> None:
        """Leave a place as it is, and say so."""
        shown = text.split("\n")[line - 1].strip()[:SHOWN_CHARS]
        self.unproven.add(Unproven(path, line, shown, why))

    def done(self, files: Mapping[str, str], moves: Mapping[str, str] | None = None) -> Refactoring:
        """The texts with all places written."""
        changed: dict[str, str | None] = {path: written(files[path], places) for path, places in self.made.items()}
        for new, old in (moves or {}).items():
            changed[new] = changed.get(old) or files[old]
            changed[old] = None
        places = sum(map(len, self.made.values()))
        doubts = tuple(sorted(self.unproven, key=lambda it: (it.path, it.line, it.why)))
        return Refactoring(changed, places, doubts, dict(moves or {}))


def written(text: str, places: Iterable[tuple[int, int, int, str]]) -> str:
    """The text with each place written, from the last to the first."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = [line.encode(errors="surrogatepass") for line in text.removeprefix(mark).split("\n")]
    for line, start, stop, new in sorted(places, reverse=True):
        raw = lines[line - 1]
        lines[line - 1] = raw[:start] + new.encode() + raw[stop:]
    return mark + b"\n".join(lines).decode(errors="surrogatepass")
