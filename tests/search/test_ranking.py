"""Ranking: which files, definitions and tests a request is about, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.signals import subject_of
from bot.values import CommitInfo, Sha
from tests.search.commit_fixture import files, search


def test_the_file_and_the_definition_an_issue_is_about_come_first():
    """With the words that say why; tests are apart, and what is vendored is nowhere."""
    retrieval = search(files(), "Total of an empty cart is wrong", "`Cart.total` should be 0.")
    first = retrieval.symbols[0]

    assert "shop/cart.py" == retrieval.files[0].path
    assert ("shop/cart.py", "Cart.total", "method", 2, 3) == (
        first.path,
        first.name,
        first.kind,
        first.line,
        first.end_line,
    )
    assert ["tests/test_cart.py"] == [hit.path for hit in retrieval.tests]
    assert "defines Cart, total" in retrieval.files[0].why
    assert "tested by tests/test_cart.py" in retrieval.files[0].why
    assert all("test" not in hit.path and "vendor" not in hit.path for hit in retrieval.files)


@pytest.mark.parametrize(
    "spelling", ["shop/reports.py", "reports.py", "shop.reports.render", "/srv/app/shop/reports.py"]
)
def test_a_path_spelled_out_counts(spelling):
    """As a path, a bare name, a module, or with a strange machine's folders before it."""
    retrieval = search(files(), "Crash", f"It happens in {spelling} when the cart is empty.")

    assert "shop/reports.py" == retrieval.files[0].path
    assert f"the issue names {spelling}" in retrieval.files[0].why


def test_the_title_counts_more_than_the_body():
    """What a person put first is what they mean."""
    assert "shop/reports.py" == search(files(), "render report", "cart").files[0].path


def test_a_similar_commit_is_evidence_for_its_files():
    """A commit with a similar message helps where the code has none of the words, and is named as the
    reason.
    """
    subject = "Fix the invoice footer, which was cut where a page had more than seventy-two lines"
    commit = CommitInfo(Sha("c1"), f"{subject}\n\nIt was cut.", ("shop/reports.py",))
    retrieval = search(files(), "Invoice footer is cut", commits=[commit])
    told = "Fix the invoice footer, which was cut where a page had more than..."

    assert "shop/reports.py" == retrieval.files[0].path
    assert f'changed by "{told}"' in retrieval.files[0].why


@pytest.mark.parametrize(
    "body",
    [
        "Like #123.",
        "It is wrong since gh-123.",
        "It worked before 0badf00d1.",
    ],
)
def test_a_commit_that_the_request_names_is_as_good_as_the_most_similar(body):
    """It is named by its hash, or both name the same issue or pull request."""
    named = CommitInfo(Sha("0badf00d12345678"), "Speed things up (#123)", ("shop/reports.py",))
    similar = CommitInfo(Sha("c2"), "Fix the invoice footer", ("shop/cart.py",))
    less = CommitInfo(Sha("c3"), "Print the invoice", ("shop/app.py",))
    hits = search(files(), "Invoice footer is cut", body, commits=[similar, less, named]).files

    assert ["shop/cart.py", "shop/reports.py", "shop/app.py"] == [hit.path for hit in hits]
    assert 'changed by "Speed things up (#123)"' in hits[1].why


def test_a_number_that_is_no_issue_of_the_repository_names_no_commit():
    """An issue of another project, a character of HTML, or a longer number."""
    numbered = CommitInfo(Sha("c1"), "Speed things up (#123)", ("shop/reports.py",))
    body = "As in other/project#123 and &#123; and #1234, 123 times."

    assert () == search(files(), "Nothing alike", body, commits=[numbered]).files


def test_commits_count_for_files_that_moved_since():
    """When its folder and name stand in one place only."""
    commit = CommitInfo(Sha("c1"), "Fix the invoice footer", ("old/place/shop/reports.py",))

    assert "shop/reports.py" == search(files(), "Invoice footer", commits=[commit]).files[0].path


def test_a_commit_that_changed_everything_is_no_evidence():
    """Reformatting the repository is about no file of it."""
    commit = CommitInfo(
        Sha("c1"), "Reformat the invoice", tuple(files()) + tuple(f"more/{n}.py" for n in range(40))
    )

    assert () == search(files(), "invoice", commits=[commit]).files


