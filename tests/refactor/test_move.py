"""The promises about moves: modules still import each other, and what may change is told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.refactor import CannotRefactor, Refactoring, move_symbol


def write(tmp_path, files):
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def overlay(files, made: Refactoring):
    return {path: text for path, text in {**files, **made.files}.items() if text is not None}


def list_reasons(made: Refactoring):
    return [(place.path, place.line, place.why) for place in made.unproven]


CIRCLES = [
    # its module uses it, and it uses a constant of its module
    ("f", "b", {"a.py": "N = 1\n\n\ndef f():\n    return N\n\n\nX = f()\n"}),
    # the other module imports the first for something else
    (
        "f",
        "b",
        {
            "a.py": "def f():\n    pass\n\n\ndef g():\n    f()\n",
            "b.py": "import a\nfrom a import g\n",
        },
    ),
    # by way of a third
    (
        "f",
        "c",
        {
            "a.py": "def f():\n    pass\n\n\ndef g():\n    f()\n",
            "b.py": "from a import g\n",
            "c.py": "from b import g\n",
        },
    ),
    # by way of a package that imports the module
    (
        "p.a.f",
        "p.q.b",
        {
            "p/__init__.py": "",
            "p/a.py": "def f():\n    pass\n\n\ndef g():\n    f()\n",
            "p/q/__init__.py": "from p.a import g\n",
            "p/q/b.py": "",
        },
    ),
    # an attribute of a module is looked up that is not ready
    (
        "b.f",
        "c",
        {
            "a.py": "import b\n\nX = b.f()\n",
            "b.py": "def f():\n    pass\n",
            "c.py": "import a\n",
        },
    ),
    # a builtin's name is no builtin of another module
    (
        "any",
        "b",
        {"a.py": "x = 1\n\n\ndef any():\n    pass\n\n\nany()\n", "b.py": "import a\n"},
    ),
    # a default is evaluated when the function is defined
    (
        "f",
        "b",
        {
            "a.py": "from b import g\n\nN = 1\n\n\ndef f(n=N):\n    return g()\n",
            "b.py": "def g():\n    pass\n",
        },
    ),
]


@pytest.mark.parametrize(("name", "to", "files"), CIRCLES)
def test_a_move_after_which_modules_wait_for_each_other_is_refused(name, to, files):
    """Whichever module a program imports first, and however far round the circle goes."""
    with pytest.raises(CannotRefactor, match=r"After that, .* before (it|that) has it"):
        move_symbol(files, name, to)


def test_the_circle_is_named():
    """With the modules on it, and what to move first."""
    with pytest.raises(CannotRefactor) as refused:
        move_symbol({"a.py": "N = 1\n\n\ndef f():\n    return N\n\n\nX = f()\n"}, "f", "b")

    assert (
        "After that, b would need N of a before that has it: while they are imported, "
        "b imports a imports b. a.f uses N of its module: move those first."
    ) == str(refused.value)


HARMLESS = [
    (
        "an import in a function",
        "def f():\n    pass\n\n\ndef g():\n    f()\n",
        "def h():\n    from a import g\n",
    ),
    (
        "an import for type checkers",
        "def f():\n    pass\n\n\ndef g():\n    f()\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from a import g\n",
    ),
    (
        "a type that only annotations name",
        "from __future__ import annotations\n\n\nclass T:\n    pass\n\n\ndef f(t: T) -> T:\n    return t\n\n\nf(T())\n",
        "from __future__ import annotations\n",
    ),
]


@pytest.mark.parametrize(("why", "old", "new"), HARMLESS)
def test_what_no_import_waits_for_is_no_circle(tmp_path, why, old, new):
    """Each of the two modules can still be the first: imports that run later, or never, are none."""
    files = {"a.py": old, "b.py": new}
    write(tmp_path, overlay(files, move_symbol(files, "f", "b")))
    for first in ("a", "b"):
        command = [sys.executable, "-c", f"import {first}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert ("", why) == (done.stderr, why)


def test_what_needs_it_at_once_stands_below_it():
    """In a module that imported it and uses it while it is imported, or when it is run."""
    files = {
        "a.py": "def f():\n    return 1\n",
        "b.py": "from a import f\n\nX = f()\n",
        "c.py": 'def g():\n    return f()\n\n\nif __name__ == "__main__":\n    g()\n',
    }
    files["c.py"] = "from a import f\n\n\n" + files["c.py"]

    assert (
        "def f():\n    return 1\n\n\nX = f()\n"
        == move_symbol(files, "f", "b").files["b.py"].lstrip()
    )
    assert (
        'def g():\n    return f()\n\n\ndef f():\n    return 1\n\n\nif __name__ == "__main__":\n    g()\n'
        == move_symbol(files, "f", "c").files["c.py"].lstrip()
    )


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("if x: from a import f", "if x: from b import f"),
        ("from a import f, g; f()", "from b import f; from a import g; f()"),
        ("def h():\n    from a import f\n    f()", "def h():\n    from b import f\n    f()"),
        (
            "try:\n    from a import f\nexcept ImportError:\n    f = None",
            "try:\n    from b import f\nexcept ImportError:\n    f = None",
        ),
        ("from a import (\n    f,  # it\n    g,\n)", "from a import (\n    g,\n)\nfrom b import f"),
        ("from a import f", "from b import f"),
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_an_import_is_changed_where_it_stands(line, after, end):
    """In a block, beside other statements, over several lines, at the end of a file."""
    files = {"a.py": "def f():\n    pass\n\n\ndef g():\n    pass\n", "u.py": line + end}

    assert after == move_symbol(files, "a.f", "b").files["u.py"].removesuffix("\n")


def test_a_use_in_the_module_that_it_goes_to_needs_no_module_before_it():
    """On one line or on two."""
    new = "import a\n\n\ndef g():\n    return a.f(), (\n        a\n        .f()\n    )\n"
    made = move_symbol({"a.py": "def f():\n    pass\n", "b.py": new}, "f", "b").files["b.py"]

    assert "    return f(), (\n        f()\n    )\n" in made


def test_imports_of_a_package_stay_relative():
    """Those in the moved code fit its new place; those of it are written as the file has them."""
    files = {
        "src/p/__init__.py": "from .a import f\n",
        "src/p/a.py": "from . import util\nfrom .util import g\n\n\ndef f():\n    from .util import h\n    return util.x, g, h\n",
        "src/p/util.py": "x = g = h = 1\n",
        "src/p/q/__init__.py": "",
    }
    made = move_symbol(files, "f", "p.q.new").files

    assert "from .q.new import f\n" == made["src/p/__init__.py"]
    assert (
        "from .. import util\nfrom ..util import g\n\n\n"
        "def f():\n    from p.util import h\n    return util.x, g, h\n"
    ) == made["src/p/q/new.py"]


def test_types_move_with_their_guard():
    """What type checkers alone see is seen by them alone there, in quotes too."""
    files = {
        "a.py": (
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from x import T\n"
            "    from y import U\n\n\ndef f(t: 'T', u: 'list[U]'):\n    return t\n"
        ),
        "b.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from x import T\n",
    }
    old = "def f(t: 'T', u: 'list[U]'):\n    return t\n"

    assert (
        f"{files['b.py']}    from y import U\n\n\n{old}"
        == move_symbol(files, "f", "b").files["b.py"]
    )
    assert (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        f"    from x import T\n    from y import U\n\n\n{old}"
    ) == move_symbol(files, "f", "c").files["c.py"]


def test_a_file_without_a_line_end_keeps_its_last_line():
    """And line ends are those of the file it goes to."""
    files = {"a.py": "def f():\n    pass\n", "b.py": "X = 1\r\nY = 2"}

    assert (
        "X = 1\r\nY = 2\r\n\r\n\r\ndef f():\r\n    pass\r\n"
        == move_symbol(files, "f", "b").files["b.py"]
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os as x\n\n\ndef f():\n    x\n", "import sys as x\n"),
        ("from m import x\n\n\ndef f():\n    x\n", "x = 1\n"),
        ("from m import open\n\n\ndef f():\n    open\n", "def g():\n    open\n"),
        ("def f():\n    pass\n", "def g():\n    f\n"),
        ("from m import *\n\n\ndef f():\n    x\n", ""),
        ("def f():\n    global n\n    n = 1\n", ""),
    ],
)
def test_names_that_would_mean_something_else_are_refused(old, new):
    """In the module that it goes to, or because only its own module can have them."""
    with pytest.raises(CannotRefactor):
        move_symbol({"a.py": old, "b.py": new}, "f", "b")


PATCHED = (
    "from unittest.mock import patch\n\n\ndef test():\n    with patch('a.{}'):\n        pass\n"
)
DOUBTS = [
    # a registry hears of it when its module is imported
    (
        "R = []\n\n\ndef reg(f):\n    R.append(f)\n    return f\n\n\n@reg\ndef f():\n    pass\n",
        {},
        "a decorator",
    ),
    (
        "import flask\n\napp = flask.Flask()\n\n\n@app.route('/')\ndef f():\n    pass\n",
        {},
        "a decorator",
    ),
    (
        "R = []\n\n\nclass B:\n    def __init_subclass__(cls):\n        R.append(cls)\n\n\nclass f(B):\n    pass\n",
        {},
        "a base",
    ),
    ("import odd\n\n\nclass f(odd.Model):\n    pass\n", {}, "a base"),
    # what it looks up is replaced or rebound where it was
    ("import time\n\n\ndef f():\n    time\n", {"t.py": PATCHED.format("time")}, "replaces time"),
    ("N = 1\n\n\ndef f():\n    return N\n", {"t.py": "import a\n\na.N = 2\n"}, "replaces N"),
    (
        "N = 1\n\n\ndef f():\n    return N\n",
        {"t.py": "import a\n\n\ndef t(monkeypatch):\n    monkeypatch.setattr(a, 'N', 2)\n"},
        "replaces N",
    ),
    ("N = 1\n\n\ndef g():\n    global N\n    N = 2\n\n\ndef f():\n    return N\n", {}, "rebinds"),
    # who looks it up is looked at as a whole
    ("def f():\n    pass\n", {"t.py": "import a\n\nfor x in dir(a):\n    pass\n"}, "as a whole"),
    ("def f():\n    pass\n\n\nALL = globals()\n", {}, "all of its names"),
    ("def f():\n    pass\n", {"t.py": "import a\n\ngetattr(a, 'f')\n"}, "the one of a"),
    (
        "def f():\n    pass\n\n\ndef g():\n    f()\n",
        {"t.py": PATCHED.format("f"), "u.py": "import a\n\na.f()\n"},
        "some in a",
    ),
    ("def f():\n    return __name__\n", {}, "another in each module"),
    ("def f():\n    pass\n\n\ndef g():\n    global f\n    f = 1\n", {}, "rebinds f"),
    ("class f:\n    pass\n", {"t.py": "def g(x: 'a.f'):\n    pass\n"}, "a type in quotes"),
    ("def f():\n    pass\n", {"a.pyi": "def f() -> None: ...\n"}, "a stub"),
    ("def f():\n    pass\n", {"t.py": "load('a', 'f')\n"}, "by its module and its name"),
    ("def f():\n    pass\n", {"t.py": "import_module('a').f()\n"}, "found by its name"),
    ("def f():\n    pass\n", {"t.py": "sys.modules['a'].f()\n"}, "found by its name"),
    ("def f():\n    pass\n", {"t.py": "x.__module__ == 'a'\n"}, "found by its name"),
    ("def f():\n    pass\n", {"t.py": "x.__module__ not in ('b', 'a')\n"}, "or compared with it"),
    ("def f():\n    pass\n", {"t.py": "IN = {'a': 1}\nIN[x.__module__]\n"}, "compared with it"),
    ("def f():\n    pass\n", {"t.py": "x.__module__.startswith('a')\n"}, "compared with it"),
    ("def f():\n    pass\n", {"t.py": "from p.a import f\n"}, "may be the same module"),
    (
        "def f():\n    pass\n",
        {"t.py": "WHERE = ['f']\n\n\ndef __getattr__(name):\n    pass\n"},
        "by strings",
    ),
]


@pytest.mark.parametrize(("old", "others", "why"), DOUBTS)
def test_what_cannot_be_proved_of_a_move_is_told(old, others, why):
    """Registries, replaced names, modules taken as a whole: with the line and the reason."""
    made = move_symbol({"a.py": old, **others}, "a.f", "b")

    assert [why] == [why for _, _, reason in list_reasons(made) if why in reason]


def test_a_patch_follows_who_looks_the_name_up():
    """It stays with a module that goes on using it, and goes with those that name it in full."""
    inner = {"a.py": "def f():\n    pass\n\n\ndef g():\n    f()\n", "t.py": PATCHED.format("f")}
    outer = {
        "a.py": "def f():\n    pass\n",
        "t.py": PATCHED.format("f"),
        "u.py": "import a\n\na.f()\n",
    }

    assert "t.py" not in move_symbol(inner, "f", "b").files
    assert PATCHED.format("f").replace("a.f", "b.f") == move_symbol(outer, "f", "b").files["t.py"]


def test_what_decorates_without_a_list_moves():
    """Decorators and bases of the standard library, and of the project where they only wrap."""
    old = (
        "import abc\nimport functools\n\n\ndef wraps(f):\n    @functools.wraps(f)\n    def g():\n"
        "        return f()\n    return g\n\n\n@functools.cache\n@wraps\ndef f():\n    pass\n\n\n"
        "class C(abc.ABC, Exception):\n    pass\n"
    )

    assert () == move_symbol({"a.py": old}, "f", "b").unproven
    assert () == move_symbol({"a.py": old}, "C", "b").unproven


def test_a_package_keeps_what_outsiders_import_of_it():
    """And a module keeps what others take of it by a star, or its `__all__` names."""
    package = {"p/__init__.py": "def f():\n    pass\n"}
    star = {"a.py": "def f():\n    pass\n", "u.py": "from a import *\n\nf()\n"}
    every = {"a.py": '__all__ = ["f"]\n\n\ndef f():\n    pass\n'}

    assert "from p.b import f\n" == move_symbol(package, "f", "p.b").files["p/__init__.py"]
    assert "from b import f\n" == move_symbol(star, "f", "b").files["a.py"]
    assert "from b import f\n" in move_symbol(every, "f", "b").files["a.py"]


def test_an_entry_point_follows():
    """In a configuration's own way of writing it."""
    files = {
        "p/__init__.py": "",
        "p/a.py": "def f():\n    pass\n",
        "pyproject.toml": 'x = "p.a:f"\n',
    }

    assert 'x = "p.b:f"\n' == move_symbol(files, "f", "p.b").files["pyproject.toml"]


