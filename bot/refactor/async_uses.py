"""Find the calls of functions that become asynchronous, and tell what cannot become so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.refactor.class_family import is_of_protocol
from bot.refactor.fixtures import is_fixture
from bot.refactor.follow_move import is_replacing
from bot.refactor.made_names import NAMING_CALLS, TAKING_CALLS
from bot.refactor.module_names import PYTHON
from bot.refactor.module_scopes import (
    Definition,
    Function,
    Import,
    Module,
    Use,
    find_owner,
    last_name,
    qualify,
)
from bot.refactor.symbol import TargetSymbol
from bot.refactor.text_edit import TextEdits

# Objects that have any method, of which none can be awaited.
MOCK = re.compile(r"\b(?:Mock|MagicMock|NonCallableMock|SimpleNamespace)\((?!.*spec)")
YIELDS = (ast.Yield, ast.YieldFrom)
PROPERTY_MARKS = frozenset(["property", "cached_property", "setter", "getter", "deleter"])
# Decorators that take an async function as they take any other.
PLAIN_MARKS = frozenset(
    ["staticmethod", "classmethod", "abstractmethod", "override", "final", "overload", "type_check"]
)
TEST_STARTS = re.compile(
    r"test\w*|(?:setUp|tearDown)(?:Class|Module)?|(?:setup|teardown)_(?:method|class|module)"
)


@dataclass(slots=True)
class AsyncUses:
    """The uses of one name, of which some mean a function that becomes asynchronous."""

    symbol: TargetSymbol
    edits: TextEdits
    calls: list[tuple[Module, ast.Call]] = field(default_factory=list)
    is_given: bool = False  # somebody awaits it on an object that was handed in
    others: list[tuple[Module, Function]] = field(default_factory=list)

    def read(self, module: Module) -> None:
        """Find the calls in a module that mean one of the functions; tell of what may be one."""
        name = self.symbol.old
        locals_ = {name, *_iter_other_names(module, name)}
        for node in list(module.scopes):
            match node:
                case ast.Name() if node.id in locals_:
                    meanings = self.symbol.read_name(module, node, node.id)
                    if any(map(self.symbol.is_target, meanings)):
                        self._take(module, node)
                case ast.Attribute() if node.attr == name:
                    self._read_attribute(module, node)
                case ast.Constant(value=str(text)) if name in text:
                    self._read_string(module, node, text)
                case ast.FunctionDef() if node.name == name:
                    self._note_other(module, node)
                case _:
                    continue

    def tell_stand_ins(self) -> None:
        """Tell of methods of the same name in other classes, whose objects may be handed in."""
        if not self.is_given:
            return
        for module, node in self.others:
            self.edits.leave(module.path, node.lineno, "it may stand in for what is awaited")
        holders = [re.escape(holder.rpartition(".")[2]) for holder in self.symbol.holders]
        word = re.compile(rf"\b(?:{'|'.join(holders)})\b")
        for path, text in self.symbol.project.files.items():
            if path.endswith(PYTHON) and word.search(text):
                self.edits.leave_lines(path, MOCK, "a mock may stand in for what is awaited")

    def _read_attribute(self, module: Module, node: ast.Attribute) -> None:
        meanings = self.symbol.read_attribute(module, node)
        ours = {meaning for meaning in meanings if self.symbol.is_target(meaning)}
        call = _find_call(module, node)
        if ours and ours == meanings:
            self._take(module, node)
        elif call and isinstance(module.parents[call], ast.Await):
            return  # whatever it is, it is awaited
        elif not meanings or ours or self._are_protocols(meanings):
            what = "a call on" if call else "an attribute of"
            line = node.end_lineno or node.lineno
            self.edits.leave(module.path, line, f"{what} an unknown object")

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
        return any(is_of_protocol(self.symbol.project, meaning) for meaning in meanings)

    def _read_string(self, module: Module, node: ast.Constant, text: str) -> None:
        """Tell of a name in a string: looked up by it, replaced, or called in an example."""
        call, name = module.parents.get(node), re.escape(self.symbol.old)
        ending = re.search(rf"(?:^|[.:]){name}$", text)
        why = ""
        if isinstance(call, ast.Call) and ending:
            is_naming = last_name(call.func) in NAMING_CALLS | TAKING_CALLS or is_replacing(call)
            if is_naming and not _is_awaitable_mock(call, node):
                why = "what is found or replaced by this name must be awaited"
        elif ending and ":" in text:
            why = "what starts it from here cannot await it"
        elif re.search(rf">>> .*\b{name}\(", text):
            why = "an example calls it"
        if why:
            self.edits.leave(module.path, node.lineno, why)

    def _note_other(self, module: Module, node: ast.FunctionDef) -> None:
        is_method = isinstance(module.parents[node], ast.ClassDef)
        # Elsewhere the annotation by which an object is known is believed.
        is_stand_in = is_method and is_of_tests(module.path)
        if is_stand_in and qualify(module, node) not in self.symbol.targets:
            self.others.append((module, node))


def _iter_other_names(module: Module, name: str) -> Iterable[str]:
    """Give the names under which a module imports what is called so elsewhere."""
    for node in module.scopes:
        if isinstance(node, ast.alias) and node.name == name and node.asname:
            yield node.asname


def _is_awaitable_mock(call: ast.Call, node: ast.Constant) -> bool:
    """Tell whether mock.patch makes the stand-in itself: async for an async function."""
    names = {part.attr for part in ast.walk(call.func) if isinstance(part, ast.Attribute)}
    names.add(last_name(call.func))
    count = call.args.index(node) + 1 if node in call.args else 0
    is_patch = "patch" in names and not names.intersection(["setattr", "dict"])
    keywords = {keyword.arg for keyword in call.keywords}
    return is_patch and count == len(call.args) and keywords <= {"return_value", "side_effect"}


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
    is_made = all(isinstance(binder, ast.Assign | ast.ClassDef | Import) for binder in binders)
    return base.id in ("self", "cls") or is_made


def explain_obstacle(module: Module, function: Function) -> str:
    """Say why a function cannot become asynchronous; "" when it can."""
    if isinstance(function, ast.AsyncFunctionDef):
        return ""
    name = function.name
    if name.startswith("__") and name.endswith("__"):
        return f"Python itself calls {name}"
    marks = [ast.unparse(mark).partition("(")[0] for mark in function.decorator_list]
    if any(mark.rpartition(".")[2] in PROPERTY_MARKS for mark in marks):
        return f"{name} is a property"
    inner = [node for node in ast.walk(function) if function is module.scopes[node][-1]]
    if any(isinstance(node, YIELDS) for node in inner):
        return f"{name} is a generator"
    return ""


def list_foreign_marks(function: Function) -> list[ast.expr]:
    """List the decorators that may not take an async function."""
    return [mark for mark in function.decorator_list if last_name(mark) not in PLAIN_MARKS]


def is_started_by_tests(module: Module, function: Definition) -> bool:
    """Tell whether the runner of the tests calls a function: a test, a fixture, a set-up."""
    if not is_of_tests(module.path):
        return False
    around = module.parents[function]
    is_in_class = isinstance(around, ast.ClassDef) and module.parents[around] is module.tree
    if around is not module.tree and not is_in_class:
        return False
    return is_fixture(function) or TEST_STARTS.fullmatch(function.name) is not None


def is_of_tests(path: str) -> bool:
    """Tell whether a file is one of tests, by its name or folder."""
    *folders, file = path.split("/")
    is_named = file.startswith(("test_", "conftest.", "tests.")) or file.endswith("_test.py")
    return is_named or bool({"tests", "test", "testing"}.intersection(folders))
