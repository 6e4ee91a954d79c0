"""What the sandbox said, as people and the model read it."""

import pytest

from bot.values import Branch, Failure, Frame, LocalCheck, LocalVerdict, Proof, Reading
from bot.views.local_verdict import render_local_checks, render_red_checks, render_unmoved_tests

MAIN = Branch("main")
FAILURE = Failure("AssertionError", "assert 2 == 3", "test_all", (Frame("test_cart.py", 9),))
READING = Reading("test-failure", "fix", "pytest", (FAILURE,))


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (
            Proof("proved", ("test_cart.py::test_all",), "AssertionError: assert 2 == 3"),
            (
                "`test_cart.py::test_all` fails on `main` with `AssertionError: assert 2 == 3`, "
                "passes here."
            ),
        ),
        (
            Proof("proved", ("a", "b", "c", "d"), "", ("e",)),
            "`a`, `b`, `c` and 1 more fail on `main`, pass here. `e` passes on `main` as well.",
        ),
        (
            Proof("passes before", unmoved=("a", "b")),
            "No test shows this change: `a` and `b` pass on `main` as well.",
        ),
        (Proof("no test"), "No test was added or altered, so none shows this change."),
        (Proof("not possible", why="There is none."), "Not shown by a test: There is none."),
        (Proof("fails here", ("a",)), "**`a` failed in the sandbox too.**"),
    ],
)
def test_a_proof_is_told_in_a_line(proof, expected):
    """Each kind in words, with the names of the tests."""
    assert expected == render_local_checks(LocalVerdict("p", proof), MAIN)


def test_checks_are_told_by_how_they_ended():
    """Those that passed in one sentence; those that did not run with the reason."""
    checks = (
        LocalCheck("test", "passed", 3.0),
        LocalCheck("lint", "passed", 1.0),
        LocalCheck("types", "not run", why="mypy is not installed here."),
        LocalCheck("build", "already red", reading=READING),
    )

    assert (
        "No test was added or altered, so none shows this change.\n"
        "`test` and `lint` passed in the sandbox before the push. "
        "`build` failed in the sandbox, as on the base. "
        "`types` did not run: mypy is not installed here."
    ) == render_local_checks(LocalVerdict("p", Proof("no test"), checks), MAIN)


def test_the_model_reads_what_fails_with_its_change():
    """The check's name, then what its log says, as data."""
    checks = (LocalCheck("test", "failed", reading=READING), LocalCheck("lint", "passed"))
    text = render_red_checks(LocalVerdict("p", Proof("no test"), checks), 4_000)

    assert text.startswith("Not pushed. The repository's own checks fail here, in the sandbox:")
    assert "`test` fails, and does not on the base" in text
    assert "assert 2 == 3" in text
    assert "lint" not in text


def test_the_model_is_told_which_tests_show_nothing():
    """By their names, with what to do where that is meant."""
    text = render_unmoved_tests(Proof("passes before", unmoved=("test_cart.py::test_all",)))

    assert "- test_cart.py::test_all\n" in text
    assert "call finish as it is" in text
