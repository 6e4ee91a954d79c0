"""What a report of tests knows better than the log of its job is merged into the log's reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.logs.merge_report import (
    add_report,
    is_same_failure,
    leaves_open,
    merge_report,
    replace_vague,
    share_report,
)
from bot.values import Failure, Frame, Reading

PLACE = (Frame("tests/test_cart.py", 4),)
LOG = Failure("AssertionError", "assert 2 == 3", "tests/test_cart.py::test_adds", fingerprint="f")
REPORT = Failure("AssertionError", "assert 2 == 3\nmore", "tests.test_cart.test_adds", PLACE)


def read(*failures: Failure, category: str = "test-failure", **changed: object) -> Reading:
    return replace(Reading(category, "fix", "pytest", failures), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("log", "report"),
    [
        ("tests/test_cart.py::test_adds[1-2]", "tests.test_cart.test_adds[1-2]"),
        ("test_adds[1-2]", "tests.test_cart.test_adds[1-2]"),
        ("cart › adds", "cart adds.cart adds"),
        ("src/cart.test.ts > cart > adds", "src/cart.test.ts.cart > adds"),
        ("Tests\\CartTest::testAdds", "Tests.CartTest.testAdds"),
        ("TestCart/adds", "example.com/shop.TestCart/adds"),
        ("tests::adds", "shop.tests::adds"),
        ("com.shop.CartTest.adds", "com.shop.CartTest.adds"),
        ("tests/test_cart.py::TestCart::test_adds (n=1)", "tests.test_cart.TestCart.test_adds"),
    ],
)
def test_a_test_is_the_same_by_the_names_of_two_reporters(log: str, report: str):
    """Whichever begins with more; another test of the name's beginning or middle is another."""
    first, second = Failure("", "", log), Failure("", "", report)

    assert is_same_failure(first, second)
    assert not is_same_failure(first, replace(second, test=f"{report}_again"))


def test_a_failure_without_a_test_is_the_same_by_its_place_and_words():
    """As of a traceback that no runner summed up."""
    nameless = replace(LOG, test="", frames=(Frame("a.py", 1), *PLACE))

    assert is_same_failure(nameless, REPORT)
    assert not is_same_failure(nameless, replace(REPORT, message="assert 2 == 4"))
    assert not is_same_failure(nameless, replace(REPORT, frames=()))


def test_one_failure_has_the_better_of_log_and_report():
    """The name and the fingerprint of the log, the place and the longer words of the report."""
    reading, left = merge_report(read(LOG, confidence="medium"), read(REPORT))

    assert (replace(LOG, message="assert 2 == 3\nmore", frames=PLACE),) == reading.failures
    assert ((), "high") == (left.failures, reading.confidence)


def test_the_log_keeps_what_it_knows_better():
    """Its stack, unless the report's goes deeper to the same place, and words that say more."""
    told = replace(LOG, message="assert 2 == 3 and much more", frames=(Frame("a.py", 1), *PLACE))
    deeper = replace(REPORT, frames=(Frame("b.py", 9), Frame("a.py", 1), *PLACE))

    assert (told,) == merge_report(read(told), read(REPORT))[0].failures
    (merged,) = merge_report(read(told), read(deeper))[0].failures
    assert (deeper.frames, told.message) == (merged.frames, merged.message)


def test_namesakes_are_told_apart_by_their_place():
    """Two packages may have a test of one name: each gets its own report."""
    one, two = (replace(LOG, test="TestAdd", message=text) for text in ("1", "2"))
    reports = [
        replace(REPORT, test=f"{name}.TestAdd", message=name, frames=(Frame(f"{name}.go", 1),))
        for name in ("a", "b")
    ]
    reading, left = merge_report(read(one, two), read(*reports))

    assert [("a.go",), ("b.go",)] == [
        tuple(frame.file for frame in failure.frames) for failure in reading.failures
    ]
    assert () == left.failures


def test_what_only_the_report_tells_is_added():
    """Beside what the log tells with a name or a place; a guess is said better by the report."""
    other = replace(REPORT, test="tests.test_cart.test_takes")
    vague = replace(LOG, test="", message="There were failing tests")
    reading, left = merge_report(read(LOG, vague), read(REPORT, other))
    both = add_report(read(LOG, vague), read(other))
    guess = read(vague, category="crash", confidence="low", action="human", excerpt="end")

    assert [LOG.test, other.test] == [each.test for each in add_report(reading, left).failures]
    assert [LOG, other] == list(both.failures)
    assert replace(read(other), excerpt="end") == add_report(guess, left)
    assert guess == add_report(guess, read())


def test_a_report_of_no_job_for_sure_helps_all_that_tell_its_tests():
    """What none tells is a reading of its own, in place of one that says nothing."""
    other = replace(REPORT, test="tests.test_cart.test_takes")
    vague = read(replace(LOG, test="", message="Tests failed"))
    readings, left = share_report([read(LOG), vague, read(LOG)], read(REPORT, other))

    assert [PLACE, (), PLACE] == [each.failures[0].frames for each in readings]
    assert [readings[0], readings[2], read(other)] == replace_vague(readings, [left])
    assert readings == replace_vague(readings, [read()])


@pytest.mark.parametrize(
    ("reading", "is_open"),
    [
        (read(LOG), True),
        (read(REPORT), False),
        (read(replace(REPORT, frames=(Frame("tests/test_cart.py", None),))), True),
        (read(LOG, category="lint"), False),
        (read(LOG, category="infra", action="rerun"), False),
        (read(LOG, category="lint", confidence="low"), True),
        (Reading("passed", "none"), True),
    ],
)
def test_a_log_leaves_open_what_tests_it_does_not_place(reading: Reading, is_open: bool):
    """What a linter, a compiler or an outage says needs no report of tests."""
    assert is_open == leaves_open(reading)
