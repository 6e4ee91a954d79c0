"""New tests run on small changes of the code, and each must notice one."""

from dataclasses import replace

import pytest

from bot.checks.code_mutations import list_mutations
from bot.checks.new_tests import has_failed, name_tests
from bot.steps.check_locally import LocalWork
from bot.steps.prove_tests import prove_tests
from bot.values import NamedCode, Patch, ProjectCheck, ProjectChecks
from bot.views.mutation_words import render_mutation_proof, render_unproved
from tests.folder_sandbox import FolderSandbox
from tests.gfm import GitHubPage

CODE = "def fee(total):\n    if total < 50:\n        return 5\n    return 0\n"
WEAK = "\n    def test_runs(self):\n        fee(1)\n"
GOOD = """\
import unittest

from cart import fee


class TestFee(unittest.TestCase):
    def test_small(self):
        self.assertEqual(5, fee(1))
"""
UNITTEST = "python -m unittest"
CHECKS = ProjectChecks(
    (
        ProjectCheck("test", "test", (UNITTEST,), only=f"{UNITTEST} {{only}}"),
        ProjectCheck("lint", "lint", ("python -m compileall -q .",)),
    )
)
NAMED = NamedCode("cart.py", 1, 4, name="fee")
OLD = ("tests/test_cart.py",)
WHY = "In these lines there is nothing that could be changed a little."


@pytest.mark.long
def test_each_new_test_is_tried_on_changes_of_the_code(build):
    """What notices none is told with what the others notice; so people and the model read it."""
    old = GOOD.replace("TestFee", "TestOld")
    place = build({"cart.py": CODE, "tests/test_cart.py": old, "tests/__init__.py": ""})
    ports = replace(place.ports, sandbox=FolderSandbox(place.ports.mirrors))
    work = LocalWork(place.tree(), Patch({"test_cart.py": GOOD + WEAK}), CHECKS, "run")
    code = replace(NAMED, line=2, end_line=2)
    only = Patch({"test_cart.py": GOOD})
    proof = prove_tests(ports, work, code)

    assert ["test_cart.py::TestFee::test_small"] == [change.test for change in proof.noticed]
    assert ("cart.py:2", "total < 50", "not (total < 50)") == (
        proof.noticed[0].place,
        proof.noticed[0].before,
        proof.noticed[0].after,
    )
    assert (("test_cart.py::TestFee::test_runs",), 3) == (proof.unproved, proof.tried)
    assert GitHubPage(render_mutation_proof(proof)).paragraphs == [
        "Each of these tests passes, and fails when the code is changed a little:",
        "Not proved: test_cart.py::TestFee::test_runs was not seen to fail (3 changes tried).",
    ]
    assert "I changed the named code in 3 small ways" in render_unproved(proof)
    assert "- test_cart.py::TestFee::test_runs\nThe others fail for these:\n" in render_unproved(
        proof
    )
    known = prove_tests(ports, replace(work, patch=only), replace(code, tests=OLD))
    assert [True] == [change.was_noticed for change in known.noticed]
    assert "in cart.py:2, as earlier tests do" in GitHubPage(render_mutation_proof(known)).text
    assert [False] == [change.was_noticed for change in proof.noticed]
    endless = FolderSandbox(place.ports.mirrors, endless=f"{UNITTEST} tests.test_cart")
    ended = prove_tests(
        replace(ports, sandbox=endless), replace(work, patch=only), replace(code, tests=OLD)
    )
    assert [False] == [change.was_noticed for change in ended.noticed]
    assert WHY == prove_tests(ports, work, replace(NAMED, line=1, end_line=1)).why


def test_where_nothing_can_be_shown_that_is_said(build):
    """No test in the change, or no command that takes single tests."""
    place = build({"cart.py": CODE})
    work = LocalWork(place.tree(), Patch({"docs.md": "#"}), CHECKS, "run")

    assert "No test was added or altered." == prove_tests(place.ports, work, NAMED).why
    untaken = replace(CHECKS, checks=CHECKS.checks[1:])
    work = replace(work, patch=Patch({"test_cart.py": GOOD}), project=untaken)

    assert "No check of the repository can run" in prove_tests(place.ports, work, NAMED).why


@pytest.mark.parametrize(
    ("path", "text", "changes"),
    [
        ("a.py", "if a in b:\n    f('x')\n", ["not (a in b)", "''", "not in"]),
        ("a.py", "def f():\n    'Doc.'\n    return a + 1\n", ["-", "None", "2"]),
        ("a.ts", "if (a === 1) { f(true) }\n", ["(!(a === 1))", "!==", "false", "2"]),
        ("a.go", "package a\nfunc f() int {\n\tif x { return 1 }\n}\n", ["!(x)", "2"]),
        ("A.java", "class A { int f() { return a < 1 ? 3 : 4; } }\n", ["!(a < 1)", "<=", "2"]),
        ("a.rs", "fn f() -> bool { if let Some(x) = y { x } else { true } }\n", ["false"]),
        ("a.txt", "if a < b\n", []),
    ],
)
def test_code_is_changed_a_little(path, text, changes):
    """In each language: what is replaced still parses, and words alone stay as they are."""
    made = [change.after for change in list_mutations(path, text, (1, 9), 20)]

    assert changes == made[: len(changes)]
    assert bool(changes) == bool(made)


def test_what_was_long_is_shown_in_whole_words():
    """On one line, with what follows left out."""
    text = f"if first_name or {' or '.join(['another_name'] * 9)}:\n    f()\n"
    shown = list_mutations("a.py", text, (1, 1), 1)[0].before

    assert "first_name or another_name or another_name or another_name or ..." == shown


def test_changes_are_spread_over_the_lines():
    """Where there are more lines than changes may be; the lines that are not named stay."""
    text = "".join(f"a{number} = {number} + b\n" for number in range(40))

    assert [10, 15, 20, 25] == [each.line for each in list_mutations("a.py", text, (10, 29), 4)]
    assert [3, 3] == [each.line for each in list_mutations("a.py", text, (3, 3), 9)]


def test_single_tests_are_named():
    """As far as the language tells them; a log names them in its own way."""
    texts = {
        "test_a.py": "class TestA:\n    def test_b(self): ...\n\n\ndef helper(): ...\n",
        "a.test.ts": "describe('cart', () => { it('adds two.', () => {}); test(`x`, f) })\n",
        "b.test.js": "test.each([[f(1), 2]])('doubles %i', f)\ntest.each`a|b\n${1}|${2}`('$a is', f)\n"
        "it.each(rows)('%s', f)\n",
        "a_test.go": "package a\n\nfunc TestSum(t *testing.T) {}\n",
        "b_test.go": "package a\n",
        "tests/c.rs": "#[test]\nfn adds() {}\n\nfn helper() {}\n",
        "DTest.java": "class DTest {\n  @Test\n  void sums() {}\n  void help() {}\n}\n",
    }
    names = name_tests(dict.fromkeys(texts, ()), texts)

    assert (
        "test_a.py::TestA::test_b",
        "a.test.ts::adds two.",
        "a.test.ts::x",
        "b.test.js::doubles %i",
        "b.test.js::$a is",
        "a_test.go::TestSum",
        "b_test.go",
        "tests/c.rs::adds",
        "DTest.java::DTest::sums",
    ) == names
    assert has_failed(names[0], ["test_a.py::TestA::test_b[1]"])
    assert not has_failed(names[0], ["test_a.py::TestA::test_bc"])
    assert has_failed(names[1], ["a.test.ts > cart > adds two."])
    assert has_failed(names[3], ["doubles > doubles 12"])
    assert has_failed(names[5], ["TestSum/small"])
    assert has_failed(names[6], ["b_test.go: TestX"])


@pytest.mark.parametrize(
    ("test", "failed", "is_it"),
    [
        ("test_a.py::TestA::test_x", "test_a.TestA.test_x", True),
        ("test_a.py::TestA::test_x", "test_x (test_a.TestA)", True),
        ("test_a.py::TestA::test_x", "test_a.TestB.test_x", False),
        ("test_a.py::TestA::test_x", "tests/test_b.py::TestA::test_x", False),
        ("test_a.py::TestA::test_x", "test_x", True),
        ("a/test_a.py::test_x", "a/test_a.py::test_x[1]", True),
        ("a/test_a.py::test_x", "a/test_b.py::test_x", False),
        ("a/test_a.py::test_x", "a.test_b.test_x", False),
        ("a/test_a.py::test_x", "a.test_a.test_x", True),
        ("a.test.js::adds", "cart > adds", True),
        ("a.test.js::adds", "b.test.js > cart > adds", False),
        ("DTest.java::DTest::sums", "com.acme.DTest.sums", True),
        ("DTest.java::DTest::sums", "com.acme.ETest.sums", False),
        ("a_test.go::TestSum", "example.com/cart.TestSum", True),
    ],
)
def test_a_test_of_the_same_name_is_another_one(test, failed, is_it):
    """The file and the class count, as far as the log says them."""
    assert is_it == has_failed(test, [failed])