def test_signatures_of_a_function_move_with_it():
    """What `overload` marks belongs to the one definition below it; two definitions are refused."""
    one = "from typing import overload\n\n\n@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a):\n    return a\n"
    made = move_symbol({"a.py": one, "u.py": "from a import f\n"}, "a.f", "b").files

    assert one == made["b.py"]
    with pytest.raises(CannotRefactor, match="more than once"):
        move_symbol({"a.py": "def f():\n    pass\n\n\ndef f():\n    pass\n"}, "a.f", "b")


def test_a_new_package_is_one():
    """A folder that a move makes within a package is imported as the others are."""
    files = {
        "lib/p/__init__.py": "",
        "lib/p/a.py": "def f():\n    pass\n",
        "u.py": "from p.a import f\n",
    }
    made = move_symbol(files, "f", "p.new.b").files

    assert {"lib/p/new/__init__.py", "lib/p/new/b.py", "lib/p/a.py", "u.py"} == set(made)
    assert "from p.new.b import f\n" == made["u.py"]


@pytest.mark.parametrize("to", ["json", "json.py", "src/json.py", "json.x", "json/x.py"])
def test_a_new_module_has_no_name_of_pythons_own(to):
    """It would hide that, or be hidden by it; a package of the project may be called so."""
    with pytest.raises(CannotRefactor, match="is Python's own"):
        move_symbol({"a.py": "def f():\n    pass\n"}, "f", to)
    own = {"a.py": "def f():\n    pass\n", "json/__init__.py": ""}

    assert "json/x.py" in move_symbol(own, "f", "json.x").files


