"""Python's definitions, which are read by lines, are those that a parser finds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search import extract_symbols
from bot.search.python_symbols import find_python_definitions

ROOT = Path(__file__).parents[2]
THREE = '"' * 3
CASES = {
    "a string at the margin": (
        f"def f():\n    x = ({THREE}\nclass No: pass\n{THREE},\n{THREE}\ndef no(): ...\n{THREE})\n    y = 1\n\nz = 1\n",
        "f 1-8",
    ),
    "arguments at the margin": (
        "def f(\na,\nb: dict[str, int] = {},\n):\n    pass\nx = 1\n",
        "f 1-5",
    ),
    "comments": (
        "def f():\n    pass\n    # its own\n# nobody's\n\ndef g(): ...  # def h():\n",
        "f 1-3 g 6-6",
    ),
    "quotes in comments": (
        f"# don't {THREE}\ndef f():\n    x = '{THREE}'  # '''\n\ndef g(): ...\n",
        "f 2-3 g 5-5",
    ),
    "escaped quotes": (
        "def f():\n    x = '\\'#'\n    y = '\\\\'  # '\n\ndef g(): ...\n",
        "f 1-3 g 5-5",
    ),
    "tabs": (
        "class A:\n\tdef f(self):\n\t\tpass\n        def g(self): pass\n",
        "A 1-4 A.f 2-3 A.g 4-4",
    ),
    "carriage returns": (
        "class A:\r\n    x = 1\r\n\r\n    def f(self):\r\n        pass\r\n\r\nx = 1\r\n",
        "A 1-5 A.f 4-5",
    ),
    "an open string": (f"def f(): ...\nx = {THREE}\ndef no(): ...\n", "f 1-1"),
    "no last line break": ("async  def f():\n  return 1", "f 1-2"),
    "other scripts": ("def größe(): ...\nclass Größe: ...\n", "größe 1-1 Größe 2-2"),
    "words that begin alike": ("defer = 1\nclassy = 2\ndef_ = 3\nasync_ = 4\n", ""),
    "half a definition": ("def\nclass\ndef (\nclass A\n    def f(\n", "A 4-5 A.f 5-5"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_in_strings_brackets_and_comments_ends_nothing(case):
    """Nor does it begin anything."""
    text, expected = CASES[case]

    assert expected == " ".join(
        f"{node.name} {node.line}-{node.end_line}"
        for node in extract_symbols("a.py", text.encode())
    )


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("[bt]*/**/*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_of_what_people_wrote_a_parser_says_the_same(path):
    """Kinds, names and lines are those of the standard library's; comments at the end belong to
    what they follow.
    """
    text = path.read_bytes()
    kinds = {ast.ClassDef: "class", ast.FunctionDef: "function", ast.AsyncFunctionDef: "function"}
    parsed = sorted(
        (node for node in ast.walk(ast.parse(text)) if type(node) in kinds),
        key=lambda node: node.lineno,
    )
    definitions = find_python_definitions(text)
    more = [
        text.splitlines()[node.end_lineno : definition.end_line]
        for node, definition in zip(parsed, definitions, strict=True)
    ]

    assert [(node.lineno, kinds[type(node)], node.name) for node in parsed] == [
        (node.line, node.kind, node.name) for node in definitions
    ]
    assert all(
        definition.end_line >= node.end_lineno
        for node, definition in zip(parsed, definitions, strict=True)
    )
    assert all(
        not line.strip() or line.lstrip().startswith(b"#") for lines in more for line in lines
    )


@given(st.text("defclas async()[]{}:'\"#\\\n\t x=", max_size=300))
def test_noise_is_read(text):
    """In order and within the file."""
    definitions = extract_symbols("a.py", text.encode())

    assert all(1 <= node.line <= node.end_line <= text.count("\n") + 1 for node in definitions)
    assert [node.line for node in definitions] == sorted({node.line for node in definitions})


@pytest.mark.long
@pytest.mark.parametrize(
    "part",
    [
        "def f(",
        '"',
        "'''",
        "(((",
        "\\",
        "# '",
        "def f():\n",
        f"x = {THREE}\n",
        f'{THREE}\\"\n',
        " def f():\n#\n",
        "\n",
    ],
)
def test_a_megabyte_of_noise_is_read(part):
    """The work never grows faster than the text: this would not end."""
    text = (part * (1_000_000 // len(part))).encode()

    assert len(extract_symbols("a.py", text)) == (
        1 if part == "def f(" else text.count(b"def f():\n")
    )
