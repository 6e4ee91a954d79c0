"""Write what moved into its new module."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.refactor.import_statements import (
    CHECKED,
    FREE,
    TAKEN,
    compare_binding,
    insert_imports,
    line_end,
    render_import,
    render_source,
)
from bot.refactor.import_time import has_future_annotations, is_main_guard, list_used_at_import
from bot.refactor.module_scopes import Definition, Module
from bot.refactor.moved_definition import MovedDefinition, NeededName
from bot.refactor.python_project import CannotRefactor
from bot.refactor.text_edit import Refactoring, TextEdits

FUTURE = "from __future__ import annotations"


def list_new_packages(files: Mapping[str, str], path: str) -> dict[str, str]:
    """Give the files that make packages of the new folders within a package around a file."""
    folders = path.split("/")[:-1]
    every = [f"{'/'.join(folders[:end])}/__init__.py" for end in range(1, len(folders) + 1)]
    outer = [index for index, file in enumerate(every) if file in files]
    inner = every[outer[0] :] if outer else []
    return {file: "" for file in inner if file not in files}


def begin_file(old: Module) -> str:
    """Write what a new file begins with, so that annotations are there what they are here."""
    return FUTURE + line_end(old) if has_future_annotations(old) else ""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """The module that something moves to."""

    moved: MovedDefinition
    edits: TextEdits
    module: Module
    is_new: bool  # the file is written as the old one is
    types_apart: bool  # what only annotations name is imported for type checkers alone

    def append(self, needed: list[NeededName]) -> Refactoring:
        """Finish the edits with the text, and the imports that the file lacks."""
        self._compare_futures()
        style = self.module
        if self.is_new:
            style = replace(self.moved.module, package=style.package)
        statements: list[str] = []
        apart: list[str] = []
        for each in needed:
            state = compare_binding(self.moved.project, self.module, each.local, each.meaning)
            if state == TAKEN:
                raise CannotRefactor(
                    f"{self.moved.target} uses {each.local}, which is another in "
                    f"{self.module.path}."
                )
            statement = render_import(each.imported, render_source(style, each.source))
            if self._is_apart(each) and state == FREE:
                apart.append(statement)
            elif state == FREE or (state == CHECKED and not self._is_apart(each)):
                statements.append(statement)
        insert_imports(self.edits, self.module, statements, apart)
        text = self.moved.render_text().replace("\n", line_end(style)) + line_end(style)
        is_placed = self._insert_above(text)
        refactoring = self.edits.finish()
        if not is_placed:
            self._append_text(text, line_end(style), refactoring)
        return refactoring

    def _is_apart(self, needed: NeededName) -> bool:
        """Tell whether only type checkers are to see an import."""
        if not needed.is_for_types:
            return False
        is_inner = needed.source in self.moved.project.paths
        return needed.is_checked_only or (self.types_apart and is_inner)

    def _compare_futures(self) -> None:
        """Refuse annotations that would be evaluated then; doubt those that would be so no more."""
        was_lazy = has_future_annotations(self.moved.module)
        is_lazy = has_future_annotations(self.module)
        checked = [each for each in self.moved.list_needed() if each.is_checked_only]
        if was_lazy and not is_lazy and checked:
            raise CannotRefactor(
                f"{self.module.path} evaluates annotations, and {checked[0].local} is there for "
                f"type checkers alone: begin the file with `{FUTURE}`."
            )
        if is_lazy and not was_lazy and self._is_read_by_others():
            why = f"its annotations would be strings, as {FUTURE} has it"
            self.edits.leave(self.moved.module.path, self.moved.node.lineno, why)

    def _is_read_by_others(self) -> bool:
        """Tell whether a decorator or a base may read its annotations."""
        node = self.moved.node
        has_annotations = any(isinstance(part, ast.AnnAssign | ast.arg) for part in ast.walk(node))
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        return has_annotations and bool(node.decorator_list or bases)

    def _insert_above(self, text: str) -> bool:
        """Insert it above the first line that needs it while it is imported, if there is one."""
        first = next(self._iter_users(), None)
        if first is None:
            return False
        marks = first.decorator_list if isinstance(first, Definition) else []
        line = min([first.lineno, *(mark.lineno for mark in marks)])
        while line > 1 and self.module.lines[line - 2].startswith("#"):
            line -= 1
        self.edits.insert(self.module.path, (line, 0), text + line_end(self.module) * 2)
        return True

    def _append_text(self, text: str, end: str, refactoring: Refactoring) -> None:
        """Append it to what the file is by then."""
        path = self.module.path
        before = refactoring.files.get(path) or self.module.text
        if before.strip():
            text = end * (2 if before.endswith("\n") else 3) + text
        refactoring.files[path] = before + text
        refactoring.places[path] = refactoring.places.get(path, 0) + 1

    def _iter_users(self) -> Iterator[ast.stmt]:
        """Give the statements of the module that run it, in order."""
        for node in self.module.tree.body:
            used = list_used_at_import(self.module, node)
            if is_main_guard(node) or self.moved.name in used:
                yield node