def test_what_only_annotations_name_is_imported_back_for_type_checkers():
    """Where importing it at once would close a circle."""
    files = {
        "a.py": "from __future__ import annotations\n\nimport b\n\n\nclass T:\n    pass\n\n\ndef g(t: T):\n    pass\n",
        "b.py": "from a import g\n",
    }
    made = move_symbol(files, "T", "b").files

    assert "if TYPE_CHECKING:\n    from b import T\n" in made["a.py"]


@pytest.mark.parametrize(
    ("head", "rest", "others", "after"),
    [
        ("import os\n", "", {}, ""),
        ("import os, re\n", "re\n", {}, "import re\n"),
        ("from x import y, z as w\n", "y\n", {}, "from x import y\n"),
        ("import os  # noqa\n", "", {}, "import os  # noqa\n"),
        ("import os\n", "# os\n", {}, "import os\n"),
        ("import os as os\n", "", {}, "import os as os\n"),
        ("import os\n", "", {"t.py": "from a import os\n"}, "import os\n"),
        ("import os\n", "", {"t.py": "import a as o\n\no.os\n"}, "import os\n"),
        ("import os\n", "", {"t.py": "patch('a.os.path')\n"}, "import os\n"),
        ("import c\n", "", {"c.py": "print(1)\n"}, "import c\n"),
    ],
)
def test_an_import_that_only_the_moved_code_needed_goes(head, rest, others, after):
    """Unless somebody else may have it from there, or the module does something by itself."""
    body = "\n\ndef f():\n    return os, re, y, w, c\n"
    made = move_symbol({"a.py": f"{head}{rest}{body}", **others}, "a.f", "b").files["a.py"]

    assert f"{after}{rest}".strip() == made.strip()


