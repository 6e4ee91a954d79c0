"""Make the faults that mutmut knows in a module, and draw some of them."""

from __future__ import annotations

import ast
import difflib
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mutmut.mutation.file_mutation import mutate_file_contents

# A fault in the words that people read changes nothing that is decided.
WORDS = re.compile(r"\w\W* \W*\w")
LIFTED = ("property", "step")  # mutmut passes over what is decorated
FAULT = "__mutmut_"


@dataclass(frozen=True, slots=True)
class MutatedModule:
    """A module that holds each of its faults, asleep, and what each of them changes, as a diff."""

    code: str
    faults: Mapping[str, str]


def make_mutants(path: str, source: str) -> MutatedModule:
    """Make the mutants of a module, but for those that only alter words for people."""
    mutated = mutate_file_contents(path, lift_decorators(source))
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    nodes = dict(_list_functions(mutated.code))
    faults = {}
    for name in mutated.mutant_names:
        original = nodes[f"{name.rpartition(FAULT)[0]}{FAULT}orig"]
        if _read_decisions(nodes[name]) != _read_decisions(original):
            faults[f"{module}.{name}"] = _render_diff(original, nodes[name])
    return MutatedModule(mutated.code, faults)


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
    return ast.dump(_Wordless().visit(ast.parse(_unparse(body))))


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        is_sentence = isinstance(node.value, str) and WORDS.search(node.value)
        return ast.Constant("words") if is_sentence else node


def _render_diff(before: list[ast.stmt], after: list[ast.stmt]) -> str:
    lines = difflib.ndiff(_unparse(before).splitlines(), _unparse(after).splitlines())
    return "\n".join(line for line in lines if line[:2] in ("- ", "+ "))


def _unparse(body: list[ast.stmt]) -> str:
    return "\n".join(map(ast.unparse, body))


def draw_sample(names: list[str], most: int, seed: int) -> list[str]:
    """Draw at most so many, the same ones for the same seed."""
    if len(names) <= most:
        return names
    return random.Random(seed).sample(names, most)