@pytest.mark.parametrize(
    "test",
    [
        "tests/test_cart.py",
        "cart_test.go",
        "src/cart.spec.ts",
        "it/CartTest.java",
        "cart.test-d.ts",
    ],
)
def test_the_name_of_a_test_tells_its_subject(test):
    """In the manner of its language."""
    assert "cart" == subject_of(test)


def test_at_most_top_hits_are_returned_best_first():
    """In the order of their scores, whatever the order of the paths."""
    many = files(**{f"pkg/m{n}.py": f"def handler_{n}():\n    return request\n" for n in range(30)})
    retrieval = search(many, "request handler", top=5)

    assert 5 == len(retrieval.files) == len(retrieval.symbols)
    assert sorted(retrieval.files, key=lambda hit: -hit.score) == list(retrieval.files)
    assert retrieval == search(dict(reversed(many.items())), "request handler", top=5)


@pytest.mark.parametrize(
    "title", ["", "zzzz", "the of and", "???", "\x00", "購物車", "[image]", "https://x.y/image.png"]
)
def test_an_issue_about_nothing_has_no_hits(title):
    """An empty result is a result; a picture says nothing, whatever stands for it."""
    retrieval = search(files(**{"shop/image.py": "def image(): ..."}), title)

    assert () == retrieval.files == retrieval.symbols == retrieval.tests


def test_an_issue_in_another_script_finds_its_words():
    """Names and comments are not English everywhere."""
    retrieval = search(
        files(**{"shop/größe.py": "def größe_ändern():\n    return 'размер'\n"}),
        "Größe ändern",
        "размер",
    )

    assert "shop/größe.py" == retrieval.files[0].path


def test_an_empty_repository_has_no_hits():
    """Nothing divides by zero."""
    assert () == search({}, "cart", "total").files


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_issue_gets_an_answer(title, body):
    """Whatever people write, the scores are shares."""
    assert all(0 < hit.score <= 1 for hit in search(files(), title, body).files)


def test_examples_and_release_notes_come_after_the_code_they_show():
    """However often they have the request's words."""
    more = files(
        **{
            "playground/coupon.py": "def coupon():\n    return coupon_code, coupon\n" * 3,
            "examples/coupon.py": "def coupon():\n    return coupon_code, coupon\n" * 2,
            "shop/coupon_code.py": "def redeem(code):\n    return code\n",
            "CHANGELOG.md": "Coupon codes, coupon codes.\n",
        }
    )

    assert "shop/coupon_code.py" == search(more, "Coupon code is lost").files[0].path
    assert "playground/coupon.py" == search(more, "Playground: coupon is lost").files[0].path
    mentioned = search(more, "Lost", "See examples/coupon.py").files[:2]
    assert "examples/coupon.py" in [hit.path for hit in mentioned]


def test_tests_that_hold_the_definitions_names_come_first():
    """Others may have more of the request's words; the reason is told."""
    more = files(
        **{
            "tests/test_words.py": "# the total of an empty cart is wrong, wrong, wrong\n",
            "tests/test_shop.py": "from shop.cart import Cart\n\n\ndef test():\n    Cart().add_item(1)\n",
        }
    )
    tests = search(more, "Adding an item fails", "in `Cart.add_item`").tests

    assert ("tests/test_shop.py", ("names add_item, Cart",)) == (tests[0].path, tests[0].why)


def test_tests_that_changed_with_the_code_are_told():
    """Although they have no word of the request."""
    more = files(**{"tests/test_everything.py": "assert run()\n"})
    commit = CommitInfo(Sha("c1"), "Begin", ("shop/cart.py", "tests/test_everything.py"))
    tests = search(more, "`Cart.total` is wrong", commits=[commit]).tests

    assert "tests/test_everything.py" in [hit.path for hit in tests]


def test_of_two_alike_the_file_whose_folder_matches_comes_first():
    """What stands around a file tells what it is for."""
    more = files(
        **{
            "payment/convert.py": "def convert(value):\n    return value\n",
            "payment/refund.py": "def refund(payment):\n    return payment.refund()\n",
            "layout/convert.py": "def convert(value):\n    return value\n\n",
            "layout/margin.py": "def set_margin(page):\n    return page.margin\n",
        }
    )
    paths = [hit.path for hit in search(more, "Refund: convert is wrong").files]

    assert paths.index("payment/convert.py") < paths.index("layout/convert.py")


