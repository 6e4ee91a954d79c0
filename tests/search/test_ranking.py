"""Here live the promises about finding: which files, definitions and tests a request speaks of, and
why.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.signals import subject
from bot.values import CommitInfo, Sha
from tests.search.commit_fixture import clues, files


def test_the_file_and_the_definition_an_issue_speaks_of_come_first():
    """With the words that say why; tests are apart, and what is vendored is nowhere."""
    found = clues(files(), "Total of an empty cart is wrong", "`Cart.total` should be 0.")
    first = found.symbols[0]

    assert "shop/cart.py" == found.files[0].path
    assert ("shop/cart.py", "Cart.total", "method", 2, 3) == (
        first.path,
        first.name,
        first.kind,
        first.line,
        first.end_line,
    )
    assert ["tests/test_cart.py"] == [clue.path for clue in found.tests]
    assert "defines Cart, total" in found.files[0].why
    assert "tested by tests/test_cart.py" in found.files[0].why
    assert all("test" not in clue.path and "vendor" not in clue.path for clue in found.files)


@pytest.mark.parametrize(
    "spelled", ["shop/reports.py", "reports.py", "shop.reports.render", "/srv/app/shop/reports.py"]
)
def test_a_path_spelled_out_counts(spelled):
    """As a path, a bare name, a module, or with a strange machine's folders before it."""
    found = clues(files(), "Crash", f"It happens in {spelled} when the cart is empty.")

    assert "shop/reports.py" == found.files[0].path
    assert f"the issue names {spelled}" in found.files[0].why


def test_the_title_counts_more_than_the_body():
    """What a person put first is what they mean."""
    assert "shop/reports.py" == clues(files(), "render report", "cart").files[0].path


def test_the_past_speaks_for_the_files_that_it_changed():
    """A commit that said the like helps where the code has none of the words, and is named as the
    reason.
    """
    past = CommitInfo(Sha("c1"), "Fix the invoice footer\n\nIt was cut.", ("shop/reports.py",))
    found = clues(files(), "Invoice footer is cut", commits=[past])

    assert "shop/reports.py" == found.files[0].path
    assert 'changed by "Fix the invoice footer"' in found.files[0].why


def test_the_past_of_a_file_that_moved_counts_where_it_stands_now():
    """When its folder and name stand in one place only."""
    past = CommitInfo(Sha("c1"), "Fix the invoice footer", ("old/place/shop/reports.py",))

    assert "shop/reports.py" == clues(files(), "Invoice footer", commits=[past]).files[0].path


def test_a_commit_that_changed_everything_speaks_for_nothing():
    """Reformatting the repository is about no file of it."""
    past = CommitInfo(
        Sha("c1"), "Reformat the invoice", tuple(files()) + tuple(f"more/{n}.py" for n in range(40))
    )

    assert () == clues(files(), "invoice", commits=[past]).files


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
def test_a_test_says_by_its_name_what_it_is_about(test):
    """In the manner of its language."""
    assert "cart" == subject(test)


def test_at_most_top_are_told_best_first():
    """In the order of their scores, whatever the order of the paths."""
    many = files(**{f"pkg/m{n}.py": f"def handler_{n}():\n    return request\n" for n in range(30)})
    found = clues(many, "request handler", top=5)

    assert 5 == len(found.files) == len(found.symbols)
    assert sorted(found.files, key=lambda clue: -clue.score) == list(found.files)
    assert found == clues(dict(reversed(many.items())), "request handler", top=5)


@pytest.mark.parametrize(
    "title", ["", "zzzz", "the of and", "???", "\x00", "購物車", "[image]", "https://x.y/image.png"]
)
def test_an_issue_about_nothing_has_no_clues(title):
    """An empty result is a result; a picture says nothing, whatever stands for it."""
    found = clues(files(**{"shop/image.py": "def image(): ..."}), title)

    assert () == found.files == found.symbols == found.tests


def test_an_issue_in_another_script_finds_its_words():
    """Names and comments are not English everywhere."""
    found = clues(
        files(**{"shop/größe.py": "def größe_ändern():\n    return 'размер'\n"}),
        "Größe ändern",
        "размер",
    )

    assert "shop/größe.py" == found.files[0].path


def test_an_empty_repository_has_no_clues():
    """Nothing divides by zero."""
    assert () == clues({}, "cart", "total").files


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_issue_gets_an_answer(title, body):
    """Whatever people write, the scores are shares."""
    assert all(0 < clue.score <= 1 for clue in clues(files(), title, body).files)
