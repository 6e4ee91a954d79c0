"""Tell which functions cannot become asynchronous, and why, and who starts a test."""

from __future__ import annotations

import ast

from bot.refactor.fixtures import is_fixture
from bot.refactor.module_scopes import Definition, Function, Module, last_name

YIELDS = (ast.Yield, ast.YieldFrom)
PROPERTY_MARKS = frozenset(["property", "cached_property", "setter", "getter", "deleter"])
# Decorators that take an async function as they take any other.
PLAIN_MARKS = frozenset(
    ["staticmethod", "classmethod", "abstractmethod", "override", "final", "overload", "type_check"]
)
TEST_STARTS = frozenset(
    f"{begin}{end}"
    for begin, ends in {
        "setUp": ("", "Class", "Module"),
        "tearDown": ("", "Class", "Module"),
        "setup_": ("method", "class", "module"),
        "teardown_": ("method", "class", "module"),
    }.items()
    for end in ends
)


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
    return is_fixture(function) or function.name.startswith("test") or function.name in TEST_STARTS


def is_of_tests(path: str) -> bool:
    """Tell whether a file is one of tests, by its name or folder."""
    *folders, file = path.split("/")
    is_named = file.startswith(("test_", "conftest.", "tests.")) or file.endswith("_test.py")
    return is_named or bool({"tests", "test", "testing"}.intersection(folders))
