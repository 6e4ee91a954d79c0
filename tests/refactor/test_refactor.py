"""The promises about changes of a whole repository: every name that is proved, and no
other.
"""

from __future__ import annotations

import ast
import random

import pytest

from bot.edits import render_diff
from bot.refactor import CannotRefactor, Refactoring, make_async, move_symbol, rename_symbol

CORE = '''"""Core."""
from __future__ import annotations
import os
from .util import clean


class Base:
    def run(self, value):
        return self.step(value)

    def step(self, value):
        return load(value)


class Child(Base):
    def step(self, value):
        return super().step(value).strip()


# Loads.
def load(value: str) -> str:
    """Load.

    :param value: what to load
    """
    return clean(os.path.join(value))


def main():
    print(load("x"), [load(y) for y in "ab"], load(value="z"))


if __name__ == "__main__":
    main()
'''
USE = """import app.core
from app import load as fetch, Base
from app import core as c

def go(b: Base, other):
    load = 3
    b.step(1)
    other.step(2)
    return fetch("a").upper() + app.core.load("\u00e9") + c.load(load)
"""
TEST = """from unittest import mock
import app.core
def test_it():
    with mock.patch("app.core.load"), mock.patch.object(app.core, "load"):
        assert getattr(app.core, "load") and {"load": 1}
"""
FILES = {
    "app/__init__.py": 'from .core import load, Base\n__all__ = ["load", "Base"]\n',
    "app/core.py": CORE,
    "app/util.py": "def clean(x):\n    return x\n",
    "app/use.py": USE,
    "tests/test_x.py": TEST,
    "README.md": "Use `app.load`, app.core.load() or `load`.\n",
    "pyproject.toml": 'go = "app.core:load"\n',
}


def texts(made: Refactoring) -> dict[str, str]:
    """All files afterwards; those of Python can be read."""
    after = {path: text for path, text in {**FILES, **made.files}.items() if text is not None}
    for path, text in after.items():
        if path.endswith(".py"):
            ast.parse(text)
    return after


def doubts(made: Refactoring) -> set[tuple[str, int]]:
    return {(one.path, one.line) for one in made.unproven}


def test_a_function_is_renamed_wherever_it_is_named():
    """In its module, through re-exports, aliases, `__all__`, strings that are patched, documents
    and entry points.
    """
    made = rename_symbol(FILES, "load", "fetch_all")
    after = texts(made)

    assert (
        CORE.replace(" load(", " fetch_all(")
        .replace("[load(", "[fetch_all(")
        .replace("(load(", "(fetch_all(")
        == after["app/core.py"]
    )
    assert (
        'from .core import fetch_all, Base\n__all__ = ["fetch_all", "Base"]\n'
        == after["app/__init__.py"]
    )
    assert "import fetch_all as fetch" in after["app/use.py"]
    assert 'app.core.fetch_all("\u00e9") + c.fetch_all(load)' in after["app/use.py"]
    assert TEST.replace('load")', 'fetch_all")') == after["tests/test_x.py"]
    assert "Use `app.fetch_all`, app.core.fetch_all() or `load`.\n" == after["README.md"]
    assert 'go = "app.core:fetch_all"\n' == after["pyproject.toml"]
    assert {("README.md", 1), ("tests/test_x.py", 5)} == doubts(made)


def test_a_method_goes_with_what_overrides_it():
    """And with calls on objects that are known; those on others are listed, or taken when told."""
    made = rename_symbol(FILES, "Base.step", "advance")

    assert 4 == texts(made)["app/core.py"].count("advance(")
    assert "b.advance(1)\n    other.step(2)" in texts(made)["app/use.py"]
    assert {("app/use.py", 8)} == doubts(made)
    assert (
        "other.advance(2)"
        in texts(rename_symbol(FILES, "Base.step", "advance", guess=True))["app/use.py"]
    )


