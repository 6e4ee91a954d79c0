"""The tests that a change adds or alters, named as each tool takes them."""

import pytest

from bot.checks.changed_tests import find_changed_tests, find_nearest_tests, select_tests
from bot.values import ProjectCheck

CART = """\
import cart


def make_cart():
    return cart.Cart()


def test_total():
    assert make_cart().total() == 0


class TestItems:
    def test_add(self):
        assert make_cart().add("tea")

    def test_remove(self):
        assert not make_cart().remove("tea")
"""


def change(old, new, path="tests/test_cart.py"):
    return find_changed_tests({path: CART}, {path: CART.replace(old, new)})


def test_an_altered_test_is_named_alone():
    """One test was altered: that one is run, and not its neighbours."""
    assert change("== 0", "== 1") == {"tests/test_cart.py": ("test_total",)}


def test_a_test_of_a_class_is_named_with_the_class():
    """A method of a test class is qualified by the class, which changed only with it."""
    assert change('remove("tea")', 'remove("ale")') == {
        "tests/test_cart.py": ("TestItems.test_remove",)
    }


def test_a_new_test_with_an_inner_function_is_named():
    """What is defined inside a test is a part of it."""
    new = "\n\ndef test_new():\n    def inner():\n        return 1\n\n    assert inner()\n"
    path = "tests/test_cart.py"

    assert find_changed_tests({path: CART}, {path: CART + new}) == {path: ("test_new",)}


def test_a_changed_fixture_stands_for_the_whole_file():
    """What changed is no test itself, so each test of the file may be meant."""
    assert change("return cart.Cart()", "return cart.Cart(1)") == {"tests/test_cart.py": ()}


def test_code_data_and_removed_tests_are_no_tests_to_run():
    """Only programs in places of tests count, and only where they are left."""
    before = {"cart.py": "x = 1\n", "tests/test_a.py": CART, "tests/data/a.json": "{}"}
    after = {"cart.py": "x = 2\n", "tests/test_a.py": None, "tests/data/a.json": "[]"}

    assert find_changed_tests(before, after) == {}


def test_a_language_without_names_stands_for_its_files():
    """Tests of JavaScript have no names that a check would take."""
    assert find_changed_tests({}, {"web/cart.test.js": "it('adds', () => {})\n"}) == {
        "web/cart.test.js": ()
    }


@pytest.mark.parametrize(
    ("only", "folder", "expected"),
    [
        (
            "python -m pytest {only}",
            "",
            ("api/test_a.py::TestA::test_b", "api/test_a.py::test_c", "web/a.test.js"),
        ),
        ("pytest {only}", "api", ("test_a.py::TestA::test_b", "test_a.py::test_c")),
        ("npx jest {only}", "web", ("a.test.js",)),
        ("python -m unittest {only}", "api", ("test_a",)),
        ("go test {only}", "", ("./api", "./web")),
        ("cargo test {only}", "", ()),
        ("", "", ()),
    ],
)
def test_tests_are_named_as_the_tool_takes_them(only, folder, expected):
    """Test ids for pytest, packages for go, modules for unittest, files for the rest."""
    check = ProjectCheck("test", "test", ("x",), only=only, folder=folder)
    tests = {"api/test_a.py": ("TestA.test_b", "test_c"), "web/a.test.js": ()}

    assert select_tests(check, tests) == expected


def test_the_nearest_tests_are_named_after_what_changed():
    """Those of the same folder come first; other tests are not near."""
    paths = ["tests/test_cart.py", "shop/tests/test_cart.py", "tests/test_tax.py", "shop/cart.py"]

    assert find_nearest_tests(["shop/cart.py", "README.md"], paths) == (
        "shop/tests/test_cart.py",
        "tests/test_cart.py",
    )
