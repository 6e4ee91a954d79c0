"""Here lives the renaming in languages other than Python: of a name that the whole tree declares
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from bot.refactor.python_project import CannotRefactor
from bot.refactor.text_edit import Edits, Refactoring
from bot.search.grammars import language_of, parse

DECLARES = re.compile(
    r"(declaration|definition|item|spec|signature|declarator|_def|class|module|method|function)$"
)
MEMBERS = frozenset(["field_identifier", "property_identifier"])
SHOWN = 6


@dataclass(frozen=True, slots=True)
class _Named:
    """One place where a name stands as a name."""

    path: str
    node: Node
    declares: bool

    @property
    def line(self) -> int:
        return self.node.start_point.row + 1


def rename_unique(files: Mapping[str, str], old: str, new: str) -> Refactoring | None:
    """Rename a function, type or constant that is declared once in all files of other languages;
    None if nowhere.

    Members of objects are listed and not touched, but for what Go's packages export. Raises
    CannotRefactor when the
    name is declared twice, or the new one is there.
    """
    places = list(_named(files, old))
    declared = [it for it in places if it.declares]
    if not declared:
        return None
    if len(declared) > 1:
        shown = ", ".join(f"{it.path}:{it.line}" for it in declared[:SHOWN])
        raise CannotRefactor(
            f"{old} is declared {len(declared)} times ({shown}), so what it means is not sure."
        )
    touched = {it.path: files[it.path] for it in places}
    if taken := next(_named(touched, new), None):
        raise CannotRefactor(f"{taken.path}:{taken.line}: {new} is there already.")
    edits = Edits(files)
    for place in places:
        _write(edits, declared[0], place, (old, new))
    return edits.done()


def _named(files: Mapping[str, str], name: str) -> Iterator[_Named]:
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
            if (
                not node.child_count
                and node.type.endswith(("identifier", "constant"))
                and node.text == name.encode()
            ):
                yield _Named(path, node, _declares(node))


def _declares(node: Node) -> bool:
    parent = node.parent
    if parent is None or not DECLARES.search(parent.type):
        return False
    return any(parent.child_by_field_name(field) == node for field in ("name", "declarator"))


def _write(edits: Edits, declared: _Named, place: _Named, names: tuple[str, str]) -> None:
    old, new = names
    node, row = place.node, place.node.start_point
    member = node.type in MEMBERS and not place.declares
    if "shorthand" in node.type and "pattern" not in node.type:
        new = f"{old}: {new}"  # the property keeps its name
    elif "shorthand" in node.type or (member and not _exported(declared, place)):
        edits.doubt(place.path, place.line, "a member of an unknown object")
        return
    edits.put(place.path, place.line, row.column, row.column + len(old.encode()), new)


def _exported(declared: _Named, place: _Named) -> bool:
    """Whether a member is that of the Go package, by its folder's name, that declares the name."""
    parent = place.node.parent
    operand = parent.child_by_field_name("operand") if parent else None
    folder = declared.path.rpartition("/")[0].rpartition("/")[2]
    return (
        declared.path.endswith(".go")
        and operand is not None
        and bool(folder)
        and operand.text == folder.encode()
    )
