"""What stands beside a name: keywords of patterns, modules of packages, sentences, imports."""

from __future__ import annotations

import pytest

from bot.refactor import move_symbol, rename_symbol

POINT = "class Point:\n    size: int = 0\n    height: int = 0\n"
MATCH = "from a import Point\n\n\ndef f(p):\n    match p:\n        case Point({}):\n            return 1\n"


@pytest.mark.parametrize(
    ("pattern", "renamed"),
    [
        ("size=3", "width=3"),
        ("height=2, size = (3)", "height=2, width = (3)"),
        ("height=Point(size=3)", "height=Point(width=3)"),
        ("height=3", "height=3"),
    ],
)
def test_a_pattern_names_the_attribute(pattern, renamed):
    """Each keyword is that of its own class."""
    use = MATCH.format(pattern)
    made = rename_symbol({"a.py": POINT, "use.py": use}, "Point.size", "width")

    assert MATCH.format(renamed) == made.files.get("use.py", use)
    assert () == made.unproven


def test_a_pattern_whose_value_stands_on_another_line_is_told():
    """It is left, with its line."""
    use = MATCH.format("size=\n            3")
    made = rename_symbol({"a.py": POINT, "use.py": use}, "Point.size", "width")

    assert [("use.py", 6)] == [(place.path, place.line) for place in made.unproven]


@pytest.mark.parametrize("package", ["", "from . import a\n", "from p import a\n", "import p.a\n"])
def test_a_package_may_import_its_module(package):
    """The name is the module's all the same."""
    use = "import p.a\n\np.a.{}()\n"
    files = {"p/__init__.py": package, "p/a.py": "def f(): ...\n", "use.py": use.format("f")}
    made = rename_symbol(files, "p.a.f", "g")

    assert use.format("g") == made.files["use.py"]
    assert () == made.unproven


@pytest.mark.parametrize(
    ("name", "reads_types", "is_left"),
    [
        ("size", False, False),
        ("size", True, False),
        ("set_size", False, False),
        ("set_size", True, True),
    ],
)
def test_a_sentence_with_the_name_is_told_or_left(name, reads_types, is_left):
    """A word is a word; what is no word may be looked up where names of types are read."""
    looks = "print(type(3).__name__)\n" * reads_types
    use = f"x = 'the {name} of it'\n"
    files = {"a.py": f"class Box:\n    def {name}(self): ...\n{looks}", "use.py": use}
    made = rename_symbol(files, f"Box.{name}", "width")

    assert [1] * is_left == [place.line for place in made.unproven]
    assert [1] * (not is_left) == [place.line for place in made.words]


def test_what_only_type_checkers_import_comes_last():
    """Behind the imports that it needs to run, in a block of its own."""
    head = "from __future__ import annotations\n"
    block = "if TYPE_CHECKING:\n    from c import C\n"
    function = "def f(x: C):\n    return os.getcwd()\n"
    imports = "from typing import TYPE_CHECKING\nimport os\n"
    files = {
        "a.py": f"{head}\nimport os\nfrom typing import TYPE_CHECKING\n\n{block}\n\n{function}",
        "b.py": f"{head}\ny = 1\n",
        "c.py": "class C: ...\n",
    }
    made = move_symbol(files, "a.f", "b.py")

    assert f"{head}{imports}\n{block}\ny = 1\n\n\n{function}" == made.files["b.py"]
