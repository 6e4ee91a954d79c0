"""A draft is cut so that it fits its place."""

from __future__ import annotations

import pytest

from bot.completion.cut import is_inside_word, make_cutter
from bot.completion.suggestion import CursorPlace

FITS = [
    ("", "import os", ""),
    ("x = ", "foo(", ""),
    ("x = foo(", "bar, baz", ""),
    ("x = foo(", "bar, baz)", ""),
    ("def read", "(self, path", ""),
    ("def f():\n    ", "for line in lines:\n        yield line", "\n"),
    ("def f():\n    ", "for line in", "\n"),
    ("def f():\n    if a:\n        b()\n    ", "else:\n        c()", "\n"),
    ("class A:\n    ", "@property", "\n"),
    ("class A:\n    ", "def b(self) -> int:\n        return 1", "\n"),
    ("def f():\n    try:\n        a()\n    ", "except OSError as error:", "\n"),
    ("x = [line for ", "line in lines", "]\n"),
    ("x = 'a", " word", "'\n"),
    ("x = f(a, 'wo", "rd')", ""),
    ('"""Read', " the file.", '"""\n'),
    ("# say", " what it does", "\n"),
    ("return x if ", "yes", "\n"),
    ("f = lambda", " xs", "\n"),
    ("from a", ".b import", "\n"),
    ("x = {'a'", ": 1, 'b'", "}\n"),
    ("print 'of Python 2', ", "name", "\n"),
    ("if x:\n\ty()\n\t", "z()\n\tw()", "\n"),
    ("x = foo(\n    a,\n", "    b,\n    c,", "\n)\n"),
    ("ä = 'é", "ü'", ""),
]


@pytest.mark.parametrize(("before", "draft", "after"), FITS)
def test_fitting_draft_stays(before, draft, after):
    """What parses at its place stays as it is, whether or not it ends its statement."""
    assert draft == make_cutter(CursorPlace("a.py", before, after)).cut(draft)


DO_NOT_FIT = [
    ("x = ", "a b", ""),
    ("x = foo(", "a))", ""),
    ("x = foo(a", "]", ""),
    ("", "    indented()", "\n"),
    ("def f():\n    a()\n", "        b()", "\n"),
    ("def f():\n    if a:\n        b()\n", "      c()", "\n"),
    ("def f():\n", "return 1", "\n"),
    ("if x:\n\ty()\n", "        z()", "\n"),
    ("def f():\n    ", "else:", "\n"),
    ("x = 1", " +* 2", "\n"),
    ("a = 1\n", "b", "\n"),
    ("x = (na", "me", "less)\n"),
]


@pytest.mark.parametrize(("before", "draft", "after"), DO_NOT_FIT)
def test_unfit_draft_is_refused(before, draft, after):
    """What would add a fault, stand askew, join two words or save no key is refused."""
    assert "" == make_cutter(CursorPlace("a.py", before, after)).cut(draft)


REPEAT = [
    ("x = foo(", "bar)", ")\n", "bar"),
    ("x = foo(g(", "bar)", ")\n", "bar)"),
    ("x = foo(g(", "bar))", ")\n", "bar)"),
    ("x = foo(", "bar, baz)\n", ")\n", "bar, baz"),
    ("x = 'wo", "rd'", "'\n", "rd"),
    ("x = ", "yy + 1", " + 1\n", "yy"),
    ("if ", "name:\n    pass", ":\n    pass\n", "name"),
    ("a = 1\n", "b = 2\nprint(a)", "\nprint(a)\n", "b = 2"),
    ("a = 1\n", "b = 2\nprint(a)\nc = 3", "\n\nprint(a)\n", "b = 2"),
]


@pytest.mark.parametrize(("before", "draft", "after", "expected"), REPEAT)
def test_nothing_is_repeated(before, draft, after, expected):
    """What stands behind the cursor is not written a second time, and no bracket closed twice."""
    assert expected == make_cutter(CursorPlace("a.py", before, after)).cut(draft)


@pytest.mark.parametrize(
    ("before", "draft"),
    [("x = ) foo(", "bar"), ("def (:\n    x = ", "foo(a"), ("if if\n", "import os")],
)
def test_broken_code_is_completed(before, draft):
    """Where the code does not parse already, a draft that makes it no worse stays."""
    assert draft == make_cutter(CursorPlace("a.py", before)).cut(draft)


def test_other_files_are_not_parsed():
    """In a file that is not Python a draft is cut by what stands behind the cursor alone."""
    cutter = make_cutter(CursorPlace("notes.txt", "Dear ", ", hello"))

    assert ["a b ]]", "reader"] == [cutter.cut("a b ]]"), cutter.cut("reader, hello")]


def test_line_ends_of_windows_are_lines():
    """A file with the line ends of Windows is read as one with those of Unix."""
    cutter = make_cutter(CursorPlace("a.py", "def f():\r\n    a()\r\n    ", "\r\nprint(a)\r\n"))

    assert "b()" == cutter.cut("b()\nprint(a)")


def test_long_function_is_parsed_from_a_line_of_it():
    """Far below its definition, code is still told from what does not parse."""
    lines = "".join(f"    value_{number} = compute({number})\n" for number in range(200))
    cutter = make_cutter(CursorPlace("a.py", f"def f():\n{lines}    ", "\n"))

    assert ["return value_1", ""] == [cutter.cut("return value_1"), cutter.cut("return 1 2")]


@pytest.mark.parametrize(
    ("before", "after", "expected"), [("na", "me", True), ("na", " me", False), ("", "me", False)]
)
def test_middle_of_word_is_known(before, after, expected):
    """A cursor with a word on both sides is in the middle of it."""
    assert expected == is_inside_word(CursorPlace("a.py", before, after))
