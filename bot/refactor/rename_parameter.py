"""Rename a function's parameter, in its body and in the calls that name it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.ports import TypeChecker
from bot.refactor.checked_names import ask_checker
from bot.refactor.class_family import ClassFamily, find_family
from bot.refactor.find_definition import iter_modules, iter_nodes, iter_values, list_files_naming
from bot.refactor.fixtures import is_fixture
from bot.refactor.looked_up_strings import PLAIN_MARKS
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Function, Module, last_name, list_marks, qualify
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.rename_member import is_function_of_tree
from bot.refactor.symbol import Renaming
from bot.refactor.text_edit import Refactoring, TextEdits

ANOTHER_S = "another function's parameter"
UNKNOWN = "a call on an unknown object"


def rename_parameter(
    project: Project, function: str, old: str, new: str, checker: TypeChecker | None = None
) -> Refactoring:
    """Rename the parameter of the function and of what overrides it, and where it is given."""
    functions = find_family(project, function).targets
    answers = ask_checker(checker, project, [old])
    edits = TextEdits(project.files)
    renaming = Renaming(ClassFamily(project, old, functions), answers, edits, new)
    act = ParameterRenaming(renaming)
    given = re.compile(rf"\b{re.escape(old)}\s*=")
    for path in list_files_naming(project, old):
        if not path.endswith(PYTHON):
            continue
        module = project.read_module(path)
        if module is None:
            edits.leave_lines(path, given, "this Python cannot read the file")
        else:
            act.rename_in_module(module)
    for module in {each for name in act.called_names for each in iter_modules(project, name)}:
        act.leave_mappings(module)
    return edits.finish()


@dataclass(frozen=True, slots=True)
class ParameterRenaming:
    """Decides for the names and keywords of all files; what holds the parameter are functions."""

    renaming: Renaming

    @property
    def called_names(self) -> set[str]:
        """The names by which the functions are called: that of its class for `__init__`."""
        functions = self.renaming.holders
        return {name.removesuffix(".__init__").rpartition(".")[2] for name in functions}

    def rename_in_module(self, module: Module) -> None:
        """Rename in the functions of a file, and in its calls."""
        renaming, old = self.renaming, self.renaming.old
        for node in list(module.scopes):
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    if qualify(module, node) in renaming.holders:
                        self._rename_in_function(module, node)
                case ast.Name(id=name) | ast.arg(arg=name) if name == old:
                    if renaming.targets & renaming.read_name(module, node, old):
                        renaming.change((module.path, node.lineno, node.col_offset))
                case ast.keyword(arg=name) if name == old:
                    call = module.parents[node]
                    if isinstance(call, ast.Call):
                        self._rename_keyword(module, call, node)
                case _:
                    pass

    def leave_mappings(self, module: Module) -> None:
        """Leave the calls that may give the parameter in a mapping, as `**options` does."""
        for node in iter_nodes(module, ast.Call):
            mappings = [each.value for each in node.keywords if each.arg is None]
            if mappings and self._is_ours(module, node.func):
                for mapping in filter(self._may_hold, mappings):
                    self.renaming.edits.leave(module.path, mapping.lineno, "a mapping may give it")

    def _rename_in_function(self, module: Module, function: Function) -> None:
        if self.renaming.new in module.bindings[function]:
            place = f"{module.path}:{function.lineno}"
            raise CannotRefactor(f"{place}: {function.name} has a {self.renaming.new} already.")
        self._leave_other_givers(module, function)
        if ast.get_docstring(function):
            self._rename_in_docstring(module, function)

    def _leave_other_givers(self, module: Module, function: Function) -> None:
        """Leave a function to which others than its callers give the parameter by its name."""
        leave = self.renaming.edits.leave
        names = [last_name(mark) for mark in list_marks(function)]
        foreign = [name for name in names if not PLAIN_MARKS.fullmatch(name)]
        if function.name.startswith("test") or is_fixture(function):
            leave(module.path, function.lineno, "pytest gives parameters by their names")
        elif foreign:
            why = f"its decorator {foreign[0]} may give the parameter by its name"
            leave(module.path, function.lineno, why)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and last_name(node.func) in ("locals", "vars"):
                leave(module.path, node.lineno, "it takes its parameters by name")

    def _rename_in_docstring(self, module: Module, function: Function) -> None:
        name = re.escape(self.renaming.old)
        pattern = re.compile(rf"(:param (?:\w+ )?|^\s*){name}(?: \(.*\))?:")
        last_line = function.body[0].end_lineno or function.lineno
        for number in range(function.lineno, last_line):
            line = module.lines[number - 1]
            if match := pattern.search(line):
                self.renaming.change((module.path, number, len(line[: match.end(1)].encode())))

    def _may_hold(self, mapping: ast.expr) -> bool:
        """Tell whether a mapping may have the parameter's name: not when its keys are written."""
        if isinstance(mapping, ast.Dict) and None not in mapping.keys:
            keys = [key.value for key in mapping.keys if isinstance(key, ast.Constant)]
            return len(keys) < len(mapping.keys) or self.renaming.old in keys
        return True

    def _rename_keyword(self, module: Module, call: ast.Call, keyword: ast.keyword) -> None:
        renaming, place = self.renaming, (module.path, keyword.lineno, keyword.col_offset)
        meanings = renaming.read_checked(*place)
        function = call.func
        if last_name(function) in ("partial", "partialmethod") and call.args:
            function, meanings = call.args[0], frozenset()
        called = renaming.project.resolve(module, function)
        if self._is_ours(module, function):
            renaming.change(place)
        elif meanings:
            renaming.settle(place, meanings, UNKNOWN)
        elif called and self._is_known(called):
            renaming.keep(place, called)
        elif self._may_be_called(function):
            renaming.leave(place, UNKNOWN)
        else:
            renaming.keep(place, ANOTHER_S)

    def _is_ours(self, module: Module, function: ast.expr) -> bool:
        """Tell whether an expression is one of the functions, or a class made by one."""
        project, holders = self.renaming.project, self.renaming.holders
        name = project.resolve(module, function)
        if name is None:
            return False
        constructor = project.canonicalize(f"{name.removesuffix('()')}.__init__")
        return project.canonicalize(name) in holders or constructor in holders

    def _is_known(self, called: str) -> bool:
        is_outside = not called.endswith("()") and self.renaming.project.is_outside(called)
        return is_outside or is_function_of_tree(self.renaming, called)

    def _may_be_called(self, function: ast.expr) -> bool:
        """Tell whether an unknown function may be one of these: by its name, or as a value."""
        if last_name(function) in self.called_names:
            return True
        project = self.renaming.project
        return not isinstance(function, ast.Attribute) and any(
            not (isinstance(parent, ast.Call) and parent.func is node)
            and self._is_ours(module, node)
            for name in self.called_names
            for module in iter_modules(project, name)
            for node, parent in iter_values(module)
        )
