"""Which words ask for a refactoring, and what is said to those that ask for none."""

import pytest

from bot.refactor import (
    BadCommandError,
    CannotRefactor,
    RefactoringCommand,
    parse_refactoring,
    refactor,
    rename_symbol,
)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("rename Cart.total sum", RefactoringCommand("rename", "Cart.total", "sum")),
        ("rename `Cart.total` to `sum`", RefactoringCommand("rename", "Cart.total", "sum")),
        ("Rename to into", RefactoringCommand("rename", "to", "into")),
        ("rename a --guess b --partial", RefactoringCommand("rename", "a", "b", True, True)),
        ("async Client.fetch", RefactoringCommand("async", "Client.fetch")),
        ("async fetch --partial", RefactoringCommand("async", "fetch", partial=True)),
        ("move Cart -> shop/cart.py", RefactoringCommand("move", "Cart", "shop/cart.py")),
        (
            "rename shop/cart.py::Cart.total sum",
            RefactoringCommand("rename", "shop.cart.Cart.total", "sum"),
        ),
        ("async shop/__init__.py::fetch", RefactoringCommand("async", "shop.fetch")),
    ],
)
def test_words_that_ask_for_a_refactoring(words, command):
    """As the command line takes them; quotes, and a word between two names, are no part of it."""
    assert command == parse_refactoring(words)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "Say what to refactor. These work: `/refactor rename OLD NEW`,"),
        ("``", "Say what to refactor."),
        ("moev Cart shop", "I know no refactoring `moev`. Did you mean `move`?"),
        ("Cart to Basket", "I know no refactoring `Cart`. These work:"),
        ("rename", "OLD is missing in `rename OLD NEW`. For example: `/refactor rename Cart.total"),
        ("rename a", "NEW is missing in `rename OLD NEW`."),
        ("move Cart", "FILE is missing in `move NAME FILE`. For example: `/refactor move Cart s"),
        ("async my fetch", "`async NAME` has no place for `fetch`: a name has no blanks in it."),
        ("rename a b c", "`rename OLD NEW` has no place for `c`"),
        ("async a --guess", "`async` has no option `--guess`, only `--partial`. For example"),
        ("rename a b --aply", "`rename` has no option `--aply`, only `--partial` and `--guess`."),
    ],
)
def test_words_that_ask_for_none(words, problem):
    """They are answered with what is wrong, and an example."""
    with pytest.raises(BadCommandError) as wrong:
        parse_refactoring(words)

    assert problem in str(wrong.value)


def test_a_wrong_name_is_answered_with_near_ones():
    """With their whole names, functions, methods and classes alike."""
    files = {"shop/cart.py": "class Cart:\n    def total(self):\n        return 0\n"}
    for name in ("Carrt", "cart.Cart.totl"):
        with pytest.raises(CannotRefactor) as wrong:
            rename_symbol(files, name, "other")

        assert f"No file defines {name}. Did you mean shop.cart.Cart" in str(wrong.value)


def test_a_name_of_another_language_is_told():
    """Where it is defined, and that only Python is made async or moved."""
    files = {"a.py": "x = 1\n", "view.ts": "export function draw() {}\n"}
    for command in ("async draw", "move draw b.py"):
        with pytest.raises(CannotRefactor) as wrong:
            refactor(files, parse_refactoring(command))

        assert "draw is defined in view.ts, and" in str(wrong.value)
