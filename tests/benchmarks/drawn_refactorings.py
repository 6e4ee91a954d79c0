"""Random definitions of a repository, and what could be done to each."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.refactor.module_scopes import (
    Definition,
    Function,
    Module,
    find_name,
    qualify,
)
from bot.refactor.python_project import Project

# Where no definition is drawn from: what judges, and what is no code of the product.
ASIDE = frozenset(
    [
        "test",
        "tests",
        "testing",
        "docs",
        "doc",
        "examples",
        "example",
        "benchmarks",
        "tasks",
        "tools",
        "scripts",
        "typing_tests",
    ]
)


@dataclass(frozen=True, slots=True)
class DrawnRefactoring:
    """One thing to do: rename, move or async; to what; and the new name or module."""

    act: str
    name: str  # dotted from its module
    new: str
    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.act} {self.name}" + (f" -> {self.new}" if self.new else "")


@dataclass(frozen=True, slots=True)
class _Definition:
    module: Module
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    is_member: bool


def read_python(root: Path) -> dict[str, str]:
    """Read a repository's Python files, by path."""
    paths = (path for path in sorted(root.rglob("*.py")) if ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text(errors="replace") for path in paths}


def measure_typing(files: Mapping[str, str]) -> float:
    """Give the share of a repository's functions that have an annotation."""
    functions = [each.node for each in _iter_definitions(files) if isinstance(each.node, Function)]
    typed = [node for node in functions if node.returns or any(_list_annotations(node))]
    return len(typed) / max(1, len(functions))


def draw_refactorings(
    files: Mapping[str, str], counts: Mapping[str, int], seed: int
) -> list[DrawnRefactoring]:
    """Draw so many of each act; the same seed gives the same ones."""
    chance = random.Random(seed)
    definitions = list(_iter_definitions(files))
    drawn = []
    for act, count in counts.items():
        candidates = [each for each in definitions if _can_be_drawn(act, each)]
        for each in chance.sample(candidates, min(count, len(candidates))):
            drawn.append(_draw(act, each, files, chance))
    return drawn


def _draw(
    act: str, definition: _Definition, files: Mapping[str, str], chance: random.Random
) -> DrawnRefactoring:
    module, node = definition.module, definition.node
    new = ""
    if act == "rename":
        new = f"{node.name}Renamed" if isinstance(node, ast.ClassDef) else f"{node.name}_renamed"
    elif act == "move":
        new = _draw_module(module, files, chance)
    name = qualify(module, node)
    return DrawnRefactoring(act, name, new, module.path, *find_name(module, node))


def _draw_module(module: Module, files: Mapping[str, str], chance: random.Random) -> str:
    """Draw another module of the same package, or, one time in three, a new one."""
    package = module.name.partition(".")[0]
    names = [name for name, path in Project(files).paths.items() if _is_product(path, files)]
    others = [name for name in names if name.startswith(f"{package}.") and name != module.name]
    if others and chance.random() > 1 / 3:
        return chance.choice(others)
    return f"{module.package}.moved_here"


def _iter_definitions(files: Mapping[str, str]) -> Iterator[_Definition]:
    """Give the functions and classes of modules and classes, but for what Python itself calls."""
    project = Project(files)
    for path in files:
        module = project.read_module(path) if _is_product(path, files) else None
        for node in module.scopes if module else ():
            if not module or not isinstance(node, Definition):
                continue
            around = module.parents[node]
            is_member = isinstance(around, ast.ClassDef)
            if not node.name.startswith("__") and (is_member or around is module.tree):
                yield _Definition(module, node, is_member)


def _is_product(path: str, files: Mapping[str, str]) -> bool:
    """Tell whether a file is part of a package that is no suite of tests."""
    *folders, name = path.split("/")
    in_package = f"{'/'.join(folders)}/__init__.py" in files
    return in_package and ASIDE.isdisjoint(folders) and not name.startswith(("test_", "conftest"))


def _can_be_drawn(act: str, definition: _Definition) -> bool:
    match act:
        case "move":
            return not definition.is_member
        case "async":
            return isinstance(definition.node, ast.FunctionDef)
        case _:
            return True


def _list_annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [argument.annotation for argument in arguments if argument.annotation]
