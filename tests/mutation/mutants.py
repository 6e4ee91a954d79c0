"""Make the faults that mutmut knows in a module, and draw some of them."""

from __future__ import annotations

import ast
import difflib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mutmut.mutation.file_mutation import mutate_file_contents

# A fault in the words that people read changes nothing that is decided.
WORDS = re.compile(r"\w\W* \W*\w")
LIFTED = ("property", "step")  # mutmut passes over what is decorated
FAULT = "__mutmut_"


@dataclass(frozen=True, slots=True)
class MutatedModule:
    """A module that holds each of its faults, asleep, and their names."""

    code: str
    names: tuple[str, ...]

    def render_fault(self, name: str) -> str:
        """Render what a fault changes, as a diff."""
        bodies = dict(_list_functions(self.code))
        function = name.rpartition(".")[2]
        before, after = (
            "\n".join(map(ast.unparse, bodies[key])) for key in (_name_original(function), function)
        )
        lines = difflib.ndiff(before.splitlines(), after.splitlines())
        return "\n".join(line for line in lines if line[:2] in ("- ", "+ "))


def make_mutants(path: str, source: str) -> MutatedModule:
    """Make the mutants of a module, but for those that only alter words for people."""
    mutated = mutate_file_contents(path, lift_decorators(source))
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    decisions = {name: _read_decisions(body) for name, body in _list_functions(mutated.code)}
    names = tuple(
        f"{module}.{name}"
        for name in mutated.mutant_names
        if decisions[name] != decisions[_name_original(name)]
    )
    return MutatedModule(mutated.code, names)


def _name_original(name: str) -> str:
    return f"{name.rpartition(FAULT)[0]}{FAULT}orig"


def lift_decorators(source: str) -> str:
    """Write `@step(...)` and `@property` as calls below the function: mutmut leaves those alone."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: -node.lineno):
        if len(node.decorator_list) != 1 or not _is_lifted(node.decorator_list[0]):
            continue
        decorator = node.decorator_list[0]
        text, indent = ast.unparse(decorator), " " * node.col_offset
        lines.insert(node.end_lineno or 0, f"{indent}{node.name} = {text}({node.name})")
        del lines[decorator.lineno - 1 : decorator.end_lineno]
    return "\n".join([*lines, ""])


def _is_lifted(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(function, ast.Name) and function.id in LIFTED


def _list_functions(code: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    """List what each function does."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.body


def _read_decisions(body: list[ast.stmt]) -> str:
    """Read what a function decides, whatever its sentences say."""
    return "".join(ast.dump(_Wordless().visit(statement)) for statement in body)


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        is_sentence = isinstance(node.value, str) and WORDS.search(node.value)
        return ast.Constant("words") if is_sentence else node


def draw_sample(names: Sequence[str], most: int, seed: int) -> list[str]:
    """Draw at most so many, the same ones for the same seed."""
    if len(names) <= most:
        return list(names)
    return random.Random(seed).sample(names, most)
