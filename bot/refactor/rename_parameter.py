"""Rename a function's parameter, in its body and in the calls that name it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.ports import TypeChecker
from bot.refactor.checked_names import CheckedNames, ask_checker
from bot.refactor.class_family import find_family
from bot.refactor.find_definition import list_files_naming
from bot.refactor.fixtures import is_fixture
from bot.refactor.looked_up_strings import PLAIN_MARKS
from bot.refactor.module_scopes import (
    PYTHON,
    Definition,
    Function,
    Module,
    find_owner,
    last_name,
)
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Refactoring, TextEdits


def rename_parameter(
    project: Project, function: str, old: str, new: str, checker: TypeChecker | None = None
) -> Refactoring:
    """Rename the parameter of the function and of what overrides it, and where it is given."""
    family = find_family(project, function)
    functions = family.targets
    paths = [path for path in list_files_naming(project, old) if path.endswith(PYTHON)]
    checked = CheckedNames(project, old, ask_checker(checker, project, [old]))
    renaming = _Renaming(project, TextEdits(project.files), checked, frozenset(functions), old, new)
    for name in functions:
        for module, node in project.find_definitions(name):
            if isinstance(node, Function):
                renaming.rename_in_function(module, node)
    for path in paths:
        where = project.read_module(path)
        if where is None:
            renaming.leave_all(path)
        else:
            renaming.rename_in_calls(where)
    called = {name.removesuffix(".__init__").rpartition(".")[2] for name in functions}
    for path in {path for name in called for path in list_files_naming(project, name)}:
        where = project.read_module(path)
        if where is not None:
            renaming.leave_mappings(where)
    return renaming.edits.finish()


@dataclass(frozen=True, slots=True)
class _Renaming:
    project: Project
    edits: TextEdits
    checked: CheckedNames
    functions: frozenset[str]  # all that have the parameter
    old: str
    new: str

    def rename_in_function(self, module: Module, function: Function) -> None:
        if self.new in module.bindings[function]:
            place = f"{module.path}:{function.lineno}"
            raise CannotRefactor(f"{place}: {function.name} has a {self.new} already.")
        self._leave_other_givers(module, function)
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

    def _leave_other_givers(self, module: Module, function: Function) -> None:
        """Leave a function to which others than its callers give the parameter by its name."""
        marks = [
            mark.func if isinstance(mark, ast.Call) else mark for mark in function.decorator_list
        ]
        names = [name for mark in marks if not PLAIN_MARKS.fullmatch(name := last_name(mark))]
        if function.name.startswith("test") or is_fixture(function):
            self.edits.leave(module.path, function.lineno, "pytest gives parameters by their names")
        elif names:
            why = f"its decorator {names[0]} may give the parameter by its name"
            self.edits.leave(module.path, function.lineno, why)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and last_name(node.func) in ("locals", "vars"):
                self.edits.leave(module.path, node.lineno, "it takes its parameters by name")

    def leave_all(self, path: str) -> None:
        """Leave each line of a file that this Python cannot read, and that gives the name."""
        given = re.compile(rf"\b{re.escape(self.old)}\s*=")
        for number, line in enumerate(self.project.files[path].split("\n"), 1):
            if given.search(line):
                self.edits.leave(path, number, "this Python cannot read the file")

    def rename_in_calls(self, module: Module) -> None:
        """Decide for each keyword of the name in a file."""
        for node in module.scopes:
            if isinstance(node, ast.keyword) and node.arg == self.old:
                call = module.parents[node]
                if isinstance(call, ast.Call):
                    self._rename_keyword(module, call, node)

    def leave_mappings(self, module: Module) -> None:
        """Leave the calls that may give the parameter in a mapping, as `**options` does."""
        for node in module.scopes:
            if not isinstance(node, ast.Call) or not self._is_ours(module, node.func):
                continue
            for keyword in node.keywords:
                if keyword.arg is None and self._may_hold(keyword.value):
                    self.edits.leave(module.path, keyword.value.lineno, "a mapping may give it")

    def _may_hold(self, mapping: ast.expr) -> bool:
        """Tell whether a mapping may have the parameter's name: not when its keys are written."""
        if isinstance(mapping, ast.Dict) and None not in mapping.keys:
            keys = [key.value for key in mapping.keys if isinstance(key, ast.Constant)]
            return len(keys) < len(mapping.keys) or self.old in keys
        return True

    def _rename_in_docstring(self, module: Module, function: Function) -> None:
        name = re.escape(self.old)
        pattern = re.compile(rf":param (?:\w+ )?{name}:|^\s*{name}(?: \(.*\))?:")
        last_line = function.body[0].end_lineno or function.lineno
        for number in range(function.lineno, last_line):
            line = module.lines[number - 1]
            if match := pattern.search(line):
                column = match[0].rindex(self.old) + match.start()
                self._replace(module.path, number, len(line[:column].encode()))

    def _rename_keyword(self, module: Module, call: ast.Call, keyword: ast.keyword) -> None:
        place = (module.path, keyword.lineno, keyword.col_offset)
        meanings = self.checked.find_meanings(*place)
        ours = {meaning for meaning in meanings if meaning.rpartition(".")[0] in self.functions}
        called = self.project.resolve(module, call.func)
        is_partial = last_name(call.func) in ("partial", "partialmethod") and bool(call.args)
        if (ours == meanings and ours) or self._is_ours(module, call.func):
            self._replace(*place)
        elif is_partial:
            self._rename_partial(module, call.args[0], keyword)
        elif ours:
            self.edits.leave(*place[:2], "it may be another function's too")
        elif meanings:
            self.edits.keep(min(meanings))
        elif called and self._is_known(called):
            self.edits.keep(called)
        elif self._may_be_called(call.func):
            self.edits.leave(*place[:2], "a call on an unknown object")
        else:
            self.edits.keep("another function's parameter")

    def _rename_partial(self, module: Module, function: ast.expr, keyword: ast.keyword) -> None:
        if self._is_ours(module, function):
            self._replace(module.path, keyword.lineno, keyword.col_offset)
        elif self.project.resolve(module, function) is None:
            self.edits.leave(module.path, keyword.lineno, "a call on an unknown object")
        else:
            self.edits.keep("another function's parameter")

    def _is_ours(self, module: Module, function: ast.expr) -> bool:
        """Tell whether an expression is one of the functions, or a class made by one."""
        name = self.project.resolve(module, function)
        if name is None:
            return False
        constructor = self.project.canonicalize(f"{name.removesuffix('()')}.__init__")
        return self.project.canonicalize(name) in self.functions or constructor in self.functions

    def _is_known(self, called: str) -> bool:
        nodes = [node for _, node in self.project.find_definitions(called)]
        is_defined = bool(nodes) and all(isinstance(node, Definition) for node in nodes)
        return is_defined or (not called.endswith("()") and self.project.is_outside(called))

    def _may_be_called(self, function: ast.expr) -> bool:
        """Tell whether an unknown function may be one of these: by its name, or as a value."""
        names = {name.removesuffix(".__init__").rpartition(".")[2] for name in self.functions}
        if last_name(function) in names:
            return True
        return not isinstance(function, ast.Attribute) and any(
            self._is_handed_on(path)
            for name in names
            for path in list_files_naming(self.project, name)
        )

    def _is_handed_on(self, path: str) -> bool:
        """Tell whether a file takes one of the functions as a value, and does not call it."""
        module = self.project.read_module(path)
        for node in list(module.scopes) if module else ():
            if not module or not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            parent = module.parents.get(node)
            is_value = not isinstance(parent, ast.Attribute) and isinstance(node.ctx, ast.Load)
            is_called = isinstance(parent, ast.Call) and parent.func is node
            if is_value and not is_called and self._is_ours(module, node):
                return True
        return False

    def _replace(self, path: str, line: int, column: int) -> None:
        self.edits.replace_in_line(path, line, (column, column + len(self.old.encode())), self.new)
