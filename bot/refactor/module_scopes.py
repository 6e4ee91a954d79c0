"""Here lives one Python file as scopes and what each of them binds.

CPython's own parser gives exact positions, so only the names themselves are ever written; all else
stays byte for byte.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

Scope = (
    ast.Module
    | ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | (ast.DictComp)
    | ast.GeneratorExp
)
SCOPES = (
    ast.ClassDef,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
ASSIGNING = (ast.Assign, ast.AnnAssign)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One file: its dotted name, its tree, and what each scope binds."""

    path: str
    name: str
    package: str
    text: str
    tree: ast.Module
    scopes: dict[ast.AST, tuple[Scope, ...]]  # around each node, outermost first
    bound: dict[ast.AST, dict[str, list[ast.AST]]]  # by scope: what binds each name
    stars: list[str]  # modules that `import *` is of
    parents: dict[ast.AST, ast.AST]

    def raw(self, line: int) -> bytes:
        """A line as bytes, in which the parser counts columns."""
        return self.lines[line - 1].encode(errors="surrogatepass")

    @property
    def lines(self) -> list[str]:
        return self.text.removeprefix("\ufeff").split("\n")


def module_name(path: str, files: Mapping[str, str]) -> str:
    """The dotted name by which a file is imported: from the topmost folder that is a package, else
    from the root.
    """
    *folders, name = path.removesuffix(".pyi").removesuffix(".py").split("/")
    start = len(folders)
    while start and f"{'/'.join(folders[:start])}/__init__.py" in files:
        start -= 1
    inside = (
        folders[start:] if start < len(folders) else [part for part in folders if part != "src"]
    )
    return ".".join(inside if name == "__init__" else [*inside, name])


def qualified(module: Module, node: ast.ClassDef | Function) -> str:
    """A definition's name with those around it."""
    around = [
        scope.name for scope in module.scopes[node] if isinstance(scope, (ast.ClassDef, *FUNCTIONS))
    ]
    return ".".join([*around, node.name])


def imported(module: Module, node: ast.Import | ast.ImportFrom, name: str) -> str:
    """The dotted name that an import binds to a local one."""
    for alias in node.names:
        if (alias.asname or alias.name.partition(".")[0]) == name:
            if isinstance(node, ast.Import):
                return alias.name if alias.asname else name
            return ".".join(filter(None, [source_of(module, node), alias.name]))
    return name


def source_of(module: Module, node: ast.ImportFrom) -> str:
    """The module that `from` names, made absolute."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".") if module.package else []
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def owner(module: Module, node: ast.AST, name: str) -> ast.AST | None:
    """The scope whose name this is here; None for a builtin, or what a star brings."""
    around = module.scopes.get(node, (module.tree,))  # a name in quotes is no node of the tree
    for scope in reversed(around):
        if (
            isinstance(scope, ast.ClassDef) and scope is not around[-1]
        ):  # a class is seen only from directly inside
            continue
        binders = module.bound[scope].get(name, [])
        if any(isinstance(it, ast.Global) for it in binders):
            return module.tree
        if binders and not any(isinstance(it, ast.Nonlocal) for it in binders):
            return scope
    return None


def parsed(path: str, files: Mapping[str, str]) -> Module | None:
    text = files[path]
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    name = module_name(path, files)
    package = name if path.endswith(("/__init__.py", "/__init__.pyi")) else name.rpartition(".")[0]
    module = Module(path, name, package, text, tree, {}, {tree: {}}, [], {})
    _read(module)
    return module


def _read(module: Module) -> None:
    """Note for each node the scopes around it, and for each scope what it binds."""
    waiting: list[tuple[ast.AST, tuple[Scope, ...]]] = [(module.tree, (module.tree,))]
    while waiting:
        node, around = waiting.pop()
        module.scopes[node] = around
        _bind(module, node, around[-1])
        inner = around
        if isinstance(node, SCOPES):
            module.bound.setdefault(node, {})
            inner = (*around, node)
        outside = _outside(node)
        module.parents.update(dict.fromkeys(ast.iter_child_nodes(node), node))
        waiting += [
            (child, around if child in outside else inner) for child in ast.iter_child_nodes(node)
        ]


def _outside(node: ast.AST) -> set[ast.AST]:
    """The parts of a definition that belong to the scope around it. Defaults are found through
    `arguments`.
    """
    if isinstance(node, FUNCTIONS):
        return {*node.decorator_list, *([node.returns] if node.returns else [])}
    if isinstance(node, ast.ClassDef):
        return {*node.decorator_list, *node.bases, *node.keywords}
    return set()


def _bind(module: Module, node: ast.AST, scope: Scope) -> None:
    names = module.bound[scope]
    for name in _names(node):
        # An assignment binds its targets once, though they are nodes of their own as well.
        if not (
            isinstance(node, ast.Name)
            and any(isinstance(it, ASSIGNING) for it in names.get(name, ()))
        ):
            names.setdefault(name, []).append(node)
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        module.stars.append(source_of(module, node))


def _names(node: ast.AST) -> list[str]:
    """The names that a node binds in the scope around it."""
    found: list[str] = []
    match node:
        case (
            ast.ClassDef(name=str(name))
            | ast.FunctionDef(name=str(name))
            | ast.AsyncFunctionDef(name=str(name))
        ):
            found = [name]
        case (
            ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
        ):
            found = [name]
        case (
            ast.arg(arg=name)
            | ast.Name(id=name, ctx=ast.Store() | ast.Del())
            | ast.AnnAssign(target=ast.Name(id=name))
        ):
            found = [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            found = [
                alias.asname or alias.name.partition(".")[0] for alias in names if alias.name != "*"
            ]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            found = names
        case ast.Assign(targets=targets):
            found = [target.id for target in targets if isinstance(target, ast.Name)]
    return found
