"""Tell what a module does while it is imported: what it imports, binds and uses, in order.

Bodies of functions run later, and what stands under `TYPE_CHECKING` never runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.refactor.module_scopes import (
    Definition,
    Function,
    Module,
    bound_name,
    find_owner,
    last_name,
    resolve_source,
)

COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
STORES = (ast.Store, ast.Del)
Later = Function | ast.Lambda
FUTURE = "annotations"


@dataclass(frozen=True, slots=True)
class Imports:
    """`from module import name as local`, `*` for all names; without one, `import module`."""

    module: str
    name: str
    local: str

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that it may name: what is taken from a package may be one."""
        return (self.module, f"{self.module}.{self.name}") if self.name else (self.module,)


@dataclass(frozen=True, slots=True)
class Binds:
    """A name of the module has a value from here on."""

    name: str


@dataclass(frozen=True, slots=True)
class Uses:
    """A name of the module is looked up, and attributes of it."""

    name: str
    attributes: tuple[str, ...]


Event = Imports | Binds | Uses


def list_import_events(module: Module) -> list[Event]:
    """List what happens while the module is imported; of branches, all of them."""
    events: list[Event] = []
    for statement in module.tree.body:
        events += _read_statement(module, statement)
    return events


def list_effects(module: Module) -> list[ast.stmt | ast.expr]:
    """List what the module does, while it is imported, to things that others may have as well.

    Calls whose result nobody keeps, and assignments into objects.
    """
    effects: list[ast.stmt | ast.expr] = []
    waiting: list[ast.AST] = [node for node in module.tree.body if not is_main_guard(node)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef | Later) or is_type_checking(node):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            effects.append(node)
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, STORES):
            effects.append(node)
        waiting += ast.iter_child_nodes(node)
    return effects


def is_type_checking(node: ast.AST) -> bool:
    """Tell whether a statement is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"


def is_main_guard(node: ast.AST) -> bool:
    """Tell whether a statement is `if __name__ == "__main__":`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and last_name(node.test.left) == "__name__"
    )


def has_future_annotations(module: Module) -> bool:
    """Tell whether the module's annotations are never evaluated."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == FUTURE for alias in node.names)
        for node in module.tree.body
    )


def list_used_at_import(module: Module, statement: ast.AST) -> set[str]:
    """List the names of the module that a statement looks up while it is imported."""
    return {use.name for use in _list_uses(module, statement)}


def _read_statement(module: Module, node: ast.stmt) -> Iterator[Event]:
    if is_main_guard(node):
        return
    if is_type_checking(node) and isinstance(node, ast.If):
        yield from _read_block(module, node.orelse)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield Imports(alias.name, "", bound_name(alias))
    elif isinstance(node, ast.ImportFrom):
        source = resolve_source(module, node)
        for alias in node.names:
            yield Imports(source, alias.name, alias.asname or alias.name)
    elif isinstance(node, (ast.If, *COMPOUND)):
        yield from _read_compound(module, node)
    else:
        yield from _list_uses(module, node)
        yield from _list_bound(module, node)


def _read_compound(module: Module, node: ast.stmt) -> Iterator[Event]:
    for name, value in ast.iter_fields(node):
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if name not in BLOCKS and isinstance(part, ast.AST):
                yield from _list_uses(module, part)
                yield from _list_bound(module, part)
    for name in BLOCKS:
        yield from _read_block(module, getattr(node, name, []))


def _read_block(module: Module, block: Iterable[ast.AST]) -> Iterator[Event]:
    for node in block:
        if isinstance(node, ast.stmt):
            yield from _read_statement(module, node)
        elif isinstance(node, (ast.ExceptHandler, ast.match_case)):
            if isinstance(node, ast.ExceptHandler) and node.name:
                yield Binds(node.name)
            yield from _read_block(module, list(node.body))


def _list_bound(module: Module, node: ast.AST) -> Iterator[Binds]:
    """Give the names that a statement binds in the module, which the body of a class does not."""
    if isinstance(node, Definition):
        yield Binds(node.name)
        return
    for part in ast.walk(node):
        if module.scopes.get(part, ())[-1:] == (module.tree,):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield Binds(part.id)
            elif isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name:
                yield Binds(part.name)


def _list_uses(module: Module, node: ast.AST) -> list[Uses]:
    """List the lookups of the module's names in code that runs at once."""
    uses = []
    is_lazy = has_future_annotations(module)
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            if find_owner(module, part, part.id) in (module.tree, None):
                uses.append(Uses(part.id, _read_attributes(module, part)))
            continue
        waiting += _list_parts_at_once(part, is_lazy)
    return uses


def _list_parts_at_once(node: ast.AST, is_lazy: bool) -> Sequence[ast.AST]:  # noqa: FBT001
    """List the parts of a node that run when it does."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            parts = [*node.decorator_list, *(default for default in defaults if default)]
            return parts if is_lazy else [*parts, *list_annotations(node)]
        case ast.Lambda():
            return [default for default in node.args.defaults if default]
        case ast.AnnAssign():
            parts = [node.target, *([node.value] if node.value else [])]
            return parts if is_lazy else [*parts, node.annotation]
        case _:
            return list(ast.iter_child_nodes(node))


def list_annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """List the annotations of a function's arguments and of what it returns."""
    every = node.args
    arguments = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
    annotations = [argument.annotation for argument in arguments if argument]
    return [annotation for annotation in [*annotations, node.returns] if annotation]


def _read_attributes(module: Module, node: ast.AST) -> tuple[str, ...]:
    names = []
    while isinstance(parent := module.parents.get(node), ast.Attribute):
        names.append(parent.attr)
        node = parent
    return tuple(names)
