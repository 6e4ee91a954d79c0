"""Read one Python file as scopes, and what each of them binds.

CPython's own parser gives exact positions, so only the names themselves are ever written; all else
stays byte for byte.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.refactor.module_names import name_module

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | Function
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
InnerScope = Definition | ast.Lambda | Comprehension
Scope = ast.Module | InnerScope
Import = ast.Import | ast.ImportFrom
Assignment = ast.Assign | ast.AnnAssign
Use = ast.Name | ast.Attribute
# They mean another thing in every module, and each has them.
MODULE_NAMES = ("__name__", "__file__", "__package__", "__spec__", "__path__", "__doc__")
SETTING_CALLS = ("setattr", "delattr", "object", "patch")
PROPERTIES = ("property", "cached_property")


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One file: its dotted name, its tree, and what each scope binds."""

    path: str
    name: str
    package: str
    text: str
    tree: ast.Module
    scopes: dict[ast.AST, tuple[Scope, ...]]  # around each node, outermost first
    bindings: dict[ast.AST, dict[str, list[ast.AST]]]  # by scope: the nodes that bind each name
    stars: list[str]  # the modules that `import *` is of
    parents: dict[ast.AST, ast.AST]
    stores: dict[str, list[ast.AST]]  # what assigns to an attribute of the name, on any object

    @property
    def lines(self) -> list[str]:
        """The lines, without a byte order mark."""
        return self.text.removeprefix("\ufeff").split("\n")

    def encode_line(self, line: int) -> bytes:
        """Give a line, from 1, as bytes: the parser counts columns in them."""
        return self.lines[line - 1].encode(errors="surrogatepass")

    def binders(self, name: str) -> list[ast.AST]:
        """Give the nodes that bind a name at the module's top level."""
        return self.bindings[self.tree].get(name, [])


def parse_module(path: str, files: Mapping[str, str]) -> Module | None:
    """Parse a file of the tree; None when this Python cannot read it."""
    text = files[path]
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    name = name_module(path, files)
    package = name if path.endswith(("/__init__.py", "/__init__.pyi")) else name.rpartition(".")[0]
    module = Module(path, name, package, text, tree, {}, {tree: {}}, [], {}, {})
    _read_scopes(module)
    return module


def qualify(module: Module, node: Definition) -> str:
    """Give a definition's whole name, with those of the classes and functions around it."""
    around = [scope.name for scope in module.scopes[node] if isinstance(scope, Definition)]
    return ".".join([module.name, *around, node.name])


def name_in_scope(module: Module, scope: ast.AST, name: str) -> str:
    """Give the whole name of what a scope binds to a name."""
    if isinstance(scope, Definition):
        return f"{qualify(module, scope)}.{name}"
    return f"{module.name}.{name}" if scope is module.tree else f"{module.name}.<local>.{name}"


def find_name(module: Module, node: Definition) -> tuple[int, int]:
    """Find where a definition's own name begins: line and column."""
    pattern = re.compile(rb"(?:class|def)\s+(" + re.escape(node.name.encode()) + rb")\b")
    match = pattern.search(module.encode_line(node.lineno), node.col_offset)
    return node.lineno, match.start(1) if match else node.col_offset


def find_word(module: Module, node: ast.AST, name: str) -> tuple[int, int] | None:
    """Find the first place of a name inside a node that has no position for it: line and column."""
    pattern = re.compile(rf"\b{re.escape(name)}\b".encode())
    first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
    for number in range(first, (last or first) + 1):
        start = getattr(node, "col_offset", 0) if number == first else 0
        if match := pattern.search(module.encode_line(number), start):
            return number, match.start()
    return None


def resolve_import(module: Module, node: Import, name: str) -> str:
    """Give the dotted name that an import binds to a local one."""
    for alias in node.names:
        if bound_name(alias) == name:
            if isinstance(node, ast.Import):
                return alias.name if alias.asname else name
            source = resolve_source(module, node)
            return f"{source}.{alias.name}" if source else alias.name
    return name


def bound_name(alias: ast.alias) -> str:
    """Give the local name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def render_alias(alias: ast.alias) -> str:
    """Write an imported name as it stands in a statement: `a` or `a as b`."""
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def resolve_source(module: Module, node: ast.ImportFrom) -> str:
    """Give the module that `from` names, made absolute."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".") if module.package else []
    absolute = parts[: len(parts) - node.level + 1]
    if node.module:
        absolute.append(node.module)
    return ".".join(absolute)


def find_owner(module: Module, node: ast.AST, name: str) -> ast.AST | None:
    """Find the scope whose name this is here; None for a builtin, or what a star brings."""
    around = module.scopes.get(node, (module.tree,))  # a name in quotes is no node of the tree
    for scope in reversed(around):
        if isinstance(scope, ast.ClassDef) and scope is not around[-1]:
            continue  # a class is seen only from directly inside
        binders = module.bindings[scope].get(name, [])
        if any(isinstance(binder, ast.Global) for binder in binders):
            return module.tree
        if binders and not any(isinstance(binder, ast.Nonlocal) for binder in binders):
            return scope
    return None


