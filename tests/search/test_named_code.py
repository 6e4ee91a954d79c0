"""What a name means that a comment gives: a file, lines of it, or a definition."""

import pytest

from bot.search import CodeFinder

FILES = {
    "shop/cart.py": b"class Cart:\n    def total(self):\n        return 0\n\n\ndef pay():\n    return 1\n",
    "shop/deep/cart.py": b"def pay():\n    return 2\n",
    "shop/view.ts": b"export class View {\n  draw() { return 1 }\n}\n",
    "docs/guide.md": b"# Cart\n\nPay.",
}


def grep(pattern):
    return list(FILES)


def read(paths):
    return {path: FILES[path] for path in paths}


def find(words):
    return CodeFinder(list(FILES), grep, read).find(words)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("shop/cart.py", ("shop/cart.py", 1, 7, "")),
        ("`./shop/cart.py`", ("shop/cart.py", 1, 7, "")),
        ("view.ts", ("shop/view.ts", 1, 3, "")),
        ("shop/cart.py:2-3", ("shop/cart.py", 2, 3, "")),
        ("shop/cart.py#L6", ("shop/cart.py", 6, 6, "")),
        ("Cart.total", ("shop/cart.py", 2, 3, "Cart.total")),
        ("Cart#total()", ("shop/cart.py", 2, 3, "Cart.total")),
        ("shop.cart.pay", ("shop/cart.py", 6, 7, "pay")),
        ("shop/deep/cart.py::pay", ("shop/deep/cart.py", 1, 2, "pay")),
        ("View", ("shop/view.ts", 1, 3, "View")),
        ("docs/guide.md", ("docs/guide.md", 1, 3, "")),
        ("guide.md:3", ("docs/guide.md", 3, 3, "")),
    ],
)
def test_a_name_means_one_place(words, place):
    """With its lines; those of a definition hold what is in it."""
    code = find(words)

    assert place == (code.path, code.line, code.end_line, code.name)


@pytest.mark.parametrize(
    ("words", "obstacle"),
    [
        ("pay", "`pay` could be any of `shop/cart.py::pay`, `shop/deep/cart.py::pay`. Say which"),
        ("cart.py", "`cart.py` could be any of `shop/cart.py`, `shop/deep/cart.py`."),
        ("cart.py:1", "`cart.py` could be any of `shop/cart.py`, `shop/deep/cart.py`."),
        ("shop/carts.py", "There is no `shop/carts.py`. Did you mean `shop/"),
        ("shop/", "`shop/` is a folder. Name one of its files, such as `shop/cart.py`,"),
        ("Cart.totl", "Nothing is called `Cart.totl`. Did you mean `Cart.total`"),
        ("cart.Carrt", "Nothing is called `cart.Carrt`. Did you mean `Cart`"),
        ("shop/view.ts::drow", "Nothing is called `drow` in `shop/view.ts`. Did you mean `View."),
        ("shop/cart.py:9", "`shop/cart.py` has the lines 1 to 7."),
        ("shop/cart.py:4-2", "`shop/cart.py` has the lines 1 to 7."),
        ("shop/cart.py:" + "9" * 5_000, "There is no `shop/cart.py:99"),
        ("the cart", "`the cart` is no one name: give a file, some of its lines, or a definition."),
        ("", "Say what: a file, some of its lines, or a definition."),
        ("(", "There is no `(`."),
    ],
)
def test_what_means_no_place_is_explained(words, obstacle):
    """With what is near, or what it could be."""
    assert find(words).obstacle.startswith(obstacle)


def test_lines_bring_the_definitions_that_hold_them():
    """And a file all of its own."""
    assert ["Cart", "Cart.total"] == [hit.name for hit in find("shop/cart.py:3").symbols]
    assert 3 == len(find("shop/cart.py").symbols)
