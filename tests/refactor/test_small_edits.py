"""The small edits that refactorings are made of: imports, statements, names, to the byte."""

from __future__ import annotations

import ast

import pytest

from bot.refactor import CannotRefactor
from bot.refactor.class_family import find_family
from bot.refactor.find_definition import find_definition, is_read
from bot.refactor.import_statements import (
    add_import,
    compare_binding,
    find_import_line,
    insert_imports,
    remove_import,
    remove_statement,
    render_source,
)
from bot.refactor.other_languages import rename_unique
from bot.refactor.python_project import Project, UnknownNameError
from bot.refactor.text_edit import TextEdits, Unproven


def edit(text, act, path="a.py"):
    """The text after an act on its edits and its module."""
    project = Project({path: text})
    edits = TextEdits(project.files)
    act(edits, project.read_module(path))
    return edits.finish().files.get(path, text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("x = 1\n", 1),
        ('"""Doc."""\nx = 1\n', 2),
        ('"""Doc\nof two lines."""\n\nimport a\nx = 1\nimport b\n', 5),
        ("import a\nfrom b import (\n    c,\n)\n", 5),
        ("import a\n'no docstring'\n", 2),
        ("1\nimport a\n", 1),
    ],
)
def test_an_import_stands_behind_those_at_the_top(text, line):
    """Or behind the docstring; never behind other code."""
    assert line == find_import_line(ast.parse(text))


@pytest.mark.parametrize(
    ("text", "name", "source", "expected"),
    [
        ("import a\nx\n", "f", "b", "import a\nfrom b import f\nx\n"),
        ("import a\nx\n", "b", "", "import a\nimport b\nx\n"),
        ("import a", "b", "", "import a\nimport b"),
        ("import a\r\nx\r\n", "b", "", "import a\r\nimport b\r\nx\r\n"),
        ("from b import f\nx\n", "f", "b", "from b import f\nx\n"),
        ("import a as f\n", "g as f", "b", "import a as f\n"),
        ("import a.b\n", "a.b", "", "import a.b\n"),
        ("import a.c\n", "a.b", "", "import a.c\nimport a.b\n"),
        ("\ufeffx\n", "b", "", "\ufeffimport b\nx\n"),
        ("", "b", "", "import b\n"),
    ],
)
def test_a_name_is_imported_once(text, name, source, expected):
    """With the file's own line ends, and behind its mark."""
    assert expected == edit(text, lambda edits, module: add_import(edits, module, name, source))


@pytest.mark.parametrize(
    ("text", "name", "source", "expected"),
    [
        (
            "import os\nfrom re import sub\n\nfrom shop import a\n",
            "asyncio",
            "",
            "import asyncio\nimport os\nfrom re import sub\n\nfrom shop import a\n",
        ),
        ("import abc\nimport z\n", "asyncio", "", "import abc\nimport asyncio\nimport z\n"),
        (
            "import abc\nfrom re import sub\n",
            "os",
            "",
            "import abc\nimport os\nfrom re import sub\n",
        ),
        ("from re import sub\n", "asyncio", "", "import asyncio\nfrom re import sub\n"),
        (
            "from abc import ABC\nimport re\n",
            "asyncio",
            "",
            "from abc import ABC\nimport asyncio\nimport re\n",
        ),
        ("import re\nx\n", "cast", "typing", "import re\nfrom typing import cast\nx\n"),
        ('"""Doc."""\n\nimport z\n', "os", "", '"""Doc."""\n\nimport os\n\nimport z\n'),
        (
            "from __future__ import annotations\nfrom . import z\n",
            "os",
            "",
            "from __future__ import annotations\n\nimport os\n\nfrom . import z\n",
        ),
        ("#!/usr/bin/python\nimport z\n", "os", "", "#!/usr/bin/python\nimport os\n\nimport z\n"),
        (
            '"""Doc."""\n\n# Ours.\nimport z\n',
            "os",
            "",
            '"""Doc."""\n\nimport os\n\n# Ours.\nimport z\n',
        ),
        ('"""Doc."""; import z\n', "os", "", '"""Doc."""; import z\nimport os\n'),
        ("import z\r\n", "os", "", "import os\r\n\r\nimport z\r\n"),
    ],
)
def test_an_import_of_the_standard_library_is_sorted(text, name, source, expected):
    """Among its like, in the order that they have; else in a block above the other imports."""
    assert expected == edit(text, lambda edits, module: add_import(edits, module, name, source))