def test_a_module_moves_its_file():
    """Imports of every form follow."""
    after = texts(rename_symbol(FILES, "app.core", "kernel"))

    assert CORE == after["app/kernel.py"]
    assert "app/core.py" not in after
    assert "import app.kernel\n" in after["app/use.py"]
    assert "from app import kernel as c" in after["app/use.py"]
    assert "from .kernel import" in after["app/__init__.py"]


def test_a_parameter_is_renamed_in_calls_and_documentation():
    """The names of others stay."""
    after = texts(rename_symbol(FILES, "load.value", "text"))["app/core.py"]

    assert "def load(text: str)" in after
    assert ":param text: what" in after
    assert 'load(text="z")' in after
    assert "def step(self, value)" in after


def test_an_async_function_is_awaited_up_to_where_the_program_starts():
    """Callers become asynchronous, chains get parentheses, and unknown objects are listed."""
    made = make_async(FILES, "load")
    after = texts(made)

    assert "async def load(value" in after["app/core.py"]
    assert "return (await super().step(value)).strip()" in after["app/core.py"]
    assert 'print(await load("x"), [await load(y)' in after["app/core.py"]
    assert "    asyncio.run(main())\n" in after["app/core.py"]
    assert "import asyncio\n" in after["app/core.py"]
    assert 'return (await fetch("a")).upper() + await app.core.load' in after["app/use.py"]
    assert ("app/use.py", 8) in doubts(made)


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        ("class A:\n    @property\n    def p(self):\n        return f()\n", "property"),
        ("class A:\n    def __init__(self):\n        f()\n", "Python itself"),
        ("def g():\n    yield f()\n", "generator"),
        ("g = lambda: f()\n", "no function"),
        ("g = [f]\n", "handed on"),
    ],
)
def test_what_cannot_await_is_listed(caller, why):
    """And left as it is."""
    made = make_async({"a.py": f"def f():\n    return 1\n\n\n{caller}"}, "f")

    assert f"async def f():\n    return 1\n\n\n{caller}" == made.files["a.py"]
    assert any(why in one.why for one in made.unproven)


@pytest.mark.parametrize("to", ["app.loading", "app/util.py"])
def test_a_function_moves_with_its_imports(to):
    """To a new module and to one that is there; who used it imports it from there."""
    after = texts(move_symbol(FILES, "load", to))
    path = to if to.endswith(".py") else "app/loading.py"
    module = path.removesuffix(".py").replace("/", ".")

    assert "# Loads.\ndef load(value: str)" in after[path]
    assert "import os\n" in after[path]
    assert "def load" not in after["app/core.py"]
    assert f"from .{module.removeprefix('app.')} import load\n" in after["app/core.py"]
    assert (
        f"from .core import Base\nfrom .{module.removeprefix('app.')} import load\n"
        in after["app/__init__.py"]
    )
    assert f"{module}.load(" in after["app/use.py"]


def test_what_moves_from_the_end_leaves_no_blank_lines():
    """The file ends with what stood before it."""
    made = move_symbol({"a.py": "X = 1\n\n\ndef f():\n    return 2\n"}, "f", "b.py")

    assert {"a.py": "X = 1\n", "b.py": "def f():\n    return 2\n"} == made.files


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("nope", "x", "No file defines"),
        ("load", "class", "no name"),
        ("load", "app.read", "alone: read"),
        ("load", "Base", "there already"),
        ("step", "x", "any of"),
        ("load", "load", "already"),
    ],
)
def test_what_cannot_be_renamed_is_refused(old, new, told):
    """With what to do instead."""
    with pytest.raises(CannotRefactor, match=told):
        rename_symbol(FILES, old, new)


def test_a_name_that_another_scope_holds_is_not_taken():
    """The renamed name would mean something else there."""
    with pytest.raises(CannotRefactor, match="another meaning"):
        rename_symbol({"a.py": "def f():\n    pass\n\n\ndef g(h):\n    f()\n"}, "f", "h")


