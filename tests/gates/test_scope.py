"""What `/document` and `/test` may change: words alone, and tests alone."""

from dataclasses import replace

import pytest

from bot.gates import Change, check_scope
from bot.steps.inspect_change import make_rules
from bot.values import Branch, Sha, Tree
from tests.views.run_states import REQUEST, make_state

PYTHON = "class A:\n    x = 1\n\n    def f(self, a):\n        if a:\n            pass\n        return a\n"
YOUNG = "type X = int\n\n\ndef f[T](x: T) -> T:\n    return x\n"
CGO = 'package a\n\n/*\nint f();\n*/\nimport "C"\n'
MACRO = "MACRO(x) { foo bar baz }\nint f(void) { return 1; }\n"
JAVA = "class A { int f() { return 1; } }\n"
WORDS = [  # words alone: a path, and what is replaced by what
    ("a.py", PYTHON, "class A:\n", 'class A:\n    """An A."""\n\n'),
    ("a.py", PYTHON, "x = 1\n", 'x = 1\n    """How many."""\n'),
    ("a.py", PYTHON, "        if a", '        """Find it."""\n        # why\n        if a'),
    ("a.py", "def f(): ...\n", "def f(): ...", 'def f():\n    """Do nothing."""'),
    ("a.py", 'def f():\n    """Old."""\n', "Old", "New"),
    ("a.py", YOUNG, "def f", '"""Young."""\n\n\ndef f'),
    ("a.py", YOUNG, "    return", '    """Find it."""\n    return'),
    ("a.js", "function f(a) { return a }\n", "function", "/** @param {number} a */\nfunction"),
    ("a.ts", "function f() {}\n", "{}", "{\n  // nothing\n}"),
    ("a.tsx", "const A = () => <p>Hi</p>;\n", "const", "/** An A. */\nconst"),
    ("a.go", "package a\n\nfunc F() {}\n", "func", "// F does nothing.\nfunc"),
    ("a.rs", "fn f() -> i32 { 1 }\n", "fn f", "/// One.\nfn f"),
    ("a.rb", "def f\n  1\nend\n", "def", "# @return [Integer]\ndef"),
    ("A.java", JAVA, "int f", "/** One. */ int f"),
    ("a.c", MACRO, "int f", "/* One. */\nint f"),
    ("a.kt", "fun f() = 1\n", "fun", "/** One. */\nfun"),
    ("a.php", "<?php\nfunction f() { return 1; }\n", "function", "/** One. */\nfunction"),
    ("docs/guide.md", "# Guide\n", "Guide", "The guide"),
]
MORE = [
    ("a.py", PYTHON, "x = 1\n", "x = True\n", "this changes code"),
    ("a.py", PYTHON, "            pass\n", "            return 0\n", "this changes code"),
    ("a.py", PYTHON, "        return a", "            return a", "this changes code"),
    ("a.py", PYTHON, "        if a", '        f"{a}"\n        if a', "this changes code"),
    ("a.py", PYTHON, "x = 1\n", "x = 1  # type: ignore\n", "a comment that a tool obeys"),
    ("a.py", PYTHON, "return a", "return b", "this changes code"),
    ("a.py", PYTHON, "return a", "return (a", "this changes code"),
    ("a.py", YOUNG, "return x", "return X", "this changes code"),
    ("a.py", YOUNG, "    return", "    f'{x}'\n    return", "this changes code"),
    ("a.js", "'use strict'\nf()\n", "'use strict'\n", "", "this changes code"),
    ("a.tsx", "f()\n", "f()", "'use client'\nf()", "this changes code"),
    ("a.py", "global_ = 1\ndef f():\n    global a\n", "global a", "global b", "this changes code"),
    ("a.js", "function f(a) { return a }\n", "return a", "return // a\n a", "this changes code"),
    ("a.ts", "let a = 1;\n", "let", "// @ts-ignore\nlet", "a comment that a tool obeys"),
    ("a.go", "package a\n", "package", "//go:build linux\n\npackage", "that a tool obeys"),
    ("a.go", CGO, "int f", "int g", "a comment that a tool obeys"),
    ("a.rb", "def f\nend\n", "def", "# frozen_string_literal: true\ndef", "that a tool obeys"),
    ("A.java", JAVA, "{ int", "{ // \\u000a int x;\n int", "a comment that a tool obeys"),
    ("a.c", MACRO, "bar baz", "bar bas", "this changes code"),
    ("a.sh", "cat <<E\nx # y\nE\n", "# y", "# z", "this changes code"),
    ("a.toml", "a = 1\n", "a", "# a\na", "I cannot tell words from code"),
    ("requirements.txt", "a\n", "a", "# a\na", "I cannot tell words from code"),
]


def check(path, before, after, scope="documentation"):
    return [found.text for found in check_scope(Change({path: before}, {path: after}), scope)]


@pytest.mark.parametrize(("path", "before", "old", "new"), WORDS)
def test_words_alone_may_change(path, before, old, new):
    """Comments, docstrings and documents, in each language."""
    assert [] == check(path, before, before.replace(old, new, 1))


@pytest.mark.parametrize(("path", "before", "old", "new", "problem"), MORE)
def test_what_is_more_than_words_is_refused(path, before, old, new, problem):
    """However small: what runs, or what a tool obeys."""
    (text,) = check(path, before, before.replace(old, new, 1))

    assert problem in text


def test_a_place_is_named_by_its_line_and_files_stay():
    """The line is that of the new text; code comes and goes with no `/document`."""
    change = Change({"a.py": "a = 1\nb = 2\n"}, {"a.py": "# a\na = 1\nb = 3\n"})
    (finding,) = check_scope(change, "documentation")

    assert (3, True) == (finding.line, finding.blocks)
    assert "this adds a file" in check("a.py", None, "")[0]
    assert "this deletes a file" in check("a.py", "", None)[0]
    assert [] == check("docs/new.md", None, "# New\n")


@pytest.mark.parametrize(
    ("command", "scope"), [("document", "documentation"), ("test", "tests"), ("generate", "")]
)
def test_a_command_has_its_scope(command, scope):
    """What an issue asks for has none."""
    state = make_state(tree=Tree(REQUEST.repo, Sha("a" * 40), Branch("main")))
    asked = replace(state, request=replace(REQUEST, command=command))

    assert scope == make_rules(asked).scope


def test_tests_alone_may_change():
    """Where tests are asked for; without a scope all may."""
    assert [] == check("tests/test_a.py", None, "", "tests")
    assert "This is no test" in check("a.py", "", "a = 1\n", "tests")[0]
    assert [] == check("a.py", "", "a = 1\n", "")