@pytest.mark.parametrize(
    ("text", "statements", "checked", "expected"),
    [
        (
            "import z\nx\n",
            ["import b", "import a", "import b"],
            [],
            "import z\nimport a\nimport b\nx\n",
        ),
        (
            "x\n",
            [],
            ["from b import B"],
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from b import B\nx\n",
        ),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nx\n",
            ["import c"],
            ["import b"],
            "from typing import TYPE_CHECKING\nimport c\nif TYPE_CHECKING:\n    import a\n    import b\nx\n",
        ),
        ("x\n", [], [], "x\n"),
    ],
)
def test_imports_are_inserted_in_order(text, statements, checked, expected):
    """Those for type checkers alone stand in a block of theirs, which may have to be begun."""
    assert expected == edit(
        text, lambda edits, module: insert_imports(edits, module, statements, checked)
    )


def drop(name):
    """An act that removes the import of a name."""

    def act(edits, module):
        node = next(each for each in ast.walk(module.tree) if isinstance(each, ast.ImportFrom))
        alias = next(each for each in node.names if each.name == name)
        remove_import(edits, module, node, alias)

    return act


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("from a import b\nx\n", "b", "x\n"),
        ("from a import b, c\n", "b", "from a import c\n"),
        ("from a import b, c\n", "c", "from a import b\n"),
        ("from a import b as é, c, d\n", "c", "from a import b as é, d\n"),
        ("from a import (\n    b,\n    c,\n)\n", "b", "from a import (\n    c,\n)\n"),
        ("from a import (\n    b,\n    c,\n)\n", "c", "from a import (\n    b,\n)\n"),
        ("if x:\n    from a import b\n", "b", "if x:\n    pass\n"),
        ("if x:\n    from a import b\n    y\n", "b", "if x:\n    y\n"),
        ("try:\n    y\nfinally:\n    from a import b\n", "b", "try:\n    y\nfinally:\n    pass\n"),
        ("from a import b; x\n", "b", "pass; x\n"),
        ("x; from a import b\n", "b", "x; pass\n"),
        ("from a import b  # why\nx\n", "b", "x\n"),
    ],
)
def test_a_name_leaves_its_import(text, name, expected):
    """And the statement with it, where it was the only one; a block is not left empty."""
    assert expected == edit(text, drop(name))


def test_a_statement_of_several_lines_goes_whole():
    """From its first to its last."""

    def act(edits, module):
        remove_statement(edits, module, module.tree.body[1])

    assert "a\nb\n" == edit("a\nx = (\n    1,\n)\nb\n", act)


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("from . import x\n", "pkg.sub.b", ".b"),
        ("from . import x\n", "pkg.b", "..b"),
        ("from . import x\n", "pkg.other.b", "..other.b"),
        ("from . import x\n", "pkg.sub.deep.b", ".deep.b"),
        ("from . import x\n", "elsewhere.b", "elsewhere.b"),
        ("from pkg import x\n", "pkg.sub.b", "pkg.sub.b"),
    ],
)
def test_a_source_is_written_as_the_file_writes_its_own(text, source, expected):
    """Relative where it imports so, and in full for other packages."""
    project = Project({"pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/a.py": text})

    assert expected == render_source(project.read_module("pkg/sub/a.py"), source)


@pytest.mark.parametrize(
    ("text", "local", "meaning", "expected"),
    [
        ("x\n", "f", "b.f", "free"),
        ("f()\n", "f", "b.f", "taken"),
        ("from b import f\n", "f", "b.f", "same"),
        ("from c import f\n", "f", "b.f", "taken"),
        ("from b import *\n", "f", "b.f", "same"),
        ("f = 1\n", "f", "b.f", "taken"),
        ("f = 1\n", "f", "a.f", "same"),
        ("import b\n", "b", "b.f", "free"),
        ("import b\n", "b", "b", "same"),
        ("if TYPE_CHECKING:\n    from b import f\n", "f", "b.f", "checked"),
        ("def g(f):\n    return f\n", "f", "b.f", "free"),
    ],
)
def test_what_a_name_means_in_a_module_is_known(text, local, meaning, expected):
    """So that an import takes nobody's name, and none is written twice."""
    project = Project({"a.py": text, "b.py": "def f(): ...\n", "c.py": "def f(): ...\n"})

    assert expected == compare_binding(project, project.read_module("a.py"), local, meaning)


# --- which definition is meant

