"""The promises about what a name means: each case is a module `a` and a use of it, before
and after.
"""

from __future__ import annotations

import pytest

from bot.refactor import CannotRefactor, make_async, move_symbol, rename_symbol

A = """class Top:
    part: "Part"

    @property
    def own(self) -> "Part | None":
        return self.part

    @staticmethod
    def make(part):
        return Part(part)


class Part:
    def __init__(self, size=1):
        self.size = size

    def go(self):
        return self


def give() -> Part:
    return Part(size=2)


N = 1
shared: Part = give()
"""
GOES = [
    "import a\na.give().go()",
    "import a as b\nb.Part().go()",
    "from a import *\nshared.go()",
    "from a import Part as P\ndef f(p: P): p.go()",
    "from a import Part\ndef f(p: 'Part'): p.go()",
    "from a import Part\ndef f(p: Part | None): p.go()",
    "import a\ndef f(t: a.Top): t.part.go(); t.own.go()",
    "from a import Part\nclass Q(Part):\n    def h(self): self.go(); super().go()",
    "from a import Part\nx = Part()\ndef f(): x.go()",
    "def f():\n    from a import give\n    g = give()\n    g.go()",
    "from a import give\nasync def f(): (await give()).go()",
    "from a import Part\nclass Q:\n    p: Part = Part()\n    def h(self): self.p.go()",
    "import a\ngetattr(a.Part, 'go')",
]
STAYS = [
    "def go(): pass\ngo()",
    "def f(p): p.go()",
    "x = []\nx.go()",
    "from a import Part\nx = Part()\nx = 3\nx.go()",
    "import b\nb.go()",
    "class R:\n    def go(self): pass\nR().go()",
    "def f(go=1):\n    return go",
    "from a import Part\nfor x in [Part()]: x.go()",
]


@pytest.mark.parametrize("use", GOES)
def test_an_object_that_is_known_is_followed(use):
    """By its import, annotation, only assignment, base, field, property, or what a function
    returns.
    """
    made = rename_symbol({"a.py": A, "use.py": use}, "Part.go", "run")

    assert use.replace(".go()", ".run()").replace("'go'", "'run'") == made.files["use.py"]


@pytest.mark.parametrize("use", STAYS)
def test_an_object_that_is_not_known_is_left(use):
    """Whatever its method is called."""
    assert "use.py" not in rename_symbol({"a.py": A, "use.py": use}, "Part.go", "run").files


@pytest.mark.parametrize(
    ("old", "use", "after"),
    [
        (
            "N",
            "from a import N\ndef f():\n    N = 2\n    return N",
            "from a import M\ndef f():\n    N = 2\n    return N",
        ),
        (
            "N",
            "from a import N\ndef f():\n    return [N for n in N]",
            "from a import M\ndef f():\n    return [M for n in M]",
        ),
        ("N", "from a import N\nclass C:\n    k = N", "from a import M\nclass C:\n    k = M"),
        ("N", "from a import *\nprint(N)", "from a import *\nprint(M)"),
        ("N", "import a; a.N = 2; a.O", "import a; a.M = 2; a.O"),
        (
            "N",
            "try:\n    from a import (x,\n        N as n)\nexcept E as N:\n    N",
            "try:\n    from a import (x,\n        M as n)\nexcept E as N:\n    N",
        ),
        (
            "Top.make",
            "from a import Top\nTop.make(1); Top().make(2)",
            "from a import Top\nTop.M(1); Top().M(2)",
        ),
        ("Part.size", "from a import Part\nPart(size=3)", None),
    ],
)
def test_a_name_is_that_of_its_scope(old, use, after):
    """Another binding of the same name is another name."""
    if after is None:
        with pytest.raises(CannotRefactor):
            rename_symbol({"a.py": A, "use.py": use}, old, "M")
    else:
        assert after == rename_symbol({"a.py": A, "use.py": use}, old, "M").files["use.py"]


def test_a_global_is_renamed_in_its_statement():
    """`global` has no position of its own for each name."""
    text = "n, k = 1, 2\n\n\ndef f():\n    global k, n\n    n += 1\n"

    assert text.replace("n, k = 1", "m, k = 1").replace("k, n", "k, m").replace("n +=", "m +=") == (
        rename_symbol({"a.py": f"n = 0\n{text}"}, "n", "m").files["a.py"].removeprefix("m = 0\n")
    )