EFFECTS = [
    "f.x = 2",
    "print(1)",
    "REGISTRY['f'] = 1",
    "if f:\n    print(f)",
    "@odd.mark\ndef g():\n    pass",
]


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize(
    ("user", "is_told"), [("from a import f\n", True), ("from a import f\nimport a\n", False)]
)
def test_what_a_module_does_when_it_is_imported_is_told(effect, user, is_told):
    """Where somebody imports it no more, who did so for what moved."""
    old = f"import odd\n\nREGISTRY = {{}}\n\n\ndef f():\n    pass\n\n\n{effect}\n"
    made = move_symbol({"a.py": old, "u.py": user}, "a.f", "b")

    assert is_told == any("it runs when a is imported" in why for _, _, why in list_reasons(made))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the only imports go, below a docstring, and at the beginning of the file
        (
            '"""Say."""\n\nimport os\nimport re\n\n\ndef f():\n    return os, re\n\n\nX = 1\n',
            '"""Say."""\n\n\nX = 1\n',
        ),
        (
            "import os\n\n\ndef f():\n    return os\n\n\ndef g():\n    pass\n",
            "def g():\n    pass\n",
        ),
        # it goes from between two others, and from the end
        ("A = 1\n\n\ndef f():\n    pass\n\n\nB = 1\n", "A = 1\n\n\nB = 1\n"),
        ("A = 1\n\n\ndef f():\n    pass\n", "A = 1\n"),
        # its module imports it, before a definition and below a docstring
        (
            "def f():\n    pass\n\n\ndef g():\n    f()\n",
            "from b import f\n\n\ndef g():\n    f()\n",
        ),
        (
            '"""Say."""\n\n\ndef f():\n    pass\n\n\ndef g():\n    f()\n',
            '"""Say."""\n\nfrom b import f\n\n\ndef g():\n    f()\n',
        ),
    ],
)
def test_a_move_leaves_as_many_blank_lines_as_there_were(text, expected):
    """Where something goes, those above and below it do not add up."""
    assert expected == move_symbol({"a.py": text}, "f", "b").files["a.py"]
