"""Make a function asynchronous, with every caller that must await it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.ports import TypeChecker
from bot.refactor.async_uses import (
    AsyncUses,
    explain_obstacle,
    is_of_tests,
    is_started_by_tests,
    list_foreign_marks,
)
from bot.refactor.checked_names import ask_checker
from bot.refactor.class_family import ClassFamily, find_family, list_outside_callers
from bot.refactor.find_definition import PROSE, find_definition, list_files_naming
from bot.refactor.formatted_strings import is_in_place
from bot.refactor.import_statements import TAKEN, add_import, compare_binding, end_of
from bot.refactor.made_names import MadeNames
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import Function, Module, last_name, qualify
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.symbol import TargetSymbol
from bot.refactor.text_edit import Refactoring, TextEdits

LIMIT_FUNCTIONS = 2_000  # that become asynchronous
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
# They take what is to be awaited, as asyncio.run does.
AWAITING_CALLS = frozenset(
    ["run", "create_task", "gather", "wait_for", "ensure_future", "shield", "run_until_complete"]
)


def make_async(
    files: Mapping[str, str], name: str, *, checker: TypeChecker | None = None
) -> Refactoring:
    """Make a function or method asynchronous: each call is awaited, and its caller made so too.

    Where a program or a test starts, the call runs in `asyncio.run`. Calls that cannot be awaited
    (in a property, a lambda, `__init__`, a generator), functions that are handed on, and calls on
    objects that are not known are listed and left. A checker of types is asked where there is one.
    """
    project = Project(files)
    target = find_definition(project, name)
    definitions = project.find_definitions(target)
    functions = [(module, node) for module, node in definitions if isinstance(node, Function)]
    if not functions:
        raise CannotRefactor(f"{target} is no function.")
    if all(isinstance(node, ast.AsyncFunctionDef) for _, node in functions):
        raise CannotRefactor(f"{target} is asynchronous already.")
    for module, node in functions:
        if why := explain_obstacle(module, node):
            raise CannotRefactor(f"{target} cannot become asynchronous: {why}.")
    conversion = _Conversion(project, TextEdits(files), checker, [target])
    while conversion.waiting:
        conversion.convert_all()
    return conversion.finish()


@dataclass(slots=True)
class _Conversion:
    project: Project
    edits: TextEdits
    checker: TypeChecker | None
    waiting: list[str]
    converted: set[str] = field(default_factory=set)
    runs_in_tests: bool = False

    def convert_all(self) -> None:
        """Make what is waiting asynchronous, and let all that call it await it."""
        families = [self._convert(name) for name in dict.fromkeys(self.waiting)]
        self.waiting.clear()
        new = [family for family in families if family]
        answers = ask_checker(self.checker, self.project, {family.member for family in new})
        for family in new:
            self._follow(TargetSymbol(family, answers))

    def _convert(self, target: str) -> ClassFamily | None:
        """Make one function asynchronous, with those that override it; None when it is so."""
        if target in self.converted:
            return None
        family = find_family(self.project, target)
        functions = family.targets - self.converted
        self.converted |= functions
        if len(self.converted) > LIMIT_FUNCTIONS:
            raise CannotRefactor(
                f"More than {LIMIT_FUNCTIONS:,} functions would have to become asynchronous."
            )
        for name in functions:
            for module, node in self.project.find_definitions(name):
                if isinstance(node, ast.FunctionDef):
                    self._convert_definition(module, node)
        for base in list_outside_callers(self.checker, family):
            for module, holder in self.project.find_classes(base.holder):
                why = "a base of another package may call it"
                self.edits.leave(module.path, holder.lineno, why)
        return family

    def _follow(self, symbol: TargetSymbol) -> None:
        """Await the calls of functions that became asynchronous."""
        uses = AsyncUses(symbol, self.edits)
        for path in list_files_naming(self.project, symbol.old):
            module = self.project.read_module(path)
            if module is None:
                self._tell_unread(path, symbol.old)
            else:
                uses.read(module)
        for path, line in MadeNames(symbol).find():
            self.edits.leave(path, line, "a name that is made at run time, which may be this")
        for module, call in uses.calls:
            self._await_call(module, call)
        uses.tell_stand_ins()

    def finish(self) -> Refactoring:
        """Finish the edits; tell of tests that expect a loop, which asyncio.run takes away."""
        loop = re.compile(r"get_event_loop\(")
        for path in self.project.files if self.runs_in_tests else ():
            if is_of_tests(path) and path.endswith(PYTHON):
                why = "asyncio.run in another test leaves no loop for this"
                self.edits.leave_lines(path, loop, why)
        return self.edits.finish()

    def _convert_definition(self, module: Module, node: ast.FunctionDef) -> None:
        leave = self.edits.leave
        if why := explain_obstacle(module, node):
            leave(module.path, node.lineno, f"it cannot become asynchronous: {why}")
            return
        self.edits.insert(module.path, (node.lineno, node.col_offset), "async ")
        for mark in list_foreign_marks(node):
            leave(module.path, mark.lineno, "a decorator, which may not take an async function")
        if is_started_by_tests(module, node):
            leave(module.path, node.lineno, "an async test needs a plugin of the test runner")
        if f"{module.path}i" in self.project.files:
            leave(f"{module.path}i", 1, "a stub, which says that it is not asynchronous")

    def _tell_unread(self, path: str, name: str) -> None:
        """Tell of entry points, examples and files that this Python cannot read."""
        if path.endswith(PYTHON):
            word = re.compile(rf"\b{re.escape(name)}\b")
            self.edits.leave_lines(path, word, "this Python cannot read the file")
        elif path.lower().endswith(PROSE):
            dotted = re.compile(rf"[\w.]+:(?:\w+\.)*{re.escape(name)}\b")
            self.edits.leave_lines(path, dotted, "what starts it from here cannot await it")

    def _await_call(self, module: Module, call: ast.Call) -> None:
        parent = module.parents[call]
        if isinstance(parent, ast.Await) or _hands_over(parent, call):
            return
        scopes = [scope for scope in module.scopes[call] if not isinstance(scope, COMPREHENSIONS)]
        scope = scopes[-1]
        if not is_in_place(module, call):
            self._leave_unawaited(module, call, "the string around it cannot be changed there")
        elif isinstance(scope, ast.Module):
            self._run_to_end(module, call)
        elif not isinstance(scope, Function):
            self._leave_unawaited(module, call, "no function is around it")
        elif isinstance(scope, ast.FunctionDef) and is_started_by_tests(module, scope):
            self.runs_in_tests = True
            self._run_to_end(module, call)
        elif why := explain_obstacle(module, scope):
            self._leave_unawaited(module, call, why)
        else:
            self._insert_await(module, call, scope)

    def _insert_await(self, module: Module, call: ast.Call, function: Function) -> None:
        if _needs_parentheses(module.parents[call], call):
            self._wrap(module, call, "(await ")
        else:
            self.edits.insert(module.path, (call.lineno, call.col_offset), "await ")
        if isinstance(function, ast.FunctionDef):
            self.waiting.append(qualify(module, function))

    def _run_to_end(self, module: Module, call: ast.Call) -> None:
        """Run the call in a loop of its own, where nothing awaits."""
        if compare_binding(self.project, module, "asyncio", "asyncio") == TAKEN:
            self._leave_unawaited(module, call, "asyncio is another thing in this file")
            return
        self._wrap(module, call, "asyncio.run(")
        add_import(self.edits, module, "asyncio")

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
        case ast.Attribute() | ast.Subscript():
            return parent.value is call
        case ast.BinOp(op=ast.Pow()):
            return parent.left is call
        case ast.Call():
            return parent.func is call
        case _:
            return False
