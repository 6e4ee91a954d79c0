"""The rule by which a request is too big for one change: files, criteria, and what is apart."""

import pytest

from bot.gates import Rules
from bot.tools.request_size import RequestSize, explain_excess, measure_request
from bot.values import Brief, Criterion, Entity

SERVE = Entity("symbol", "Server.serve", path="app/main.py")
STOP = Entity("symbol", "stop", path="app/main.py")
CART = Entity("file", "web/cart.ts", path="web/cart.ts")
MAKE = Entity("command", "make it")
MANY = "It has 13 criteria, and one change meets 12 at most."
ENTITIES = (SERVE, STOP, CART, MAKE, Entity("version", "3.11"))


def measure(*texts, files=()):
    """The size of a request with these criteria."""
    return measure_request(Brief("feature", ENTITIES, tuple(map(Criterion, texts))), files)


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        ((), 0),
        (("It is said in the log.",), 0),  # of nothing in the code: it belongs to any
        (("serve(0) raises a ValueError", "serve(1) returns 1"), 1),
        (("serve(0) raises a ValueError", "stop() ends it"), 1),  # in the same file
        (("serve(0) raises a ValueError", "The cart shows a sum"), 2),
        (("serve(0) raises", "The cart shows a sum", "serve() fills the cart"), 1),
        (("`total` is 3", "`total` is 4", "`tax` is 5"), 2),  # by the form of their names
        (("`a.total` is 3", "total() is 4", "my_total is 5"), 2),
        (("`a_b` is typed", "`c_d` is typed", "`e_f` is typed"), 1),  # the same of each
        (("Module stop is typed", "Module cart is typed"), 1),
        (("make it prints a", "Print b, then make it.", "make nothing of it"), 1),  # a command
        (("make it prints a", "stop() prints a b c"), 2),
        (("It is said in the log.", "`total` is 3", "`tax` is 5", "` ` is 6"), 2),
        (("`shop.order.cancel_all` is b", "`cancel_all` is c"), 1),  # by its longest word
        (("The --dry-run flag prints", "Without --dry-run it writes"), 1),
        (("It takes 3.11 s", "It returns 3.11"), 0),  # a figure is no name
        (("Deserve it", "The Cartesian product"), 0),  # a part of a word is none either
    ],
)
def test_criteria_that_share_nothing_are_apart(texts, groups):
    """They share a file, a definition, or a name of the code, also through a third."""
    assert groups == measure(*texts).groups


def test_files_are_counted_once():
    """Those of what the brief speaks of, and those that a plan names."""
    assert (2, 1) == (measure("a").files, measure("a").criteria)
    assert 3 == measure(files=("./web/cart.ts", "a.py", "a.py")).files


@pytest.mark.parametrize(
    ("size", "limits", "excess"),
    [
        ((60, 12, 2), {}, ""),
        ((60, 6, 6), {}, ""),  # small things together are one change
        ((61, 1, 1), {}, "It names 61 files, and a change here may touch 60."),
        ((5, 13, 1), {}, MANY),
        ((5, 1, 1), {"max_files": 4}, "It names 5 files, and a change here may touch 4."),
        ((5, 6, 1), {"max_lines": 300}, "It has 6 criteria, and one change meets 5 at most."),
        ((5, 4, 1), {"max_lines": 1}, "It has 4 criteria, and one change meets 3 at most."),
        ((5, 3, 1), {"max_lines": 1}, ""),
        (
            (5, 13, 1),
            {"max_lines": 100_000},
            MANY,
        ),
        (
            (9, 13, 1),
            {"max_files": 8},
            f"It names 9 files, and a change here may touch 8. {MANY}",
        ),
        (
            (5, 7, 3),
            {},
            "Its 7 criteria fall into 3 groups that share no file and no name of the code.",
        ),
    ],
)
def test_a_request_is_too_big_by_what_was_measured(size, limits, excess):
    """Against the repository's own limits, where they are narrower than ours."""
    assert excess == explain_excess(RequestSize(*size), Rules(**limits))
