"""Rename in languages other than Python: a name that the whole tree declares once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from bot.refactor.python_project import CannotRefactor
from bot.refactor.text_edit import Refactoring, TextEdits
from bot.search.grammars import language_of, parse

DECLARATION = re.compile(
    r"(declaration|definition|item|spec|signature|declarator|_def|class|module|method|function)$"
)
MEMBERS = frozenset(["field_identifier", "property_identifier"])
SHOWN = 6


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """One place where a name stands as an identifier."""

    path: str
    node: Node
    is_declaration: bool

    @property
    def line(self) -> int:
        return self.node.start_point.row + 1


def rename_unique(files: Mapping[str, str], old: str, new: str) -> Refactoring | None:
    """Rename a function, type or constant that all files of other languages declare once.

    None when it is declared nowhere. Members of objects are listed and not touched, but for what
    Go's packages export. Raises CannotRefactor when it is declared twice, or the new name is there.
    """
    occurrences = list(_find_occurrences(files, old))
    declarations = [place for place in occurrences if place.is_declaration]
    if not declarations:
        return None
    if len(declarations) > 1:
        shown = ", ".join(f"{place.path}:{place.line}" for place in declarations[:SHOWN])
        times = f"{len(declarations)} times ({shown})"
        raise CannotRefactor(f"{old} is declared {times}, so what it means is not sure.")
    touched = {place.path: files[place.path] for place in occurrences}
    if taken := next(_find_occurrences(touched, new), None):
        raise CannotRefactor(f"{taken.path}:{taken.line}: {new} is there already.")
    edits = TextEdits(files)
    for place in occurrences:
        _rename_occurrence(edits, declarations[0], place, (old, new))
    return edits.finish()


def _find_occurrences(files: Mapping[str, str], name: str) -> Iterator[_Occurrence]:
    word = re.compile(rf"\b{re.escape(name)}\b")
    for path, text in files.items():
        language = language_of(path)
        if language in (None, "python") or name not in text or not word.search(text):
            continue
        tree = parse(language, text.removeprefix("\ufeff").encode(errors="replace"))
        waiting = [tree.root_node] if tree else []
        while waiting:
            node = waiting.pop()
            waiting += node.children
            if _is_identifier(node) and node.text == name.encode():
                yield _Occurrence(path, node, _is_declaration(node))


def _is_identifier(node: Node) -> bool:
    return not node.child_count and node.type.endswith(("identifier", "constant"))


def _is_declaration(node: Node) -> bool:
    parent = node.parent
    if parent is None or not DECLARATION.search(parent.type):
        return False
    return any(parent.child_by_field_name(field) == node for field in ("name", "declarator"))


def _rename_occurrence(
    edits: TextEdits, declaration: _Occurrence, place: _Occurrence, names: tuple[str, str]
) -> None:
    old, new = names
    node = place.node
    is_member = node.type in MEMBERS and not place.is_declaration
    is_shorthand = "shorthand" in node.type
    if is_shorthand and "pattern" not in node.type:
        new = f"{old}: {new}"  # the property keeps its name
    elif is_shorthand or (is_member and not _is_exported(declaration, place)):
        edits.leave(place.path, place.line, "a member of an unknown object")
        return
    column = node.start_point.column
    edits.replace_in_line(place.path, place.line, (column, column + len(old.encode())), new)


def _is_exported(declaration: _Occurrence, place: _Occurrence) -> bool:
    """Tell whether a member is of the Go package, by its folder's name, that declares the name."""
    folder = declaration.path.rpartition("/")[0].rpartition("/")[2]
    parent = place.node.parent
    operand = parent.child_by_field_name("operand") if parent else None
    if not declaration.path.endswith(".go") or not folder or operand is None:
        return False
    return operand.text == folder.encode()