def test_of_commits_alike_the_newer_one_counts_more():
    """The code has moved on since the older one."""
    between = [CommitInfo(Sha(f"b{n}"), f"Change {n}", ("shop/app.py",)) for n in range(200)]
    old, new = (
        CommitInfo(Sha(sha), "Fix the invoice footer", (path,))
        for sha, path in (("c1", "shop/cart.py"), ("c2", "shop/reports.py"))
    )
    hits = search(files(), "Invoice footer is cut", commits=[new, *between, old]).files

    assert ["shop/reports.py", "shop/cart.py"] == [hit.path for hit in hits]


def test_a_function_that_the_request_names_comes_before_what_calls_or_holds_it():
    """Its class says less, and a caller may have more of the words."""
    more = files(
        **{
            "shop/coupon.py": (
                "class Coupon:\n    '''A coupon code.'''\n\n"
                "    def redeem(self):\n        return self.code\n\n"
                "    def check(self):\n        # redeem the coupon code, redeem it once\n"
                "        return self.redeem()\n"
            ),
        }
    )
    named = search(more, "Coupon code", "`redeem` fails for a coupon code").symbols
    unnamed = search(more, "Coupon code", "A coupon code fails").symbols

    assert ["Coupon.redeem", "Coupon.check", "Coupon"] == [hit.name for hit in named[:3]]
    assert "Coupon" == unnamed[-1].name


CHARGES = {
    "shop/charges.py": (
        "def apply_first(price):\n    return price\n\n\n"
        "def apply_second(price):\n    return price\n"
    ),
}
SECOND_CHANGED = (
    "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    "@@ -5,2 +5,2 @@ def apply_second(price):\n-    return 2 * price\n+    return price\n"
)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("shop/charges.py", ["apply_second", "apply_first"]),
        ("old/place/shop/charges.py", ["apply_second", "apply_first"]),
        ("shop/cart.py", ["apply_first", "apply_second"]),
    ],
)
def test_of_two_alike_the_definition_that_a_similar_commit_changed_comes_first(path, names):
    """Where the diff changed its file, wherever that stood then."""
    commit = CommitInfo(Sha("c1"), "Round the price", ("shop/charges.py",))
    diffs = {
        commit.sha: SECOND_CHANGED.format(path=path),
        Sha("c2"): "not a commit of this history",
    }
    symbols = search(files(**CHARGES), "Price is wrong", commits=[commit], diffs=diffs).symbols

    assert names == [hit.name for hit in symbols if hit.path == "shop/charges.py"]


def test_of_two_alike_the_longer_definition_comes_first():
    """More can be wrong in it."""
    body = "".join(f"    {name} = 0\n" for name in ("red", "green", "blue", "gray"))
    more = files(
        **{
            "shop/paint.py": (
                f"def mix(paint):\n{body}    return paint\n\n\n"
                "def mix_again(paint):\n    red = green = blue = gray = 0; return paint\n"
            )
        }
    )

    assert ["mix", "mix_again"] == [hit.name for hit in search(more, "Paint is wrong").symbols]


@pytest.mark.parametrize(
    ("call", "first"),
    [("round_price(cart)", "shop/round.py"), ("trim_price(cart)", "shop/trim.py")],
)
def test_of_two_alike_the_file_that_the_best_definition_uses_comes_first(call, first):
    """And the definition's own file before both."""
    more = files(
        **{
            "shop/round.py": "def round_price(price):\n    return price\n",
            "shop/trim.py": "def trim_price(price):\n    return price\n",
            "shop/refund.py": f"def refund_price(refund):\n    return {call}\n",
        }
    )
    hits = search(more, "Refund: the price is wrong").files

    assert ["shop/refund.py", first] == [hit.path for hit in hits[:2]]
    assert "used by refund_price" in hits[1].why


def test_what_all_files_define_is_used_by_none():
    """Its name tells nothing of any of them."""
    more = {f"shop/part{n}.py": "def check_price(cart):\n    return cart\n" for n in range(20)}
    more["shop/refund.py"] = "def refund(cart):\n    return check_price(cart)\n"
    hits = search(files(**more), "Refund is wrong").files

    assert ["shop/refund.py"] == [hit.path for hit in hits]


def test_an_abbreviation_is_its_word():
    """People write it out; code does not, or the other way round."""
    more = files(
        **{
            "shop/cfg.py": "def read_cfg(path):\n    return path\n",
            "shop/environment.py": "def environment():\n    return {}\n",
        }
    )

    assert "shop/cfg.py" == search(more, "Configuration is lost").files[0].path
    assert "shop/environment.py" == search(more, "env is lost").files[0].path
    assert "words: configuration" in search(more, "Configuration is lost").files[0].why
