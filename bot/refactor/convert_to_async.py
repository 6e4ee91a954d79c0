"""Make a function asynchronous, with every caller that must await it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.refactor.find_definition import find_definition, find_overrides, list_files_naming
from bot.refactor.import_statements import add_import, end_of
from bot.refactor.module_scopes import (
    FUNCTIONS,
    Function,
    Module,
    find_owner,
    qualify,
    resolve_import,
)
from bot.refactor.python_project import CannotRefactor, Project, last_name
from bot.refactor.text_edit import Refactoring, TextEdits

LIMIT_FUNCTIONS = 2_000  # that become asynchronous
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
YIELDS = (ast.Yield, ast.YieldFrom)
PROPERTY_MARKS = frozenset(["property", "cached_property", "setter"])
# They take what is to be awaited, as asyncio.run does.
AWAITING_CALLS = frozenset(
    ["run", "create_task", "gather", "wait_for", "ensure_future", "shield", "run_until_complete"]
)


def make_async(files: Mapping[str, str], name: str) -> Refactoring:
    """Make a function or method asynchronous: each call is awaited, and its caller made so too.

    Where a program starts, in a module's own lines, the call runs in `asyncio.run`. Calls that
    cannot be awaited (in a property, a lambda, `__init__`, a generator) and functions that are
    handed on are listed and left.
    """
    project = Project(files)
    target = find_definition(project, name)
    nodes = [node for _, node in project.find_definitions(target)]
    if not any(isinstance(node, FUNCTIONS) for node in nodes):
        raise CannotRefactor(f"{target} is no function.")
    if all(isinstance(node, ast.AsyncFunctionDef) for node in nodes):
        raise CannotRefactor(f"{target} is asynchronous already.")
    conversion = _Conversion(project, TextEdits(files), [target])
    while conversion.waiting:
        conversion.convert(conversion.waiting.pop())
    return conversion.edits.finish()


@dataclass(slots=True)
class _Conversion:
    project: Project
    edits: TextEdits
    waiting: list[str]
    converted: set[str] = field(default_factory=set)

    def convert(self, target: str) -> None:
        """Make one function asynchronous, and look at all that name it."""
        last = target.rpartition(".")[2]
        paths = list_files_naming(self.project, last)
        functions = find_overrides(self.project, target, paths) - self.converted
        self.converted |= functions
        if len(self.converted) > LIMIT_FUNCTIONS:
            raise CannotRefactor(
                f"More than {LIMIT_FUNCTIONS:,} functions would have to become asynchronous."
            )
        for name in functions:
            for module, node in self.project.find_definitions(name):
                if isinstance(node, ast.FunctionDef):
                    self._convert_definition(module, node)
        for path in paths:
            where = self.project.read_module(path)
            if where is not None:
                self._convert_uses(where, last, functions)

    def _convert_definition(self, module: Module, node: ast.FunctionDef) -> None:
        self.edits.insert(module.path, (node.lineno, node.col_offset), "async ")
        if node.decorator_list:
            why = "it has a decorator, which may not take an async function"
            self.edits.leave(module.path, node.lineno, why)
        if node.name.startswith("test"):
            why = "an async test needs a plugin of the test runner"
            self.edits.leave(module.path, node.lineno, why)

    def _convert_uses(self, module: Module, name: str, functions: set[str]) -> None:
        for node in list(module.scopes):
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            if isinstance(node.ctx, ast.Load) and self._original_name(module, node) == name:
                self._convert_use(module, node, functions)

    def _convert_use(
        self, module: Module, node: ast.Name | ast.Attribute, functions: set[str]
    ) -> None:
        parent = module.parents.get(node)
        call = parent if isinstance(parent, ast.Call) and parent.func is node else None
        function = self.project.resolve(module, node)
        if function is None and isinstance(node, ast.Attribute) and call:
            line = node.end_lineno or node.lineno
            self.edits.leave(module.path, line, "a call on an unknown object")
        if function not in functions:
            return
        if call:
            self._await_call(module, call)
        else:
            self.edits.leave(module.path, node.lineno, "handed on, not called")

    def _original_name(self, module: Module, node: ast.Name | ast.Attribute) -> str:
        """Give the name under which it was defined, when it was imported as another."""
        if isinstance(node, ast.Attribute):
            return node.attr
        scope = find_owner(module, node, node.id)
        for binder in module.bindings[scope][node.id] if scope else ():
            if isinstance(binder, ast.ImportFrom):
                return resolve_import(module, binder, node.id).rpartition(".")[2]
        return node.id

    def _await_call(self, module: Module, call: ast.Call) -> None:
        parent = module.parents[call]
        if isinstance(parent, ast.Await) or _hands_over(parent, call):
            return
        scopes = [scope for scope in module.scopes[call] if not isinstance(scope, COMPREHENSIONS)]
        scope = scopes[-1]
        if isinstance(scope, ast.Module):
            self._wrap(module, call, "asyncio.run(")
            add_import(self.edits, module, "asyncio")
            return
        if not isinstance(scope, FUNCTIONS):
            self._leave_unawaited(module, call, "no function is around it")
            return
        if why := _explain_obstacle(module, scope):
            self._leave_unawaited(module, call, why)
            return
        if _needs_parentheses(parent, call):
            self._wrap(module, call, "(await ")
        else:
            self.edits.insert(module.path, (call.lineno, call.col_offset), "await ")
        caller = f"{module.name}.{qualify(module, scope)}"
        if isinstance(scope, ast.FunctionDef) and caller not in self.converted:
            self.waiting.append(caller)

    def _leave_unawaited(self, module: Module, call: ast.Call, why: str) -> None:
        why = f"this must be awaited and cannot be: {why}"
        self.edits.leave(module.path, call.lineno, why)

    def _wrap(self, module: Module, call: ast.Call, opening: str) -> None:
        self.edits.insert(module.path, (call.lineno, call.col_offset), opening)
        self.edits.insert(module.path, end_of(call), ")")


def _hands_over(parent: ast.AST, call: ast.Call) -> bool:
    """Tell whether a call is an argument of one that awaits it."""
    if not isinstance(parent, ast.Call) or call not in parent.args:
        return False
    return last_name(parent.func) in AWAITING_CALLS


def _needs_parentheses(parent: ast.AST, call: ast.Call) -> bool:
    """Tell whether what is around the call binds more tightly than `await`."""
    match parent:
        case ast.Attribute() | ast.Subscript() | ast.BinOp(op=ast.Pow()):
            return True
        case ast.Call():
            return parent.func is call
        case _:
            return False


def _explain_obstacle(module: Module, function: Function) -> str:
    """Say why a function cannot become asynchronous; "" when it can."""
    if isinstance(function, ast.AsyncFunctionDef):
        return ""
    name = function.name
    if name.startswith("__") and name.endswith("__"):
        return f"Python itself calls {name}"
    marks = [ast.unparse(mark).partition("(")[0] for mark in function.decorator_list]
    if any(mark.rpartition(".")[2] in PROPERTY_MARKS for mark in marks):
        return f"{name} is a property"
    inner = [node for node in ast.walk(function) if function in module.scopes[node]]
    if any(isinstance(node, YIELDS) for node in inner):
        return f"{name} is a generator"
    return ""
