"""Write what moved into its new module: a new file, or one that is there."""

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
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Refactoring, TextEdits

FUTURE = "from __future__ import annotations"


def list_new_packages(files: Mapping[str, str], path: str) -> dict[str, str]:
    """Give the files that make packages of the new folders within a package around a file."""
    folders = path.split("/")[:-1]
    every = [f"{'/'.join(folders[:end])}/__init__.py" for end in range(1, len(folders) + 1)]
    outer = [index for index, file in enumerate(every) if file in files]
    inner = every[outer[0] :] if outer else []
    return {file: "" for file in inner if file not in files}


@dataclass(frozen=True, slots=True)
class NewPlace:
    """The module that something moves to."""

    moved: MovedDefinition
    edits: TextEdits
    path: str
    new_module: str
    types_apart: bool  # what only annotations name is imported for type checkers alone

    @property
    def project(self) -> Project:
        """All files."""
        return self.moved.project

    def create(self, needed: list[NeededName]) -> Refactoring:
        """Finish the edits with a new file: the imports that it needs, and the text."""
        old = self.moved.module
        end = line_end(old)
        head = [FUTURE] if has_future_annotations(old) else []
        apart = [each for each in needed if self._is_apart(each)]
        if apart:
            head.append("from typing import TYPE_CHECKING")
        shape = replace(old, package=self.new_module.rpartition(".")[0])
        statements = {
            each: render_import(each.imported, render_source(shape, each.source)) for each in needed
        }
        head += sorted({statements[each] for each in needed if each not in apart})
        if apart:
            inner = sorted({f"    {statements[each]}" for each in apart})
            head += ["", "if TYPE_CHECKING:", *inner]
        lines = [*head, "", "", self.moved.render_text()] if head else [self.moved.render_text()]
        text = "\n".join(lines).replace("\n", end) + end
        return self.edits.finish(
            new={**list_new_packages(self.project.files, self.path), self.path: text}
        )

    def append(self, module: Module, needed: list[NeededName]) -> Refactoring:
        """Finish the edits with the text in a file that is there, and the imports that it lacks."""
        self._compare_futures(module)
        statements: list[str] = []
        apart: list[str] = []
        for each in needed:
            state = compare_binding(self.project, module, each.local, each.meaning)
            if state == TAKEN:
                raise CannotRefactor(
                    f"{self.moved.target} uses {each.local}, which is another in {module.path}."
                )
            statement = render_import(each.imported, render_source(module, each.source))
            if self._is_apart(each) and state == FREE:
                apart.append(statement)
            elif state == FREE or (state == CHECKED and not self._is_apart(each)):
                statements.append(statement)
        insert_imports(self.edits, module, statements, apart)
        is_placed = self._insert_above(module)
        refactoring = self.edits.finish()
        if not is_placed:
            self._append_text(module, refactoring)
        return refactoring

    def _is_apart(self, needed: NeededName) -> bool:
        """Tell whether only type checkers are to see an import."""
        if not needed.is_for_types:
            return False
        return needed.is_checked_only or (self.types_apart and needed.source in self.project.paths)

    def _compare_futures(self, module: Module) -> None:
        """Refuse annotations that would be evaluated then; doubt those that would be so no more."""
        was_lazy, is_lazy = (
            has_future_annotations(self.moved.module),
            has_future_annotations(module),
        )
        checked = [each for each in self.moved.list_needed() if each.is_checked_only]
        if was_lazy and not is_lazy and checked:
            raise CannotRefactor(
                f"{module.path} evaluates annotations, and {checked[0].local} is there for type "
                f"checkers alone: begin the file with `{FUTURE}`."
            )
        if is_lazy and not was_lazy and self._is_read_by_others():
            why = f"its annotations would be strings, as {FUTURE} has it"
            self.edits.leave(self.moved.module.path, self.moved.node.lineno, why)

    def _is_read_by_others(self) -> bool:
        """Tell whether a decorator or a base may read its annotations."""
        node = self.moved.node
        has_annotations = any(isinstance(part, (ast.AnnAssign, ast.arg)) for part in ast.walk(node))
        bases = node.bases if isinstance(node, ast.ClassDef) else []
        return has_annotations and bool(node.decorator_list or bases)

    def _insert_above(self, module: Module) -> bool:
        """Insert it above the first line that needs it while it is imported, if there is one."""
        first = next(self._iter_users(module), None)
        if first is None:
            return False
        end = line_end(module)
        text = self.moved.render_text().replace("\n", end)
        marks = first.decorator_list if isinstance(first, Definition) else []
        line = min([first.lineno, *(mark.lineno for mark in marks)])
        while line > 1 and module.lines[line - 2].startswith("#"):
            line -= 1
        self.edits.insert(module.path, (line, 0), f"{text}{end * 3}")
        return True

    def _append_text(self, module: Module, refactoring: Refactoring) -> None:
        """Append it to what the file is by then."""
        end = line_end(module)
        text = self.moved.render_text().replace("\n", end) + end
        before = refactoring.files.get(module.path) or module.text
        if before.strip():
            text = end * (2 if before.endswith("\n") else 3) + text
        refactoring.files[module.path] = before + text
        refactoring.places[module.path] = refactoring.places.get(module.path, 0) + 1

    def _iter_users(self, module: Module) -> Iterator[ast.stmt]:
        """Give the statements of a module that run it, in order."""
        for node in module.tree.body:
            used = list_used_at_import(module, node)
            if is_main_guard(node) or self.moved.name in used:
                yield node