TREE = {
    "pkg/__init__.py": "",
    "pkg/a.py": "class Cart:\n    size = 1\n    def total(self, tax): ...\n\ndef total(): ...\n",
    "pkg/b.py": "from pkg.a import Cart\n\nclass Basket(Cart):\n    def total(self, tax): ...\n",
    "c.py": "LIMIT = 3\nclass Other:\n    def total(self): ...\n",
}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pkg.a.total", "pkg.a.total"),
        ("Cart", "pkg.a.Cart"),
        ("Cart.total", "pkg.a.Cart.total"),
        ("Cart.size", "pkg.a.Cart.size"),
        ("pkg.b.Cart", "pkg.a.Cart"),
        ("a.total", "pkg.a.total"),
        ("LIMIT", "c.LIMIT"),
        ("Other.total", "c.Other.total"),
        ("Cart.total.tax", "pkg.a.Cart.total.tax"),
        ("pkg.a", "pkg.a"),
    ],
)
def test_a_name_is_as_long_as_it_takes_to_be_unique(name, meant):
    """Dotted from its module, or by its end."""
    assert meant == find_definition(Project(TREE), name)


def test_a_name_that_means_nothing_or_too_much_is_told():
    """With what there is."""
    project = Project(TREE)
    with pytest.raises(CannotRefactor) as twice:
        find_definition(project, "total")
    with pytest.raises(UnknownNameError) as never:
        find_definition(project, "nothing")
    with pytest.raises(UnknownNameError) as elsewhere:
        find_definition(project, "Shelf.size")

    listed = "c.Other.total, pkg.a.Cart.total, pkg.a.total, pkg.b.Basket.total"
    assert f"total could be any of {listed}. Give the whole name." == str(twice.value)
    assert "No file defines nothing." == str(never.value)
    assert "No file defines Shelf." == str(elsewhere.value)


def test_a_method_goes_with_what_overrides_it():
    """Whichever of them is named; a function of a module stands alone."""
    project = Project(TREE)

    both = {"pkg.a.Cart.total", "pkg.b.Basket.total"}
    assert [both, both, {"pkg.a.total"}] == [
        find_family(project, name).targets
        for name in ("pkg.a.Cart.total", "pkg.b.Basket.total", "pkg.a.total")
    ]
    assert [True, True, True, False] == [
        is_read(path) for path in ("A.PY", "notes.md", "a.go", "a.bin")
    ]


# --- other languages


@pytest.mark.parametrize(
    ("files", "expected", "left"),
    [
        (
            {
                "a.js": "function é(){}; function old() {}\nold(1); x.old;\n",
                "b.js": "import {old} from './a'\n",
            },
            {
                "a.js": "function é(){}; function fresh() {}\nfresh(1); x.old;\n",
                "b.js": "import {fresh} from './a'\n",
            },
            [Unproven("a.js", 2, "old(1); x.old;", "a member of an unknown object")],
        ),
        (
            {"a.js": "const old = 1\nf({ old })\n"},
            {"a.js": "const fresh = 1\nf({ old: fresh })\n"},
            [],
        ),
        (
            {
                "cart/a.go": "package cart\n\nfunc Old() {}\n",
                "m/b.go": "package m\n\nvar x = cart.Old\nvar y = other.Old\n",
            },
            {
                "cart/a.go": "package cart\n\nfunc fresh() {}\n",
                "m/b.go": "package m\n\nvar x = cart.fresh\nvar y = other.Old\n",
            },
            [Unproven("m/b.go", 4, "var y = other.Old", "a member of an unknown object")],
        ),
        ({"a.js": "oldest(); // old\n"}, None, []),
        ({"a.py": "def old(): ...\n"}, None, []),
    ],
)
def test_what_is_declared_once_is_renamed(files, expected, left):
    """By its place in bytes; members of objects that nobody knows are told, and left."""
    old = "Old" if "cart/a.go" in files else "old"
    made = rename_unique(files, old, "fresh")

    assert expected == (made.files if made else None)
    assert tuple(left) == (made.unproven if made else ())


def test_what_is_declared_twice_or_taken_is_refused():
    """With the places."""
    twice = {"a.js": "function old() {}\n", "b.js": "\nfunction old() {}\n"}
    taken = {"a.js": "function old() {}\nfunction fresh() {}\n"}
    with pytest.raises(CannotRefactor) as ambiguous:
        rename_unique(twice, "old", "fresh")
    with pytest.raises(CannotRefactor) as exists:
        rename_unique(taken, "old", "fresh")

    assert "old is declared 2 times (a.js:1, b.js:2), so what it means is not sure." == str(
        ambiguous.value
    )
    assert "a.js:2: fresh is there already." == str(exists.value)
