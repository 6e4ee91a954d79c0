"""Tell what Python does with the environment: reads a secret, reads it whole, copies or writes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from bot.gates.outbound.python_names import PythonNames
from bot.gates.outbound.sign import Sign, names_secret

ENVIRON = ("os.environ", "os.environb", "posix.environ", "nt.environ")
GETENV = ("os.getenv", "os.getenvb", "decouple.config")
READS = ("get", "__getitem__")
WRITES = ("pop", "setdefault", "update", "clear", "__setitem__", "__delitem__")
WRITERS = ("setitem", "delitem", "setenv", "delenv")
COPIERS = ("dict", "Environ")
Parents = Mapping[ast.AST, ast.AST]


class EnvironmentReader:
    """Tell what a module does with the environment, by what stands around its name."""

    def __init__(self, names: PythonNames, parents: Parents, secrets: Collection[str]) -> None:
        self._names = names
        self._parents = parents
        self._secrets = secrets

    def read(self, node: ast.expr, line: int) -> Iterator[Sign]:
        """Read what is done with a node that may be the environment, or a function that asks it."""
        target = self._names.resolve(node)
        if target in ENVIRON:
            yield from self._read_use(node, line)
        elif target in GETENV and not isinstance(node, ast.Call):
            call = self._parents.get(node)
            if isinstance(call, ast.Call) and call.func is node:
                yield from self._read_key(call.args[0] if call.args else None, line)

    def _read_use(self, node: ast.expr, line: int) -> Iterator[Sign]:
        match self._parents.get(node):
            case ast.Subscript(ctx=ast.Load(), slice=key):
                yield from self._read_key(key, line)
            case ast.Attribute(attr=name) as method:
                yield from self._read_method(method, name, line)
            case ast.Dict() | ast.keyword(arg="env" | None):
                yield _make_copy_sign(line)
            case ast.Assign(targets=[ast.Name()]):
                yield Sign(line, "environment", "os.environ", "gets another name", is_weak=True)
            case ast.Call(func=function) as call if call.func is not node:
                yield from self._read_argument(function, line)
            case ast.Subscript() | ast.Compare() | ast.Delete():
                return
            case _:
                yield _make_whole_sign(line)

    def _read_method(self, method: ast.Attribute, name: str, line: int) -> Iterator[Sign]:
        call = self._parents.get(method)
        if name in READS and isinstance(call, ast.Call):
            yield from self._read_key(call.args[0] if call.args else None, line)
        elif name == "copy":
            yield _make_copy_sign(line)
        elif name not in WRITES:
            yield _make_whole_sign(line)

    def _read_argument(self, function: ast.expr, line: int) -> Iterator[Sign]:
        """Read what is called with the environment: patches write it, others may read it."""
        called = self._names.resolve(function)
        name = called.rpartition(".")[2]
        if name in WRITERS or called.endswith("patch.dict"):
            return
        yield _make_copy_sign(line) if name in COPIERS else _make_whole_sign(line)

    def _read_key(self, key: ast.expr | None, line: int) -> Iterator[Sign]:
        name = self._names.fold(key)
        does = "is read from the environment"
        if name is None:
            is_weak = isinstance(key, ast.Name | ast.Attribute)
            yield Sign(line, "environment", "a computed name", does, is_weak)
        elif names_secret(name, self._secrets):
            yield Sign(line, "environment", name, does)


def _make_whole_sign(line: int) -> Sign:
    return Sign(line, "environment", "os.environ", "is read whole")


def _make_copy_sign(line: int) -> Sign:
    return Sign(line, "environment", "os.environ", "is copied whole", is_weak=True)
