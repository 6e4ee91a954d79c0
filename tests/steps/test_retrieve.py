"""Where to look, found in a repository that is served: with places, types, past diffs and a map."""

from __future__ import annotations

import pytest

from bot.steps.retrieve import choose_precedents, retrieve
from bot.values import Issue, PullEnd, RevisedFile, SharedPlace

CART = (
    b"from shop.money import Money\n\n\ndef add_tax(cart) -> Money:\n    return Money(cart.sum)\n"
)
FILES = {
    "shop/cart.py": CART,
    "shop/money.py": b"class Money:\n    cents: int\n",
    "shop/app.py": b"from shop.cart import add_tax\n\nprint(add_tax(1))\n",
    "tests/test_cart.py": b"from shop.cart import add_tax\n\n\ndef test_it():\n    add_tax(1)\n",
    "playground/demo.py": b"from shop.cart import add_tax\n\nadd_tax(1)  # add tax, tax, tax\n",
    "CHANGELOG.md": b"Tax is added: `add_tax` adds tax.\n" * 3,
}
ISSUE = Issue(7, "Tax is added twice", "`add_tax` adds it, `remove_tax` does not.", "ada")


@pytest.fixture(scope="module")
def shop(town):
    """A repository with a past change like the request."""
    place = town.place("acme/retrieve", {"a.txt": "a\n"})
    place.lay({**FILES, "shop/cart.py": CART.replace(b"sum", b"total")})
    place.lay({"shop/cart.py": CART})
    return place, place.tree()


@pytest.fixture(scope="module")
def retrieval(shop):
    """What is found for the issue."""
    place, tree = shop
    return retrieve(place.ports, tree, ISSUE)


def test_code_comes_before_playgrounds_and_release_notes(retrieval):
    """Although these have more of the issue's words."""
    paths = [hit.path for hit in retrieval.files]

    assert ["shop/cart.py", "shop/app.py"] == paths[:2]
    assert {"playground/demo.py", "CHANGELOG.md"} == set(paths[2:4])


def test_what_the_best_definition_uses_is_found_without_a_word_of_the_request(retrieval):
    """The reason is the definition that uses it."""
    assert ("shop/money.py", ("used by add_tax",)) == (
        retrieval.files[-1].path,
        retrieval.files[-1].why,
    )


def test_places_of_the_quoted_names_come_with_their_number(retrieval):
    """And the name that is nowhere yet."""
    tax, absent = retrieval.quoted

    assert ("add_tax", 10, 5) == (tax.text, tax.lines, tax.files)
    assert ("shop/cart.py", 4) == (tax.places[0].path, tax.places[0].line)
    assert ("remove_tax", 0) == (absent.text, absent.lines)


def test_types_come_with_the_definitions_that_use_them(retrieval):
    """They are what the change must fit."""
    assert [("Money", "shop/money.py", 1)] == [
        (hit.name, hit.path, hit.line) for hit in retrieval.types
    ]


def test_the_test_that_names_the_definition_is_told_with_it(retrieval):
    """The reason is the name that it holds."""
    assert [("tests/test_cart.py", ("names add_tax",))] == [
        (hit.path, hit.why) for hit in retrieval.tests
    ]


def test_the_map_shows_the_folders_of_the_code(retrieval):
    """Neither playgrounds nor tests are opened."""
    assert "playground/ (1 file)\nshop/\n  app.py" in retrieval.map


def test_precedents_of_the_same_files_come_first():
    """Then the newest; what was merged as written, or closed without a word, teaches nothing."""
    changed = RevisedFile("shop/cart.py", 1, 1, "-a\n+b\n")
    other = RevisedFile("b.py", 1, 1, "-a\n+b\n")
    newest, same, reason = (
        PullEnd(4, "", "", is_merged=True, files=(other,)),
        PullEnd(3, "", "", is_merged=True, files=(other, changed)),
        PullEnd(2, "", "", is_merged=False, reason="No.", reason_by="ada"),
    )
    silent = PullEnd(6, "", "", is_merged=False)
    as_written = PullEnd(5, "", "", is_merged=True, files=(RevisedFile("shop/cart.py", 9, 0),))
    oldest = PullEnd(1, "", "", is_merged=True, files=(other,))
    ends = (silent, as_written, newest, same, reason, oldest)

    assert (same, newest, reason) == choose_precedents(ends, ["shop/cart.py"])
    assert () == choose_precedents((), [])


def test_a_past_change_comes_with_its_diff(town):
    """The mirror has only the newest files: those of the past change are fetched for it."""
    place = town.place("acme/precedent", {"shop/cart.py": CART.decode()})
    place.forge.push(
        "acme/precedent",
        "ada",
        "main",
        {"shop/cart.py": "def add_tax(cart): ...\n"},
        "Add tax once",
    )
    place.forge.push(
        "acme/precedent", "ada", "main", {"b.py": "b = 1\n"}, "Begin another file (#70)"
    )
    (similar, *_) = retrieve(place.ports, place.tree(), ISSUE).similar
    (begun, *_) = retrieve(place.ports, place.tree(), Issue(70, "It goes on", "", "ada")).files

    assert "Add tax once" == similar.message.strip()
    assert similar.diff.startswith("--- shop/cart.py\n@@ ")
    assert "+def add_tax(cart): ..." in similar.diff
    assert ("b.py", ('changed by "Begin another file (#70)"',)) == (begun.path, begun.why)


def test_what_is_added_like_others_comes_with_the_last_of_them(town):
    """In a mirror that has only the newest files: the diffs of those that added one are fetched."""
    place = town.place("acme/kinds", {"shop/app.py": "print()\n"})
    for name in ("card", "cash", "coupon"):
        code = f"class {name.title()}Payment(Payment):\n    def pay(self):\n        return 1\n"
        files = {f"shop/{name}_payment.py": code, "shop/app.py": f"import {name}_payment\n"}
        place.forge.push("acme/kinds", "ada", "main", files, f"Pay by {name}")
    wanted = Issue(8, "Add a payment by invoice", "", "ada")
    family = retrieve(place.ports, place.tree(), wanted).family

    assert family
    assert ("Payment", "Pay by coupon", 3) == (
        family.place,
        family.addition and family.addition.message.strip(),
        family.additions,
    )
    assert (SharedPlace("shop/app.py", 3),) == family.constant_places
    assert retrieve(place.ports, place.tree(), ISSUE).family is None