def test_a_parameter_of_a_constructor_is_given_to_its_class():
    """And the attribute of the same name stays."""
    made = rename_symbol(
        {"a.py": A, "use.py": "import a\na.Part(size=1)\nx.go(size=2)\n"},
        "Part.__init__.size",
        "width",
    )

    assert "def __init__(self, width=1):\n        self.size = width" in made.files["a.py"]
    assert "Part(width=2)" in made.files["a.py"]
    assert "import a\na.Part(width=1)\nx.go(size=2)\n" == made.files["use.py"]
    with pytest.raises(CannotRefactor, match="has a part already"):
        rename_symbol({"a.py": "def f(x, part):\n    pass\n"}, "f.x", "part")


def test_a_package_moves_with_all_its_files():
    """And what imports from it follows."""
    files = {
        "p/__init__.py": "",
        "p/m.py": "from p import n\n",
        "p/n.py": "X = 1\n",
        "u.py": "import p.n\np.n.X\n",
    }
    made = rename_symbol(files, "p", "q")

    assert {"q/__init__.py": "p/__init__.py", "q/m.py": "p/m.py", "q/n.py": "p/n.py"} == made.moves
    assert "from q import n\n" == made.files["q/m.py"]
    assert "import q.n\nq.n.X\n" == made.files["u.py"]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("from a import f, g", "from a import g\nfrom b import f\n"),
        ("from a import g, f", "from a import g\nfrom b import f\n"),
        ("from a import f", "from b import f\n"),
        ("from a import f as h", "from b import f as h\n"),
        ("import a\na.f()", "import a\nimport b\nb.f()\n"),
    ],
)
def test_an_import_follows_what_moved(line, after):
    """One name leaves the statement, and a new one brings it."""
    files = {"a.py": "def f():\n    pass\n\n\ndef g():\n    pass\n", "use.py": f"{line}\n"}

    assert after == move_symbol(files, "f", "b").files["use.py"]


@pytest.mark.parametrize(
    ("name", "to", "told"),
    [
        ("N", "b", "no function or class"),
        ("a.give", "a", "there already"),
        ("a.give", "c.py", "has a give"),
        ("a.give", "../x.py", "outside"),
    ],
)
def test_what_cannot_move_is_refused(name, to, told):
    """With the reason."""
    with pytest.raises(CannotRefactor, match=told):
        move_symbol({"a.py": A, "c.py": "def give():\n    pass\n"}, name, to)


@pytest.mark.parametrize(("name", "told"), [("N", "no function"), ("k", "asynchronous already")])
def test_what_cannot_become_asynchronous_is_refused(name, told):
    """With the reason."""
    with pytest.raises(CannotRefactor, match=told):
        make_async({"a.py": f"{A}\n\nasync def k():\n    pass\n"}, name)


def test_what_is_awaited_already_stays():
    """By an await, or by what takes an awaitable."""
    text = "import asyncio\nfrom a import give\nasyncio.run(give())\nasync def f():\n    await give()\n    give() ** 2\n"
    made = make_async({"a.py": A, "use.py": text}, "give").files["use.py"]

    assert text.replace("    give() ** 2", "    (await give()) ** 2") == made


def test_what_follows_a_protocol_unsaid_is_listed():
    """A class that has its method need not name it."""
    go = "    def go(self): ...\n\n\n"
    made = rename_symbol(
        {"a.py": f"from typing import Protocol\n\n\nclass P(Protocol):\n{go}class Q:\n{go}"},
        "P.go",
        "run",
    )

    assert (
        "class P(Protocol):\n    def run(self): ...\n\n\nclass Q:\n    def go(self)"
        in made.files["a.py"]
    )
    assert [(9, "may stand for the protocol's")] == [(one.line, one.why) for one in made.unproven]


@pytest.mark.parametrize(
    ("path", "use", "renamed"),
    [
        ("pkg/json.py", "import json\njson.loads(1)\n", False),
        ("pkg/json.py", "from json import loads\nloads(1)\n", False),
        ("pkg/json.py", "from . import json\njson.loads(1)\n", True),
        ("pkg/json/sub.py", "import json.sub\njson.sub.loads(1)\n", False),
        ("json.py", "import json\njson.loads(1)\n", True),
        ("scripts/json.py", "import json\njson.loads(1)\n", True),
        ("pkg/helpers.py", "import helpers\nhelpers.loads(1)\n", True),
    ],
)
def test_a_module_of_a_package_is_not_python_s_of_that_name(path, use, renamed):
    """Nor is a folder; a script's neighbour may be."""
    files = {"pkg/__init__.py": "", path: "def loads(x): ...\n", "pkg/a.py": use}
    if path.startswith("scripts"):
        files = {path: files[path], "scripts/a.py": use}
    made = rename_symbol(files, path.removesuffix(".py").replace("/", ".") + ".loads", "read")

    assert renamed == any(name.endswith("a.py") for name in made.files)
    assert () == made.unproven