def strip_annotation(node: ast.expr) -> ast.expr:
    """Strip quotes, subscript and `| None`: "list[int] | None" is a list."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return strip_annotation(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return node
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        node = node.left
    return node.value if isinstance(node, ast.Subscript) else node


def last_name(node: ast.expr) -> str:
    """Give the name that a name or attribute ends with; "" for other expressions."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def list_marks(node: ast.AST) -> list[ast.expr]:
    """List what a definition's decorators name, without what they are called with."""
    marks = node.decorator_list if isinstance(node, Definition) else []
    return [mark.func if isinstance(mark, ast.Call) else mark for mark in marks]


def find_inner_scope(module: Module, scope: ast.AST, name: str) -> ast.AST | None:
    """Find the class or function that a scope binds to a name."""
    for node in module.bindings[scope].get(name, ()):
        if isinstance(node, Definition):
            return node
    return None


def hides_module(package: Module, dotted: str) -> bool:
    """Tell whether a package binds the name of a module of its to something else."""
    name = dotted.rpartition(".")[2]
    return any(
        not isinstance(binder, ast.ImportFrom) or resolve_import(package, binder, name) != dotted
        for binder in package.binders(name)
    )


def is_property(node: ast.FunctionDef) -> bool:
    """Tell whether a method is read as a field."""
    return any(last_name(mark) in PROPERTIES for mark in node.decorator_list)


def is_static(node: Function) -> bool:
    """Tell whether a method takes no object."""
    return any(
        isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list
    )


def collect_reachable(names: Iterable[str], list_next: Callable[[str], Iterable[str]]) -> set[str]:
    """Collect these names, and all that follow from one of them."""
    reached = set(names)
    waiting = list(reached)
    while waiting:
        following = set(list_next(waiting.pop())) - reached
        reached |= following
        waiting += following
    return reached


def _read_scopes(module: Module) -> None:
    """Record for each node the scopes around it, and for each scope what it binds."""
    waiting: list[tuple[ast.AST, tuple[Scope, ...]]] = [(module.tree, (module.tree,))]
    while waiting:
        node, around = waiting.pop()
        module.scopes[node] = around
        _record_bindings(module, node, around[-1])
        _record_stores(module, node)
        inner = around
        if isinstance(node, InnerScope):
            module.bindings.setdefault(node, {})
            inner = (*around, node)
        outer = around[:-1] if isinstance(node, (ast.arguments, ast.arg)) else around
        outer_parts = _list_outer_parts(node)
        for child in ast.iter_child_nodes(node):
            module.parents[child] = node
            waiting.append((child, outer if child in outer_parts else inner))


def _list_outer_parts(node: ast.AST) -> set[ast.AST]:
    """List the parts of a definition, or of its arguments, that belong to the scope around it."""
    if isinstance(node, ast.arguments):
        return {default for default in (*node.defaults, *node.kw_defaults) if default}
    if isinstance(node, ast.arg):
        return {node.annotation} if node.annotation else set()
    if isinstance(node, Function):
        returns = [node.returns] if node.returns else []
        return {*node.decorator_list, *returns}
    if isinstance(node, ast.ClassDef):
        return {*node.decorator_list, *node.bases, *node.keywords}
    return set()


def _record_bindings(module: Module, node: ast.AST, scope: Scope) -> None:
    names = module.bindings[scope]
    for name in _list_bound_names(node):
        binders = names.setdefault(name, [])
        # An assignment binds its targets once, though they are nodes of their own as well.
        assigned = any(isinstance(binder, Assignment) for binder in binders)
        if not (isinstance(node, ast.Name) and assigned):
            binders.append(node)
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        module.stars.append(resolve_source(module, node))


def _record_stores(module: Module, node: ast.AST) -> None:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
            module.stores.setdefault(name, []).append(module.parents[node])
        case (
            ast.Call(func=function, args=[_, ast.Constant(value=str(name)), *_])
            | ast.Call(func=function, args=[ast.Constant(value=str(name)), *_])
        ) if last_name(function) in SETTING_CALLS:
            module.stores.setdefault(name.rpartition(".")[2], []).append(node)
        case _:
            pass


def _list_bound_names(node: ast.AST) -> list[str]:
    """List the names that a node binds in the scope around it."""
    match node:
        case (
            ast.ClassDef(name=str(name))
            | ast.FunctionDef(name=str(name))
            | ast.AsyncFunctionDef(name=str(name))
            | ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.arg(arg=name)
            | ast.Name(id=name, ctx=ast.Store() | ast.Del())
            | ast.AnnAssign(target=ast.Name(id=name))
        ):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [bound_name(alias) for alias in aliases if alias.name != "*"]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return names
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case _:
            return []
