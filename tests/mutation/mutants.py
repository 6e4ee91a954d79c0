"""List the faults that mutmut makes in a module, and draw some of them."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator

from mutmut.mutation.file_mutation import mutate_file_contents

# A fault in the words that people read changes nothing that is decided.
WORDS = re.compile(r"\w\W* \W*\w")
LIFTED = ("property", "step")  # mutmut passes over what is decorated


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


def list_mutants(path: str, source: str) -> list[str]:
    """List the names of a module's mutants, but for those that only alter words for people."""
    mutated = mutate_file_contents(path, source)
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    bodies = dict(_read_bodies(mutated.code))
    names = []
    for name in mutated.mutant_names:
        original = f"{name.rpartition('__mutmut_')[0]}__mutmut_orig"
        if bodies[name] != bodies[original]:
            names.append(f"{module}.{name}")
    return names


def _read_bodies(code: str) -> Iterator[tuple[str, str]]:
    """Read what each function does, whatever its sentences say."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, "".join(ast.dump(_Wordless().visit(part)) for part in node.body)


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        is_sentence = isinstance(node.value, str) and WORDS.search(node.value)
        return ast.Constant("words") if is_sentence else node


def draw_sample(names: list[str], most: int, seed: int) -> list[str]:
    """Draw at most so many, the same ones for the same seed."""
    if len(names) <= most:
        return names
    return random.Random(seed).sample(names, most)
