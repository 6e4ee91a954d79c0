"""Here lives a tree of Python files as names that refer to each other: what a name, an attribute or a string means.

CPython's own parser gives exact positions, so only the names themselves are ever written; all else stays byte for byte.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

DEEPEST = 12  # re-exports, bases and assignments that are followed
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


class CannotRefactor(Exception):
    """A change that was not made; the text says why, and what to do instead."""


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


@dataclass(slots=True)
class Project:
    """The files by path; each is parsed when it is first asked for."""

    files: Mapping[str, str]
    parsed: dict[str, Module | None] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.paths = {module_name(path, self.files): path for path in self.files if path.endswith((".py", ".pyi"))}

    def module(self, path: str) -> Module | None:
        """The file's module; None when this Python cannot read it."""
        if path not in self.parsed:
            self.parsed[path] = _parsed(path, self.files)
        return self.parsed[path]

    def named(self, name: str) -> Module | None:
        """The module of a dotted name."""
        return self.module(self.paths[name]) if name in self.paths else None

    def canonical(self, dotted: str, depth: int = 0) -> str:
        """Where a dotted name is defined: through re-exports, and through bases for what a class inherits."""
        module, rest = self._parted(dotted)
        if module is None or not rest or depth > DEEPEST:
            return dotted
        name, *more = rest
        for node in module.bound[module.tree].get(name, ()):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                return self.canonical(".".join([imported(module, node, name), *more]), depth + 1)
            if isinstance(node, ast.ClassDef) and more:
                return self._member(module, node, more, depth)
        if name not in module.bound[module.tree]:
            for star in module.stars:
                found = self.canonical(".".join([star, *rest]), depth + 1)
                if self.defines(found):
                    return found
        return dotted

    def defines(self, dotted: str) -> bool:
        """Whether a file of the tree binds the name."""
        return bool(self.definition(dotted)) or dotted in self.paths

    def definition(self, dotted: str) -> list[tuple[Module, ast.AST]]:
        """The nodes that bind a canonical name, in a module or in a class."""
        module, rest = self._parted(dotted)
        if module is None or not rest:
            return []
        scope: ast.AST = module.tree
        for name in rest[:-1]:
            scope = next(
                (node for node in module.bound[scope].get(name, ()) if isinstance(node, (ast.ClassDef, *FUNCTIONS))),
                scope,
            )
            if scope is module.tree:
                return []
        return [(module, node) for node in module.bound[scope].get(rest[-1], ())]

    def _parted(self, dotted: str) -> tuple[Module | None, list[str]]:
        """The module that a name begins with, and the rest. What a package binds hides its module of that name."""
        parts = dotted.split(".")
        if dotted in self.paths and (package := self.named(".".join(parts[:-1]))):
            binders = package.bound[package.tree].get(parts[-1], ())
            if any(not isinstance(it, ast.ImportFrom) or imported(package, it, parts[-1]) != dotted for it in binders):
                return package, parts[-1:]
        for end in range(len(parts), 0, -1):
            if module := self.named(".".join(parts[:end])):
                return module, parts[end:]
        return None, parts

    def _member(self, module: Module, node: ast.ClassDef, more: list[str], depth: int) -> str:
        own = f"{module.name}.{qualified(module, node)}"
        if more[0] in module.bound[node] or depth > DEEPEST:
            return ".".join([own, *more])
        for base in self.bases(module, node):
            found = self.canonical(".".join([base, *more]), depth + 1)
            if self.definition(found):
                return found
        return ".".join([own, *more])

    def bases(self, module: Module, node: ast.ClassDef) -> list[str]:
        """The names of a class's bases, as far as they can be told."""
        return [name for base in node.bases if (name := self.meaning(module, _bare(base)))]

    def meaning(self, module: Module, node: ast.expr, depth: int = 0) -> str | None:
        """The canonical name that an expression refers to; with () after a class's for one of its objects."""
        if depth > DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self._of_name(module, node, depth)
        if isinstance(node, ast.Attribute):
            base = self.meaning(module, node.value, depth + 1)
            return self.canonical(f"{base.removesuffix('()')}.{node.attr}") if base else None
        if isinstance(node, ast.Call):
            return self._of_call(module, node, depth)
        if isinstance(node, ast.Await):
            return self.meaning(module, node.value, depth + 1)
        return None

    def _of_call(self, module: Module, node: ast.Call, depth: int) -> str | None:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            inside = next((scope for scope in reversed(module.scopes[node]) if isinstance(scope, ast.ClassDef)), None)
            bases = self.bases(module, inside) if inside else []
            return f"{bases[0]}()" if bases else None
        made = self.meaning(module, node.func, depth + 1)
        is_class = made and any(isinstance(found, ast.ClassDef) for _, found in self.definition(made))
        return f"{made}()" if is_class else None

    def _of_name(self, module: Module, node: ast.Name, depth: int) -> str | None:
        scope = owner(module, node, node.id)
        if scope is None:
            found = [self.canonical(f"{star}.{node.id}") for star in module.stars]
            return next((name for name in found if self.defines(name)), None)
        if scope is module.tree or isinstance(scope, ast.ClassDef):
            where = f"{module.name}.{qualified(module, scope)}" if isinstance(scope, ast.ClassDef) else module.name
            return self._of_value(module, scope, node.id, depth) or self.canonical(f"{where}.{node.id}")
        return self._of_local(module, scope, node.id, depth)

    def _of_local(self, module: Module, scope: ast.AST, name: str, depth: int) -> str | None:
        nodes = module.bound[scope][name]
        if len(nodes) != 1:
            return None
        node = nodes[0]
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return self.canonical(imported(module, node, name))
        if isinstance(node, ast.arg) and isinstance(scope, FUNCTIONS):
            return self._of_argument(module, scope, node, depth)
        return self._of_value(module, scope, name, depth)

    def _of_argument(self, module: Module, scope: Function, node: ast.arg, depth: int) -> str | None:
        around = module.scopes[scope][-1]
        first = [*scope.args.posonlyargs, *scope.args.args][:1]
        static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in scope.decorator_list)
        if isinstance(around, ast.ClassDef) and [node] == first and not static:
            return f"{module.name}.{qualified(module, around)}()"
        if node.annotation is not None:
            kind = self.meaning(module, _bare(node.annotation), depth + 1)
            return f"{kind}()" if kind else None
        return None

    def _of_value(self, module: Module, scope: ast.AST, name: str, depth: int) -> str | None:
        """What the only assignment to a name makes it: an object of a class."""
        nodes = module.bound[scope].get(name, [])
        if len(nodes) == 1 and isinstance(nodes[0], (ast.Assign, ast.AnnAssign)):
            if isinstance(nodes[0], ast.AnnAssign):
                kind = self.meaning(module, _bare(nodes[0].annotation), depth + 1)
                return f"{kind}()" if kind else None
            if len(nodes[0].targets) == 1 and isinstance(nodes[0].targets[0], ast.Name):
                made = self.meaning(module, nodes[0].value, depth + 1)
                return made if made and made.endswith("()") else None
        return None


def _bare(node: ast.expr) -> ast.expr:
    """An annotation or base without its subscript: list[int] is a list."""
    return node.value if isinstance(node, ast.Subscript) else node


def module_name(path: str, files: Mapping[str, str]) -> str:
    """The dotted name by which a file is imported: from the topmost folder that is a package, else from the root."""
    *folders, name = path.removesuffix(".pyi").removesuffix(".py").split("/")
    start = len(folders)
    while start and f"{'/'.join(folders[:start])}/__init__.py" in files:
        start -= 1
    inside = folders[start:] if start < len(folders) else [part for part in folders if part != "src"]
    return ".".join(inside if name == "__init__" else [*inside, name])


def qualified(module: Module, node: ast.ClassDef | Function) -> str:
    """A definition's name with those around it."""
    around = [scope.name for scope in module.scopes[node] if isinstance(scope, (ast.ClassDef, *FUNCTIONS))]
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
    around = module.scopes[node]
    for scope in reversed(around):
        if isinstance(scope, ast.ClassDef) and scope is not around[-1]:  # a class is seen only from directly inside
            continue
        binders = module.bound[scope].get(name, [])
        if any(isinstance(it, ast.Global) for it in binders):
            return module.tree
        if binders and not any(isinstance(it, ast.Nonlocal) for it in binders):
            return scope
    return None


def _parsed(path: str, files: Mapping[str, str]) -> Module | None:
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
        waiting += [(child, around if child in outside else inner) for child in ast.iter_child_nodes(node)]


def _outside(node: ast.AST) -> set[ast.AST]:
    """The parts of a definition that belong to the scope around it. Defaults are found through `arguments`."""
    if isinstance(node, FUNCTIONS):
        return {*node.decorator_list, *([node.returns] if node.returns else [])}
    if isinstance(node, ast.ClassDef):
        return {*node.decorator_list, *node.bases, *node.keywords}
    return set()


def _bind(module: Module, node: ast.AST, scope: Scope) -> None:
    names = module.bound[scope]
    for name in _names(node):
        # An assignment binds its targets once, though they are nodes of their own as well.
        if not (isinstance(node, ast.Name) and any(isinstance(it, ASSIGNING) for it in names.get(name, ()))):
            names.setdefault(name, []).append(node)
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        module.stars.append(source_of(module, node))


def _names(node: ast.AST) -> list[str]:
    """The names that a node binds in the scope around it."""
    found: list[str] = []
    match node:
        case ast.ClassDef(name=str(name)) | ast.FunctionDef(name=str(name)) | ast.AsyncFunctionDef(name=str(name)):
            found = [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            found = [name]
        case (
            ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.AnnAssign(target=ast.Name(id=name))
        ):
            found = [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            found = [alias.asname or alias.name.partition(".")[0] for alias in names if alias.name != "*"]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            found = names
        case ast.Assign(targets=targets):
            found = [target.id for target in targets if isinstance(target, ast.Name)]
    return found
