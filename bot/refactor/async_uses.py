"""Find the calls of functions that become asynchronous, and tell of what may be one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.ports import CodePlace
from bot.refactor.async_callers import is_of_tests
from bot.refactor.checked_names import Answers, CheckedNames, locate_attribute
from bot.refactor.class_family import is_of_protocol
from bot.refactor.follow_move import is_replacing
from bot.refactor.made_names import NAMING_CALLS
from bot.refactor.module_scopes import (
    FUNCTIONS,
    IMPORTS,
    PYTHON,
    Function,
    Module,
    find_owner,
    last_name,
    qualify,
    resolve_import,
)
from bot.refactor.python_project import Project
from bot.refactor.text_edit import TextEdits

FINDING_CALLS = NAMING_CALLS | {"methodcaller", "attrgetter", "patch"}
# Objects that have any method, of which none can be awaited.
MOCK = re.compile(r"\b(?:Mock|MagicMock|NonCallableMock|SimpleNamespace)\((?!.*spec)")
# Classes whose objects pass on what they are asked to others.
STANDING_FOR = re.compile(r"Mock|Proxy|Wrap|Lazy|Partial|Delegat|Decorat")
FORMS = ("typing.", "typing_extensions.", "types.")
Use = ast.Name | ast.Attribute


@dataclass(slots=True)
class AsyncUses:
    """The uses of one name, of which some mean a function that becomes asynchronous."""

    project: Project
    edits: TextEdits
    name: str
    functions: frozenset[str]  # canonical names
    calls: list[tuple[Module, ast.Call]] = field(default_factory=list)
    unknown: list[tuple[Module, ast.Attribute]] = field(default_factory=list)
    is_given: bool = False  # somebody awaits it on an object that was handed in
    others: list[tuple[Module, Function]] = field(default_factory=list)

    def read(self, module: Module) -> None:
        """Find the calls in a module that mean one of the functions; tell of what may be one."""
        for node in list(module.scopes):
            match node:
                case ast.Name() | ast.Attribute():
                    if self._read_name(module, node) == self.name:
                        self._read_use(module, node)
                case ast.Constant(value=str(text)) if self.name in text:
                    self._read_string(module, node, text)
                case ast.FunctionDef() if node.name == self.name:
                    self._note_other(module, node)
                case _:
                    continue

    def list_places(self) -> list[CodePlace]:
        """List the places of the name of which a type checker may know the meaning."""
        return [CodePlace(module.path, *locate_attribute(node)) for module, node in self.unknown]

    def decide(self, answers: Answers) -> None:
        """Take what a type checker knows; tell of the rest."""
        checked = CheckedNames(self.project, self.name, answers)
        for module, node in self.unknown:
            meanings = checked.find_meanings(module.path, *locate_attribute(node))
            is_ours = bool(meanings) and meanings <= self.functions
            if is_ours:
                self._take(module, node)
            elif not meanings or meanings & self.functions or self._are_protocols(meanings):
                is_call = _find_call(module, node) is not None
                what = "a call on" if is_call else "an attribute of"
                line = node.end_lineno or node.lineno
                self.edits.leave(module.path, line, f"{what} an unknown object")

    def tell_stand_ins(self) -> None:
        """Tell of methods of the same name in other classes, whose objects may be handed in."""
        if not self.is_given:
            return
        for module, node in self.others:
            self.edits.leave(module.path, node.lineno, "it may stand in for what is awaited")
        holders = {name.split(".")[-2] for name in self.functions}
        word = re.compile(rf"\b(?:{'|'.join(map(re.escape, holders))})\b")
        for path, text in self.project.files.items():
            mock = MOCK.search(text) if path.endswith(PYTHON) else None
            if mock and word.search(text):
                line = text.count("\n", 0, mock.start()) + 1
                self.edits.leave(path, line, "a mock may stand in for what is awaited")

    def _read_use(self, module: Module, node: Use) -> None:
        meaning = self._find_meaning(module, node)
        if meaning is None and isinstance(node, ast.Attribute):
            self.unknown.append((module, node))
        elif meaning in self.functions:
            self._take(module, node)

    def _take(self, module: Module, node: Use) -> None:
        """Take a use that means one of the functions."""
        call = _find_call(module, node)
        if call:
            self.is_given = self.is_given or not _is_own(module, node)
            self.calls.append((module, call))
        elif isinstance(node.ctx, ast.Load):
            self.edits.leave(module.path, node.lineno, "handed on, not called")
        else:
            self.edits.leave(module.path, node.lineno, "another is put in its place")

    def _are_protocols(self, meanings: Iterable[str]) -> bool:
        return any(is_of_protocol(self.project, meaning) for meaning in meanings)

    def _find_meaning(self, module: Module, node: Use) -> str | None:
        """Give the canonical name that a use means; None when it may be one of the functions."""
        if isinstance(node, ast.Name):
            return self._find_meaning_of_name(module, node)
        meaning = self.project.resolve(module, node)
        if meaning is None:
            return self._find_outside(module, node.value)
        if meaning in self.functions:
            return meaning
        if self.project.find_definitions(meaning):
            return None if is_of_protocol(self.project, meaning) else meaning
        # Nothing here defines it: an object that `self` holds may, or a class that is mixed in.
        is_form = meaning.startswith(FORMS)  # of a type, such as Optional: what is in it counts
        return meaning if self.project.is_outside(meaning) and not is_form else None

    def _find_outside(self, module: Module, base: ast.expr) -> str | None:
        """Give the class of another package that an object was made of, where that is written."""
        value: ast.expr | None = base
        if isinstance(base, ast.Name):
            owner = find_owner(module, base, base.id)
            binders = module.bindings[owner][base.id] if owner else []
            value = _read_only_value(binders)
        if not isinstance(value, ast.Call):
            return None
        kind = self.project.resolve(module, value.func)
        if kind is None or not self.project.is_outside(kind) or STANDING_FOR.search(kind):
            return None
        return kind if kind.rpartition(".")[2][:1].isupper() else None

    def _find_meaning_of_name(self, module: Module, node: ast.Name) -> str | None:
        owner = find_owner(module, node, node.id)
        if owner is None:
            return self.project.resolve(module, node) or ""
        binders = module.bindings[owner][node.id]
        if not isinstance(node.ctx, ast.Load):
            is_target = f"{module.name}.{node.id}" in self.functions and owner is module.tree
            return f"{module.name}.{node.id}" if is_target and len(binders) > 1 else ""
        for binder in binders:
            if isinstance(binder, FUNCTIONS):
                full = f"{module.name}.{qualify(module, binder)}"
                if full in self.functions:
                    return full
            if isinstance(binder, IMPORTS):
                full = self.project.canonicalize(resolve_import(module, binder, node.id))
                if full in self.functions:
                    return full
        return ""

    def _read_name(self, module: Module, node: Use) -> str:
        """Give the name under which it was defined, when it was imported as another."""
        if isinstance(node, ast.Attribute):
            return node.attr
        scope = find_owner(module, node, node.id)
        for binder in module.bindings[scope][node.id] if scope else ():
            if isinstance(binder, ast.ImportFrom):
                return resolve_import(module, binder, node.id).rpartition(".")[2]
        return node.id

    def _read_string(self, module: Module, node: ast.Constant, text: str) -> None:
        """Tell of a name in a string: looked up by it, replaced, or called in an example."""
        call = module.parents.get(node)
        ending = re.search(rf"(?:^|[.:]){re.escape(self.name)}$", text)
        if isinstance(call, ast.Call) and ending:
            is_naming = last_name(call.func) in FINDING_CALLS or is_replacing(call)
            if is_naming and not self._is_awaitable_mock(call, node):
                why = "what is found or replaced by this name must be awaited"
                self.edits.leave(module.path, node.lineno, why)
        elif ending and ":" in text:
            self.edits.leave(module.path, node.lineno, "what starts it from here cannot await it")
        elif ">>>" in text and re.search(rf">>> .*\b{re.escape(self.name)}\(", text):
            self.edits.leave(module.path, node.lineno, "an example calls it")

    def _is_awaitable_mock(self, call: ast.Call, node: ast.Constant) -> bool:
        """Tell whether mock.patch makes the stand-in itself: async for an async function."""
        names = {part.attr for part in ast.walk(call.func) if isinstance(part, ast.Attribute)}
        names.add(last_name(call.func))
        count = call.args.index(node) + 1 if node in call.args else 0
        is_patch = "patch" in names and not names.intersection(["setattr", "dict"])
        keywords = {keyword.arg for keyword in call.keywords}
        return is_patch and count == len(call.args) and keywords <= {"return_value", "side_effect"}

    def _note_other(self, module: Module, node: ast.FunctionDef) -> None:
        is_method = isinstance(module.parents[node], ast.ClassDef)
        # Elsewhere the annotation by which an object is known is believed.
        is_stand_in = is_method and is_of_tests(module.path)
        if is_stand_in and f"{module.name}.{qualify(module, node)}" not in self.functions:
            self.others.append((module, node))


def _read_only_value(binders: list[ast.AST]) -> ast.expr | None:
    """Give what the only assignment to a name assigns to it alone."""
    match binders:
        case [ast.Assign(targets=[ast.Name()], value=value)]:
            return value
        case _:
            return None


def _find_call(module: Module, node: Use) -> ast.Call | None:
    """Give the call of which a use is the function."""
    parent = module.parents.get(node)
    return parent if isinstance(parent, ast.Call) and parent.func is node else None


def _is_own(module: Module, node: Use) -> bool:
    """Tell whether a call is on the object itself, on its bases, or on no object."""
    if isinstance(node, ast.Name):
        return True
    base = node.value
    if isinstance(base, ast.Call):
        return True  # `super()`, or an object that was made there
    if not isinstance(base, ast.Name):
        return False
    owner = find_owner(module, base, base.id)
    binders = module.bindings[owner][base.id] if owner else []
    is_made = all(isinstance(binder, (ast.Assign, ast.ClassDef, *IMPORTS)) for binder in binders)
    return base.id in ("self", "cls") or is_made
