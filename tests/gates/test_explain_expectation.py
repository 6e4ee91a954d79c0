"""A new expectation of a test: does the change of the code explain it?"""

import pytest

from bot.gates import Change
from bot.gates.test_integrity.explain_expectation import explains_step, read_code_change


def code_change(before, after):
    return read_code_change(Change({"orders.py": before}, {"orders.py": after}))


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ('x = "Hello"\n', 'x = "Hi"\n', '"Hello"', '"Hi"'),
        ("return 200\n", "return created\n", "200", "201"),
        ("return items\n", "return sorted(items)\n", "[2, 1]", "[1, 2]"),
        ('x = "a-b"\n', 'x = "a/b"\n', '"c-d"', '"c/d"'),
        ("return x\n", "return x.upper()\n", '"ab"', '"AB"'),
        ("return x * 2\n", "return x * 3\n", "4", "6"),
        ("return x + 2\n", "return x + 5\n", "4", "7"),
        ("return x\n", "return x * 7\n", "3", "21"),
        ("return x\n", "return x / 7\n", "21", "3"),
        ("return x\n", "return x - 7\n", "21", "14"),
        ("return x + x * 0.2\n", "return x + x * 0.5\n", "12", "15"),
        ("return x\n", "return round(x, 2)\n", "0.3333333", "0.33"),
    ],
)
def test_the_code_speaks_of_it(before, after, old, new):
    """By a word, an order, a form, a number that moved alike, or digits that are rounded off."""
    assert explains_step(code_change(before, after), old, new)


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("", "", "1", "2"),
        ("x = 1\n", "x = 1\n", "1", "2"),
        ('x = "Hello"\n', 'x = "Bye"\n', '"a"', '"b"'),
        ("return x\n", "return y\n", "[2, 1]", "[1, 2]"),
        ("return x\n", "return y\n", '"ab"', '"AB"'),
        ("return x * 2\n", "return x * 3\n", "5", "9"),
        ("return x * 2\n", "return x * 3\n", "5", "0"),
        ("return x\n", "return x * 7\n", "3", "22"),
        ("return x\n", "return round(x, 2)\n", "0.3333333", "0.35"),
        ("return x\n", "return round(x, 2)\n", "0.33", "0.3300001"),
        ("return x\n", "return y\n", "0.3333333", "0.33"),
        ("return x * 2\n", "return x * 3\n", "5, 5", "5, 9"),
    ],
)
def test_the_code_says_nothing_of_it(before, after, old, new):
    """Then the test was made to agree with what the code happens to give."""
    assert not explains_step(code_change(before, after), old, new)


@pytest.mark.parametrize(
    ("before", "after", "text", "is_gone"),
    [
        ("def total(): ...\n", "def count(): ...\n", "assert total() == 1", True),
        ("def total(): ...\n", "def total(x): ...\n", "assert total() == 1", False),
        ('get("/api/old")\n', 'get("/api/new")\n', 'client.get("/api/old")', True),
        ('get("/api/old")\n', 'post("/api/old")\n', 'client.get("/api/old")', False),
        ("x = 1\n", None, "import orders", True),
        ("def test(): ...\n", None, "def test(): pass", False),
    ],
)
def test_what_is_gone_needs_no_test(before, after, text, is_gone):
    """A name, an address or a module that is no more; words that stand everywhere say nothing."""
    assert is_gone is code_change(before, after).removed_any_of(text)
