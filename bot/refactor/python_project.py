"""Read a tree of Python files as names that refer to each other: what does an expression mean?"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.refactor.assigned_values import list_calls_assigned, list_stores
from bot.refactor.fixtures import find_common, list_params, resolve_fixture
from bot.refactor.module_names import PYTHON, list_roots, name_module
from bot.refactor.module_scopes import (
    Function,
    Import,
    Module,
    find_inner_scope,
    find_owner,
    hides_module,
    is_property,
    is_static,
    name_in_scope,
    parse_module,
    qualify,
    resolve_import,
    strip_annotation,
)

LIMIT_DEPTH = 12  # re-exports, bases and assignments that are followed


class CannotRefactor(Exception):
    """A change was not made; the text says why, and what to do instead."""


class UnknownNameError(CannotRefactor):
    """Nothing has that name."""


@dataclass(slots=True)
class Project:
    """The files by path; each is parsed when it is first asked for.

    A canonical name is dotted from the module that defines it. With "()" after a class's, it
    stands for an object of that class.
    """

    files: Mapping[str, str]
    paths: dict[str, str] = field(default_factory=dict)  # by the module's dotted name
    _parts: set[str] = field(default_factory=set)  # of all modules' names
    _modules: dict[str, Module | None] = field(default_factory=dict)
    _canonical: dict[str, str] = field(default_factory=dict)
    _stores: dict[str, list[tuple[Module, ast.AST]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in self.files:
            if path.endswith(PYTHON):
                name = name_module(path, self.files)
                if path.endswith(".py") or name not in self.paths:  # a stub stands beside it
                    self.paths[name] = path
                self._parts.update(list_roots(name, path, self.files))

    def read_module(self, path: str) -> Module | None:
        """Parse the file's module; None when it is no Python, or this Python cannot read it."""
        if not path.endswith(PYTHON):
            return None
        if path not in self._modules:
            self._modules[path] = parse_module(path, self.files)
        return self._modules[path]

    def with_changes(self, changes: Mapping[str, str | None]) -> Project:
        """Give the project after a change of files, None for one that goes."""
        files = {path: text for path, text in {**self.files, **changes}.items() if text is not None}
        renames_modules = any(path.endswith("/__init__.py") for path in files.keys() ^ self.files)
        modules = {path: each for path, each in self._modules.items() if path not in changes}
        return Project(files, _modules={} if renames_modules else modules)

    def find_module(self, name: str) -> Module | None:
        """Find the module of a dotted name."""
        return self.read_module(self.paths[name]) if name in self.paths else None

    def canonicalize(self, dotted: str, depth: int = 0) -> str:
        """Follow re-exports, and bases for what is inherited, to where a name is defined."""
        if dotted not in self._canonical:
            self._canonical[dotted] = dotted  # for imports that go in circles
            self._canonical[dotted] = self._follow(self._complete(dotted), depth)
        return self._canonical[dotted]

    def defines(self, dotted: str) -> bool:
        """Tell whether a file of the tree binds the name."""
        return bool(self.find_definitions(dotted)) or dotted in self.paths

    def find_definitions(self, dotted: str) -> list[tuple[Module, ast.AST]]:
        """Find the nodes that bind a canonical name, in a module or in a class."""
        module, rest = self._split(dotted)
        if module is None or not rest:
            return []
        scope: ast.AST = module.tree
        for name in rest[:-1]:
            inner = find_inner_scope(module, scope, name)
            if inner is None:
                return []
            scope = inner
        return [(module, node) for node in module.bindings[scope].get(rest[-1], ())]

    def find_classes(self, dotted: str | None) -> list[tuple[Module, ast.ClassDef]]:
        """Find the classes of a canonical name; none for None."""
        definitions = self.find_definitions(dotted) if dotted else []
        return [(module, node) for module, node in definitions if isinstance(node, ast.ClassDef)]

    def list_stores(self, attribute: str) -> list[tuple[Module, ast.AST]]:
        """List the statements that assign to an attribute, on any object."""
        if attribute not in self._stores:
            self._stores[attribute] = list_stores(self, attribute)
        return self._stores[attribute]

    def is_outside(self, dotted: str) -> bool:
        """Tell whether a dotted name begins with no module of the tree, nor a folder of one."""
        return dotted.partition(".")[0] not in self._parts

    def list_bases(self, module: Module, node: ast.ClassDef) -> list[str]:
        """List the names of a class's bases, as far as they can be told."""
        bases = [self.resolve(module, strip_annotation(base)) for base in node.bases]
        return [base for base in bases if base]

    def resolve(self, module: Module, node: ast.expr, depth: int = 0) -> str | None:
        """Give the canonical name that an expression refers to; None where that cannot be told."""
        if depth > LIMIT_DEPTH:
            return None
        match node:
            case ast.Name():
                return self._resolve_name(module, node, depth)
            case ast.Attribute():
                return self._resolve_attribute(module, node, depth)
            case ast.Call():
                return self._resolve_call(module, node, depth)
            case ast.Await():
                return self.resolve(module, node.value, depth + 1)
            case _:
                return None

    def _follow(self, dotted: str, depth: int) -> str:
        module, rest = self._split(dotted)
        if module is None or not rest or depth > LIMIT_DEPTH:
            return dotted
        name, *members = rest
        for node in module.binders(name):
            if isinstance(node, Import):
                source = resolve_import(module, node, name)
                return self.canonicalize(".".join([source, *members]), depth + 1)
            if isinstance(node, ast.ClassDef) and members:
                return self._follow_member(module, node, members, depth)
        if not module.binders(name):
            for star in module.stars:
                target = self.canonicalize(".".join([star, *rest]), depth + 1)
                if self.defines(target):
                    return target
        return dotted

    def _follow_member(
        self, module: Module, node: ast.ClassDef, members: list[str], depth: int
    ) -> str:
        own = qualify(module, node)
        if members[0] not in module.bindings[node] and depth <= LIMIT_DEPTH:
            for base in self.list_bases(module, node):
                inherited = self.canonicalize(".".join([base, *members]), depth + 1)
                if self.find_definitions(inherited):
                    return inherited
        return ".".join([own, *members])

    def _complete(self, dotted: str) -> str:
        """Give the whole name of a module that is imported by its file's name alone.

        Scripts and tests import those beside them so.
        """
        first, dot, rest = dotted.partition(".")
        if first in self.paths or first not in self._parts:
            return dotted
        wholes = [name for name in self.paths if name.endswith(f".{first}")]
        return f"{wholes[0]}{dot}{rest}" if len(wholes) == 1 else dotted

    def _split(self, dotted: str) -> tuple[Module | None, list[str]]:
        """Split a name into the module that it begins with and the rest.

        What a package binds hides its module of that name.
        """
        parts = dotted.split(".")
        package = self.find_module(".".join(parts[:-1])) if dotted in self.paths else None
        if package and hides_module(package, dotted):
            return package, parts[-1:]
        for end in range(len(parts), 0, -1):
            if module := self.find_module(".".join(parts[:end])):
                return module, parts[end:]
        return None, parts

    def _resolve_attribute(self, module: Module, node: ast.Attribute, depth: int) -> str | None:
        if params := list_params(module, node):
            return find_common(self, [self.resolve(module, each, depth + 1) for each in params])
        base = self.resolve(module, node.value, depth + 1)
        if not base:
            return None
        member = self.canonicalize(f"{base.removesuffix('()')}.{node.attr}")
        if base.endswith("()") and self.find_classes(base[:-2]) and not self.defines(member):
            calls = list_calls_assigned(self, module, node)
            kinds = {self.resolve(*each, depth + 1) for each in calls}
            return kinds.pop() or member if len(kinds) == 1 else member
        return self._resolve_member(member, depth)

    def _resolve_member(self, name: str, depth: int) -> str:
        """Take a field or property for the object that it gives."""
        definitions = self.find_definitions(name)
        module = definitions[0][0] if definitions else None
        binders = [node for _, node in definitions]
        return (self._resolve_bound(module, binders, depth) if module else None) or name

    def _resolve_bound(self, module: Module, binders: list[ast.AST], depth: int) -> str | None:
        """Give the object that a field, a property or the only assignment to a name gives."""
        match binders:
            case [ast.AnnAssign(annotation=annotation), *_]:
                return self.resolve_annotation(module, annotation, depth)
            case [ast.FunctionDef(returns=annotation) as function, *_] if is_property(function):
                return self.resolve_annotation(module, annotation, depth)
            case [ast.Assign(targets=[ast.Name()], value=value)]:
                target = self.resolve(module, value, depth + 1)
                is_made = target is not None and target.endswith("()")
                return target if is_made or isinstance(value, ast.Call) else None
            case _:
                return None

    def resolve_annotation(
        self, module: Module, annotation: ast.expr | None, depth: int
    ) -> str | None:
        """Give an object of the class that an annotation names."""
        if annotation is None:
            return None
        kind = self.resolve(module, strip_annotation(annotation), depth + 1)
        return f"{kind}()" if kind else None

    def _resolve_call(self, module: Module, node: ast.Call, depth: int) -> str | None:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return self._resolve_super(module, node)
        called = self.resolve(module, node.func, depth + 1)
        if not called:
            return None
        if called == "functools.partial" and node.args:
            return self.resolve(module, node.args[0], depth + 1)
        for where, definition in self.find_definitions(called):
            if isinstance(definition, ast.ClassDef):
                return f"{called}()"
            if isinstance(definition, Function) and definition.returns:
                return self.resolve_annotation(where, definition.returns, depth)
        return None

    def _resolve_super(self, module: Module, node: ast.Call) -> str | None:
        classes = [scope for scope in module.scopes[node] if isinstance(scope, ast.ClassDef)]
        bases = self.list_bases(module, classes[-1]) if classes else []
        return f"{bases[0]}()" if bases else None

    def _resolve_name(self, module: Module, node: ast.Name, depth: int) -> str | None:
        name = self._find_meaning(module, node, depth)
        if name and not name.endswith("()"):
            return self._resolve_member(name, depth)
        return name

    def _find_meaning(self, module: Module, node: ast.Name, depth: int) -> str | None:
        scope = find_owner(module, node, node.id)
        if scope is None:
            candidates = [self.canonicalize(f"{star}.{node.id}") for star in module.stars]
            # What is imported of a package's own modules is a name in it, too.
            candidates += [f"{module.name}.{node.id}"] if module.name == module.package else []
            return next((name for name in candidates if self.defines(name)), None)
        if not isinstance(scope, ast.Module | ast.ClassDef):
            return self._resolve_local(module, scope, node.id, depth)
        binders = module.bindings[scope].get(node.id, [])
        value = self._resolve_bound(module, binders, depth)
        return value or self.canonicalize(name_in_scope(module, scope, node.id))

    def _resolve_local(self, module: Module, scope: ast.AST, name: str, depth: int) -> str | None:
        binders = module.bindings[scope][name]
        if len(binders) != 1:
            return None
        binder = binders[0]
        if isinstance(binder, Import):
            return self.canonicalize(resolve_import(module, binder, name))
        if isinstance(binder, ast.arg) and isinstance(scope, Function):
            return self._resolve_argument(module, scope, binder, depth)
        return self._resolve_bound(module, binders, depth)

    def _resolve_argument(
        self, module: Module, function: Function, argument: ast.arg, depth: int
    ) -> str | None:
        around = module.scopes[function][-1]
        arguments = [*function.args.posonlyargs, *function.args.args]
        is_first = arguments[:1] == [argument]
        if isinstance(around, ast.ClassDef) and is_first and not is_static(function):
            return f"{qualify(module, around)}()"
        if argument.annotation is None:
            return resolve_fixture(self, module, function, argument.arg, depth)
        return self.resolve_annotation(module, argument.annotation, depth)
