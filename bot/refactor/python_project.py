"""Here lives a tree of Python files as names that refer to each other: what a name or an attribute
means.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.refactor.module_scopes import (
    FUNCTIONS,
    Function,
    Module,
    imported,
    module_name,
    owner,
    parsed,
    qualified,
)

DEEPEST = 12  # re-exports, bases and assignments that are followed
PROPERTIES = ("property", "cached_property")


class CannotRefactor(Exception):
    """A change that was not made; the text says why, and what to do instead."""


class UnknownNameError(CannotRefactor):
    """Nothing has that name."""


@dataclass(slots=True)
class Project:
    """The files by path; each is parsed when it is first asked for."""

    files: Mapping[str, str]
    read: dict[str, Module | None] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)  # canonical names

    def __post_init__(self) -> None:
        self.paths = {
            module_name(path, self.files): path
            for path in self.files
            if path.endswith((".py", ".pyi"))
        }

    def module(self, path: str) -> Module | None:
        """The file's module; None when this Python cannot read it."""
        if path not in self.read:
            self.read[path] = parsed(path, self.files)
        return self.read[path]

    def named(self, name: str) -> Module | None:
        """The module of a dotted name."""
        return self.module(self.paths[name]) if name in self.paths else None

    def canonical(self, dotted: str, depth: int = 0) -> str:
        """Where a dotted name is defined: through re-exports, and through bases for what a class
        inherits.
        """
        if dotted not in self.known:
            self.known[dotted] = dotted  # for imports that go in circles
            self.known[dotted] = self._canonical(dotted, depth)
        return self.known[dotted]

    def _canonical(self, dotted: str, depth: int) -> str:
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
                (
                    node
                    for node in module.bound[scope].get(name, ())
                    if isinstance(node, (ast.ClassDef, *FUNCTIONS))
                ),
                scope,
            )
            if scope is module.tree:
                return []
        return [(module, node) for node in module.bound[scope].get(rest[-1], ())]

    def _parted(self, dotted: str) -> tuple[Module | None, list[str]]:
        """The module that a name begins with, and the rest. What a package binds hides its module
        of that name.
        """
        parts = dotted.split(".")
        if dotted in self.paths and (package := self.named(".".join(parts[:-1]))):
            binders = package.bound[package.tree].get(parts[-1], ())
            if any(
                not isinstance(it, ast.ImportFrom) or imported(package, it, parts[-1]) != dotted
                for it in binders
            ):
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
        """The canonical name that an expression refers to; with () after a class's for one of its
        objects.
        """
        if depth > DEEPEST:
            return None
        if isinstance(node, ast.Name):
            found = self._of_name(module, node, depth)
            return self._of_member(found, depth) if found and not found.endswith("()") else found
        if isinstance(node, ast.Attribute):
            base = self.meaning(module, node.value, depth + 1)
            return (
                self._of_member(self.canonical(f"{base.removesuffix('()')}.{node.attr}"), depth)
                if base
                else None
            )
        if isinstance(node, ast.Call):
            return self._of_call(module, node, depth)
        if isinstance(node, ast.Await):
            return self.meaning(module, node.value, depth + 1)
        return None

    def _of_member(self, found: str, depth: int) -> str:
        """A field or property is an object of the class that it is annotated with; all else is
        itself.
        """
        for module, node in self.definition(found)[:1]:
            if (
                isinstance(node, ast.Assign)
                and len(node.targets) == 1
                and len(self.definition(found)) == 1
            ):
                made = self.meaning(module, node.value, depth + 1)
                return made if made and made.endswith("()") else found
            said = node.annotation if isinstance(node, ast.AnnAssign) else None
            if isinstance(node, ast.FunctionDef) and any(
                _last(mark) in PROPERTIES for mark in node.decorator_list
            ):
                said = node.returns
            kind = self.meaning(module, _bare(said), depth + 1) if said else None
            return f"{kind}()" if kind else found
        return found

    def _of_call(self, module: Module, node: ast.Call, depth: int) -> str | None:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            inside = next(
                (
                    scope
                    for scope in reversed(module.scopes[node])
                    if isinstance(scope, ast.ClassDef)
                ),
                None,
            )
            bases = self.bases(module, inside) if inside else []
            return f"{bases[0]}()" if bases else None
        made = self.meaning(module, node.func, depth + 1)
        for where, found in self.definition(made) if made else ():
            if isinstance(found, ast.ClassDef):
                return f"{made}()"
            if isinstance(found, FUNCTIONS) and found.returns:
                kind = self.meaning(where, _bare(found.returns), depth + 1)
                return f"{kind}()" if kind else None
        return None

    def _of_name(self, module: Module, node: ast.Name, depth: int) -> str | None:
        scope = owner(module, node, node.id)
        if scope is None:
            found = [self.canonical(f"{star}.{node.id}") for star in module.stars]
            return next((name for name in found if self.defines(name)), None)
        if scope is module.tree or isinstance(scope, ast.ClassDef):
            where = (
                f"{module.name}.{qualified(module, scope)}"
                if isinstance(scope, ast.ClassDef)
                else module.name
            )
            return self._of_value(module, scope, node.id, depth) or self.canonical(
                f"{where}.{node.id}"
            )
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

    def _of_argument(
        self, module: Module, scope: Function, node: ast.arg, depth: int
    ) -> str | None:
        around = module.scopes[scope][-1]
        first = [*scope.args.posonlyargs, *scope.args.args][:1]
        static = any(
            isinstance(mark, ast.Name) and mark.id == "staticmethod"
            for mark in scope.decorator_list
        )
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
    """An annotation or base without its quotes, its subscript, and None: "list[int] | None" is a
    list.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _bare(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return node
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        node = node.left
    return node.value if isinstance(node, ast.Subscript) else node


def _last(node: ast.expr) -> str:
    return (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )
