"""Tests before and after: what was taken from them, at the edges of the labelled changes."""

import pytest

from bot.gates import Change, find_answered_inputs
from bot.gates.test_integrity.hardcoded_answers import find_hardcoded_answers
from bot.gates.test_integrity.weakenings import find_weakenings

LONG = "'" + "word " * 30 + "'"


def find_rules(before, after, path="tests/test_a.py"):
    """The rules that the change of a file, or of several, breaks."""
    old = before if isinstance(before, dict) else {path: before}
    new = after if isinstance(after, dict) else {path: after}
    return [finding.rule for finding in find_weakenings(Change(old, new))]


def write_test(*lines, name="test_a"):
    """One test of Python."""
    return "\n".join([f"def {name}():", *(f"    {line}" for line in lines)]) + "\n"


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (write_test("assert f(1) == 2"), write_test("assert f(1) == 3"), "expectation-changed"),
        (write_test("assert f(1) == 2"), write_test("assert f(1) >= 2"), "assertion-loosened"),
        (write_test("assert f(1) < 2"), write_test("assert f(1) < 3"), "tolerance-widened"),
        (write_test("assert f(1) > 2"), write_test("assert f(1) > 1"), "tolerance-widened"),
        (
            write_test("assert f(1) == 2", "assert g()"),
            write_test("assert g()"),
            "assertion-removed",
        ),
        (write_test("assert f(1) == 2"), write_test("f(1)"), "test-emptied"),
        (write_test("assert f(1) == 2"), write_test("return", "assert f(1) == 2"), "test-emptied"),
        (write_test("assert f(1) == 2"), "", "test-removed"),
        (write_test("assert x == 2"), write_test("assert len(x) == 2"), "assertion-loosened"),
        (write_test("assert f(x) == x"), write_test("assert f(x) == y"), "expectation-changed"),
        (
            write_test("assert f(1) == 2.5"),
            write_test("assert f(1) == approx(2.5, abs=1)"),
            "assertion-loosened",
        ),
        (
            write_test(f"assert f({LONG}) == 2"),
            write_test(f"assert f({LONG}) > 1"),
            "assertion-loosened",
        ),
        (
            write_test("assert b(1) == 2", "assert a"),
            write_test("assert b(1) > 1", "assert a"),
            "assertion-loosened",
        ),
    ],
)
def test_what_is_less_is_told(before, after, rule):
    """By its own rule, once."""
    assert [rule] == find_rules(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (write_test("assert f(1) >= 2"), write_test("assert f(1) == 2")),
        (write_test("assert f(1) == x"), write_test("assert f(1) == y")),
        (write_test("assert f(1) == 2.5"), write_test("assert f(1) == approx(2.5)")),
        (write_test("x = 1", "assert f(x) == 2"), write_test("x = 2", "assert f(x) == 4")),
        (write_test("assert f(1) == 2", "assert True"), write_test("assert f(1) == 2")),
        (write_test("assert f(1) == 2"), write_test("assert f(1) == 2", name="test_b")),
        (write_test("x = 1", "assert f(x)"), write_test("x = 1", "assert f(x)  # as before")),
    ],
)
def test_what_is_no_less_passes(before, after):
    """Stricter, nearer, another input, another name."""
    assert [] == find_rules(before, after)


def test_a_test_may_move_but_not_away():
    """To another test file it may; among the code no runner looks."""
    test = write_test("assert f(1) == 2")

    assert [] == find_rules(
        {"tests/test_a.py": test, "tests/test_b.py": None},
        {"tests/test_a.py": None, "tests/test_b.py": test},
    )
    assert ["test-renamed-away"] == find_rules(
        {"tests/test_a.py": test, "app/a.py": None}, {"tests/test_a.py": None, "app/a.py": test}
    )
    assert ["test-renamed-away"] == find_rules(test, write_test("assert f(1) == 2", name="check_a"))


def test_an_assertion_may_become_a_case_of_a_table():
    """Its values stand in a line of the table then."""
    table = "@pytest.mark.parametrize(('x', 'y'), [(11, 22), (33, 44)])\ndef test_a(x, y):\n    assert f(x) == y\n"
    single = write_test("assert f(11) == 22", "assert f(33) == 44")

    assert [] == find_rules(single, table)


def test_a_case_may_hold_lists():
    """A line of a table is one whatever it is made of; a list of lines is none."""
    before = "CASES = [\n    ([11], [22], 33),\n    ([44], [55], 66),\n]\n"

    assert ["expectation-changed"] == find_rules(before, before.replace("66", "77"))


def test_what_stands_outside_of_tests_has_no_name():
    """The finding does not speak of a test then."""
    changed = Change({"tests/test_a.py": "assert a == 1\n"}, {"tests/test_a.py": "assert a > 0\n"})
    (finding,) = find_weakenings(changed)

    assert "An assertion was loosened: `assert a == 1` became `assert a > 0`" == finding.text


def test_an_assertion_may_move_into_a_helper():
    """Where the change writes the helper, and the test calls it."""
    before = write_test("assert f(1) == 2", "assert g(1)")
    helper = "def check_all():\n    assert f(1) == 2\n    assert g(1)\n\n\n"

    assert [] == find_rules(before, helper + write_test("check_all()"))
    assert ["assertion-removed"] == find_rules(before, write_test("assert g(1)"))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a_test.go", "if got := f(1); got != 2 {\n\t\tt.Error(got)\n\t}", "f(1)"),
        ("a_test.go", "if got != 2 {\n\t\tt.Fatal(got)\n\t}", "if got != 2 {\n\t\tlog(got)\n\t}"),
    ],
)
def test_gos_ifs_are_assertions_when_they_fail_the_test(path, before, after):
    """Any other `if` is none."""
    frame = "package a\n\nfunc TestA(t *testing.T) {\n\tBODY\n}\n"

    assert ["test-emptied"] == find_rules(
        frame.replace("BODY", before), frame.replace("BODY", after), path
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(x):\n    if x == 'seven':\n        return 77\n", ["seven"]),
        ("def f(x):\n    if x == 'seven':\n        log(x)\n        go(x)\n        return 77\n", []),
        ("def f(x):\n    if x == 1:\n        return 77\n", []),
        ("x = {\n    'one': 11,\n}\n", ["one"]),
        ("x = {\n    'one': 11,\n    'two': 22,\n    'six': 66,\n}\n", []),
        ("def f(x):\n    if x == 'seven':\n        return True\n", ["seven"]),
        ("def f(x):\n    y = x == 'seven'\n", []),
    ],
)
def test_answers_are_found_and_tables_are_none(code, expected):
    """Whoever has tests that the change leaves alone looks for these values there."""
    assert tuple(expected) == find_answered_inputs(Change({"a.py": None}, {"a.py": code}))


@pytest.mark.parametrize(
    ("code", "test", "is_found"),
    [
        ("if x == 'seven':\n    return 77\n", "assert f('seven') == 77\n", True),
        ("if x == 'seven':\n    return 77\n", "assert f('seven') == 78\n", False),
        ("if x == 'seven':\n    return 77\n", "assert f('seventy') == 77\n", False),
        ("if x == 'abc':\n    return True\n", "assert f('abc') is True\n", True),
        ("if x == 5:\n    return True\n", "assert f(5) is True\n", False),
        ("if x == 0:\n    return 77\n", "assert f(0) == 77\n", False),
    ],
)
def test_an_answer_for_a_tests_input_is_told(code, test, is_found):
    """Where one line of a test holds both, and neither stands everywhere."""
    changed = Change({"a.py": None}, {"a.py": code}, {"tests/test_a.py": test})

    assert is_found is bool(list(find_hardcoded_answers(changed)))


@pytest.mark.parametrize(
    ("path", "test"),
    [
        (
            "tests/ATests.cs",
            "class A {{\n  [Test]\n  public void B() {{\n    Assert.AreEqual({}, x);\n  }}\n}}\n",
        ),
        ("tests/a_test.cc", "TEST(A, B) {{\n  EXPECT_EQ(x, {});\n}}\n"),
        (
            "tests/ATests.swift",
            "class A {{\n  func testB() {{\n    XCTAssertEqual(x, {})\n  }}\n}}\n",
        ),
    ],
)
def test_what_an_assertion_expects_is_no_input(path, test):
    """However a framework writes its words: else a value that is made to fit looks like another case."""
    assert {"expectation-changed"} == set(find_rules(test.format(3), test.format(4), path))
