"""Here lives the making of a function asynchronous, with every caller that must await it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.refactor.find_definition import family, holding, only_definition
from bot.refactor.import_statements import add_import
from bot.refactor.module_scopes import FUNCTIONS, Function, Module, imported, owner, qualified
from bot.refactor.python_project import CannotRefactor, Project
from bot.refactor.text_edit import Edits, Refactoring

MOST = 2_000  # functions that become asynchronous
YIELDS = (ast.Yield, ast.YieldFrom)
TAKERS = frozenset(
    ["run", "create_task", "gather", "wait_for", "ensure_future", "shield", "run_until_complete"]
)


def make_async(files: Mapping[str, str], name: str) -> Refactoring:
    """Make a function or method asynchronous: each call is awaited, and the function around it is
    made so too.

    Where a program starts, in a module's own lines, the call runs in `asyncio.run`. Calls that
    cannot be awaited (in a
    property, a lambda, `__init__`, a generator) and functions that are handed on are listed and
    left.
    """
    project = Project(files)
    target = only_definition(project, name)
    if not any(isinstance(node, FUNCTIONS) for _, node in project.definition(target)):
        raise CannotRefactor(f"{target} is no function.")
    if all(isinstance(node, ast.AsyncFunctionDef) for _, node in project.definition(target)):
        raise CannotRefactor(f"{target} is asynchronous already.")
    work = _Awaiting(project, Edits(files), [target])
    while work.waiting:
        work.take(work.waiting.pop())
    return work.edits.done()


@dataclass(slots=True)
class _Awaiting:
    project: Project
    edits: Edits
    waiting: list[str]
    seen: set[str] = field(default_factory=set)

    def take(self, target: str) -> None:
        """Make one function asynchronous, and look at all that name it."""
        last = target.rpartition(".")[2]
        paths = holding(self.project, last)
        kin = family(self.project, target, paths) - self.seen
        self.seen |= kin
        if len(self.seen) > MOST:
            raise CannotRefactor(f"More than {MOST:,} functions would have to become asynchronous.")
        for one in kin:
            for where, node in self.project.definition(one):
                if isinstance(node, ast.FunctionDef):
                    self._define(where, node)
        for path in paths:
            module = self.project.module(path) if path.endswith((".py", ".pyi")) else None
            for node in list(module.scopes) if module else ():
                if (
                    module
                    and isinstance(node, (ast.Name, ast.Attribute))
                    and isinstance(node.ctx, ast.Load)
                ):
                    self._use(module, node, last, kin)

    def _define(self, module: Module, node: ast.FunctionDef) -> None:
        self.edits.put(module.path, node.lineno, node.col_offset, node.col_offset, "async ")
        if node.decorator_list:
            self.edits.doubt(
                module.path, node.lineno, "it has a decorator, which may not take an async function"
            )
        if node.name.startswith("test"):
            self.edits.doubt(
                module.path, node.lineno, "an async test needs a plugin of the test runner"
            )

    def _use(
        self, module: Module, node: ast.Name | ast.Attribute, last: str, kin: set[str]
    ) -> None:
        if last != (
            node.attr if isinstance(node, ast.Attribute) else self._imported_as(module, node)
        ):
            return
        call = module.parents.get(node)
        called = isinstance(call, ast.Call) and call.func is node
        meant = self.project.meaning(module, node)
        if meant is None and isinstance(node, ast.Attribute) and called:
            self.edits.doubt(
                module.path, node.end_lineno or node.lineno, "a call on an unknown object"
            )
        if meant not in kin:
            return
        if isinstance(call, ast.Call) and called:
            self._await(module, call)
        else:
            self.edits.doubt(module.path, node.lineno, "handed on, not called")

    def _imported_as(self, module: Module, node: ast.Name) -> str:
        """The name under which a name was defined, when it was imported as another."""
        scope = owner(module, node, node.id)
        for it in module.bound[scope][node.id] if scope else ():
            if isinstance(it, ast.ImportFrom):
                return imported(module, it, node.id).rpartition(".")[2]
        return node.id

    def _await(self, module: Module, call: ast.Call) -> None:
        parent = module.parents[call]
        if isinstance(parent, ast.Await) or (
            isinstance(parent, ast.Call) and call in parent.args and _takes(parent)
        ):
            return
        scope = next(
            it
            for it in reversed(module.scopes[call])
            if not isinstance(it, (ast.ListComp, ast.SetComp, ast.DictComp))
        )
        if isinstance(scope, ast.Module):
            self._around(module, call, "asyncio.run(")
            add_import(self.edits, module, "asyncio")
            return
        if not isinstance(scope, FUNCTIONS) or (why := _cannot(module, scope)):
            self.edits.doubt(
                module.path,
                call.lineno,
                "this must be awaited and cannot be: "
                + (why if isinstance(scope, FUNCTIONS) else "no function is around it"),
            )
            return
        binds = isinstance(parent, (ast.Attribute, ast.Subscript)) or (
            isinstance(parent, ast.Call) and parent.func is call
        )
        if binds or (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow)):
            self._around(module, call, "(await ")
        else:
            self.edits.put(module.path, call.lineno, call.col_offset, call.col_offset, "await ")
        here = f"{module.name}.{qualified(module, scope)}"
        if isinstance(scope, ast.FunctionDef) and here not in self.seen:
            self.waiting.append(here)

    def _around(self, module: Module, call: ast.Call, opening: str) -> None:
        end = call.end_lineno or call.lineno, call.end_col_offset or 0
        self.edits.put(module.path, call.lineno, call.col_offset, call.col_offset, opening)
        self.edits.span(module.path, end, end, ")")


def _takes(call: ast.Call) -> bool:
    """Whether a call takes what is to be awaited, as asyncio.run does."""
    return (
        isinstance(call.func, (ast.Attribute, ast.Name))
        and (call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id) in TAKERS
    )


def _cannot(module: Module, scope: Function) -> str:
    """Why a function cannot become asynchronous; empty when it can."""
    if isinstance(scope, ast.AsyncFunctionDef):
        return ""
    if scope.name.startswith("__") and scope.name.endswith("__"):
        return f"Python itself calls {scope.name}"
    marks = {
        ast.unparse(mark).partition("(")[0].rpartition(".")[2] for mark in scope.decorator_list
    }
    if marks & {"property", "cached_property", "setter"}:
        return f"{scope.name} is a property"
    if any(isinstance(node, YIELDS) for node in ast.walk(scope) if scope in module.scopes[node]):
        return f"{scope.name} is a generator"
    return ""
