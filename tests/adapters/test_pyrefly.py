"""The type checker tells which definition a name stands for, and nothing of the tree leads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.adapters.pyrefly import Pyrefly, find_pyrefly
from bot.ports import CodePlace, Unreachable

pytestmark = pytest.mark.served

FILES = {
    "src/shop/__init__.py": "from .cart import Cart\n",
    "src/shop/cart.py": "class Cart:\n    def total(self) -> int:\n        return 1\n",
    "tests/test_shop.py": (
        "# é😀\n"
        "import os\n"
        "from shop import Cart\n"
        "def go(é: Cart, carts: list[Cart], other):\n"
        '    s = "😀é"; é.total()\n'
        "    carts[0].total()\n"
        "    other.total()\n"
        "    os.environ.total\n"
        "    os.path.total\n"
        '    "".join([]).upper()\n'
    ),
}
# What would make it run a program, read elsewhere or be silent, were it heeded.
HOSTILE = {
    "pyrefly.toml": 'python-interpreter-path = "/tmp/evil"\nproject-excludes = ["**"]\n',
    "src/pyrefly.toml": 'search-path = ["/etc"]\n[build-system]\ntype = "custom"\n',
    "pyproject.toml": '[tool.pyrefly]\nproject-excludes = ["**"]\n',
    "../outside.py": "total = 1\n",
    "pyrefly.toml/total.py": "total = 1\n",
    "tests/pyrefly.toml/total.py": "total = 1\n",
    "/outside.py": "total = 1\n",
}


def find_places(files: dict[str, str], name: str) -> list[CodePlace]:
    """The places where the name stands as a word."""
    return [
        CodePlace(path, number, len(line[: match.start()].encode()))
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        for match in re.finditer(rf"\b{name}\b", line)
    ]


@pytest.mark.parametrize("extra", [{}, HOSTILE], ids=["plain", "hostile"])
def test_a_name_is_followed_to_its_definition(extra):
    """Through imports, annotations and containers; nothing is told of an object unknown to it."""
    checker = find_pyrefly()
    files = {**FILES, **extra}
    places = find_places(FILES, "total|upper")
    answers = checker.find_definitions(files, places)
    definition = CodePlace("src/shop/cart.py", 2, 8)
    lines = {
        place.line: answers.get(place, ()) for place in places if place.path != definition.path
    }

    assert (definition,) == lines[5]
    assert (definition,) == lines[6]
    assert () == lines[7]
    assert lines[10][0].is_outside
    assert "builtins.pyi" == lines[10][0].path.rpartition("/")[2]


def test_a_checker_that_fails_is_told(tmp_path: Path):
    """One that is not there, that ends at once, and that never answers."""
    places = find_places(FILES, "total")
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nsleep 60\n")
    sleeper.chmod(0o755)
    wrong = {
        "cannot be started": Pyrefly(tmp_path / "nowhere"),
        "ended by itself": Pyrefly(Path("/bin/true")),
        "did not end in time": Pyrefly(sleeper, patience_s=0.3),
    }
    for why, checker in wrong.items():
        with pytest.raises(Unreachable, match=why):
            checker.find_definitions(FILES, places)
