"""Rename a function's parameter, in its body and in the calls that name it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.refactor.find_definition import find_overrides, list_files_naming
from bot.refactor.module_scopes import FUNCTIONS, Function, Module, find_owner
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Refactoring, TextEdits


def rename_parameter(project: Project, function: str, old: str, new: str) -> Refactoring:
    """Rename the parameter of the function and of what overrides it, and where it is given."""
    holder, _, last = function.rpartition(".")
    called = holder.rpartition(".")[2] if last == "__init__" else last
    paths = list_files_naming(project, called)
    functions = find_overrides(project, function, paths)
    renaming = _Renaming(project, TextEdits(project.files), called, old, new)
    for name in functions:
        for module, node in project.find_definitions(name):
            if isinstance(node, FUNCTIONS):
                renaming.rename_in_function(module, node)
    targets = functions | {name.removesuffix(".__init__") for name in functions}
    for path in paths:
        where = project.read_module(path)
        if where is not None:
            renaming.rename_in_calls(where, targets)
    return renaming.edits.finish()


@dataclass(frozen=True, slots=True)
class _Renaming:
    project: Project
    edits: TextEdits
    called: str  # the name by which it is called
    old: str
    new: str

    def rename_in_function(self, module: Module, function: Function) -> None:
        if self.new in module.bindings[function]:
            place = f"{module.path}:{function.lineno}"
            raise CannotRefactor(f"{place}: {function.name} has a {self.new} already.")
        for node in module.scopes:
            if isinstance(node, ast.arg):
                if node.arg == self.old and module.scopes[node][-1] is function:
                    self._replace(module.path, node.lineno, node.col_offset)
            elif (
                isinstance(node, ast.Name)
                and node.id == self.old
                and find_owner(module, node, self.old) is function
            ):
                self.edits.replace_ending(module, node, self.old, self.new)
        if ast.get_docstring(function):
            self._rename_in_docstring(module, function)

    def rename_in_calls(self, module: Module, targets: set[str]) -> None:
        for node in module.scopes:
            keywords = node.keywords if isinstance(node, ast.Call) else []
            for keyword in keywords:
                if isinstance(node, ast.Call) and keyword.arg == self.old:
                    self._rename_keyword(module, node, keyword, targets)

    def _rename_in_docstring(self, module: Module, function: Function) -> None:
        name = re.escape(self.old)
        pattern = re.compile(rf":param (?:\w+ )?{name}:|^\s*{name}(?: \(.*\))?:")
        last_line = function.body[0].end_lineno or function.lineno
        for number in range(function.lineno, last_line):
            line = module.lines[number - 1]
            if match := pattern.search(line):
                column = match[0].rindex(self.old) + match.start()
                self._replace(module.path, number, len(line[:column].encode()))

    def _rename_keyword(
        self, module: Module, call: ast.Call, keyword: ast.keyword, targets: set[str]
    ) -> None:
        function = self.project.resolve(module, call.func)
        if function in targets:
            self._replace(module.path, keyword.lineno, keyword.col_offset)
        elif (
            function is None
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == self.called
        ):
            self.edits.leave(module.path, keyword.lineno, "a call on an unknown object")

    def _replace(self, path: str, line: int, column: int) -> None:
        self.edits.replace_in_line(path, line, (column, column + len(self.old.encode())), self.new)