def test_modules_that_would_import_each_other_are_refused():
    """The function uses its module, and its module uses it."""
    with pytest.raises(CannotRefactor, match="move those first"):
        move_symbol({"a.py": "N = 1\n\n\ndef f():\n    return N\n\n\nf()\n"}, "f", "b")


def test_what_python_cannot_read_is_listed():
    """Its lines with the name are left."""
    made = rename_symbol(
        {"a.py": "def f():\n    pass\n", "b.py": "from a import f\nprint f()\n"}, "f", "g"
    )

    assert {("b.py", 1), ("b.py", 2)} == doubts(made)


def test_imports_that_go_in_circles_end():
    """Every module takes all of every other, and nobody has the name."""
    stars = "".join(f"from m{n} import *\n" for n in range(30))
    files = {f"m{n}.py": f"{stars}x = f(1)\n" for n in range(30)} | {
        "d.py": "def f(x):\n    pass\n"
    }

    assert {"d.py"} == set(rename_symbol(files, "d.f", "g").files)


def test_two_hundred_files_are_one_call():
    """And the diff of it names them all."""
    files = {
        f"pkg/m{n}.py": f"from pkg.base import old_name\n\n\ndef f{n}():\n    return old_name({n})\n"
        for n in range(200)
    }
    files |= {"pkg/__init__.py": "", "pkg/base.py": "def old_name(x):\n    return x\n"}
    made = rename_symbol(files, "old_name", "new_name")

    assert (201, 401) == (len(made.files), sum(made.places.values()))
    assert 201 == render_diff(files, made.files, {}).count("diff --git")


def test_any_source_stays_as_it_is_but_for_the_name():
    """Marks, line ends, tabs and comments are kept: renaming there and back gives the same bytes."""
    chance = random.Random(1)
    odd = [
        "\ufeff",
        "",
        "# \u00fcber \U0001f600\r\n",
        "\tx = f  (  1 )  # f\r\n",
        "if f:\n",
        "\tf ;f\n",
        's = f"{f!r:>{f}}"\n',
    ]
    for _ in range(50):
        head, *lines = chance.choices(odd[:2]) + chance.choices(odd[2:4] + odd[6:], k=5)
        text = head + "def f():\n" + "\tpass\n" + "".join(line.lstrip("\t") for line in lines)
        there = rename_symbol({"a.py": text}, "f", "other").files["a.py"]

        assert text == rename_symbol({"a.py": there}, "other", "f").files["a.py"]


def test_another_language_renames_what_is_declared_once():
    """Calls, imports and Go's packages; members of unknown objects are listed, and a shorthand
    keeps its property.
    """
    go = {
        "store/load.go": "package store\n\nfunc Load(a int) int { return a }\n",
        "main.go": 'package main\n\nimport "x/store"\n\nfunc main() { store.Load(1); other.Load(2) }\n',
    }
    ts = {
        "a.ts": "export function load(a: string) { return a }\nconst o = { load, k: load }\nx.load()\n"
    }
    made, other = rename_symbol(go, "Load", "Fetch"), rename_symbol(ts, "load", "fetch2")

    assert "func Fetch(a int)" in made.files["store/load.go"]
    assert "{ store.Fetch(1); other.Load(2) }" in made.files["main.go"]
    assert {("main.go", 5)} == doubts(made)
    assert (
        "function fetch2(a: string) { return a }\nconst o = { load: fetch2, k: fetch2 }\nx.load()\n"
        in other.files["a.ts"]
    )
    with pytest.raises(CannotRefactor, match="declared 2 times"):
        rename_symbol({"a.js": "function f() {}\n", "b.js": "function f() {}\n"}, "f", "g")
    with pytest.raises(CannotRefactor, match="there already"):
        rename_symbol({"a.js": "function f() {}\nfunction g() {}\n"}, "f", "g")
