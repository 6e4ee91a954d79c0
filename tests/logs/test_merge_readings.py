"""Jobs that fail alike are one failure with their names; those that fail otherwise are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.logs import attach_job, merge_readings, render_reading
from bot.values import Failure, Frame, Reading

CODE = Failure("AssertionError", "assert 2 == 3", "test_adds", (Frame("tests/test_cart.py", 4),))


def merge(*failures: Failure) -> Reading:
    """Each fails in a job of its own."""
    return merge_readings(
        [
            attach_job(Reading("test-failure", "fix", "pytest", (failure,)), f"test (3.1{number})")
            for number, failure in enumerate(failures)
        ]
    )


def vary(message: str, test: str = "test_adds", file: str = "a.py", line: int = 4) -> Failure:
    return Failure("ValueError", message, test, (Frame(file, line),))


@pytest.mark.parametrize(
    "other",
    [
        vary("no /opt/hostedtoolcache/Python/3.12.1/x64/lib at 0xdeadbeef in 0.31 s"),
        vary("no  /opt/hostedtoolcache/Python/3.11.9/x64/lib at 0x7f00 in 2 s", line=5),
        vary("no D:\\hostedtoolcache\\windows\\Python\\lib at 0x7f00 in 12.5 s"),
    ],
)
def test_jobs_of_a_matrix_that_fail_alike_are_one_failure(other: Failure):
    """Whatever their paths, addresses and times are, and wherever their Python counts the line."""
    first = vary("no /opt/hostedtoolcache/Python/3.11.9/x64/lib at 0x7f00 in 1.2 s")
    (failure,) = merge(first, other).failures

    assert ("test (3.10)", "test (3.11)") == failure.jobs


@pytest.mark.parametrize(
    "other",
    [
        vary("assert 2 == 4"),
        vary("assert 2 == 3", test="test_takes"),
        vary("assert 2 == 3", file="b.py"),
        vary("assert 2 == 3", test="", line=5),
    ],
)
def test_jobs_that_fail_otherwise_are_told_apart(other: Failure):
    """By their words, their test, their file, or where no test is named their line.

    The model is shown each with its own jobs.
    """
    reading = merge(vary("assert 2 == 3", test=other.test and "test_adds"), other)
    text = render_reading(reading, 4000)

    assert [("test (3.10)",), ("test (3.11)",)] == [each.jobs for each in reading.failures]
    assert "jobs | test (3.10)\n" in text
    assert text.endswith("jobs | test (3.11)")


def test_failures_of_one_job_stay_apart():
    """Two that differ in a path alone are two, of a second job too."""
    reading = Reading("compile-error", "fix", "gcc", (vary("no a/b.h", ""), vary("no c/d.h", "")))
    merged = merge_readings([attach_job(reading, "linux"), attach_job(reading, "macos")])

    assert [("linux", "macos")] * 2 == [failure.jobs for failure in merged.failures]


def test_the_surest_reading_says_which_kind_it_is():
    """A guess beside it adds its failures and no more."""
    guess = Reading("crash", "fix", "", (vary("odd"),), "the end", "low")
    sure = Reading("lint", "fix", "ruff", (vary("unused"),))

    assert ("lint", "ruff", 2) == (
        merge_readings([guess, sure]).category,
        merge_readings([guess, sure]).tool,
        len(merge_readings([guess, sure]).failures),
    )


def test_one_failure_of_two_jobs_has_the_most_that_either_knows():
    """The deeper stack and the larger count; the name is that of the first."""
    first = replace(vary("odd"), fingerprint="f", count=2)
    deeper = replace(first, frames=(Frame("b.py", 1), *first.frames), fingerprint="g", count=1)
    (failure,) = merge(first, deeper).failures
    (again,) = merge(deeper, replace(first, count=5)).failures

    assert (deeper.frames, 2, "f") == (failure.frames, failure.count, failure.fingerprint)
    assert (deeper.frames, 5, "g") == (again.frames, again.count, again.fingerprint)


def test_what_is_to_fix_goes_before_outages_and_these_before_what_passed():
    """Of several kinds of readings those are merged that ask most of the code."""
    passed = Reading("passed", "none")
    outage = Reading("infra", "rerun", "", (vary("no network"),))
    broken = Reading("lint", "fix", "ruff", (vary("unused"),))

    assert broken == merge_readings([passed, outage, broken])
    assert outage == merge_readings([passed, outage])
    assert passed == merge_readings([passed, passed])


@pytest.mark.parametrize("is_first", [True, False])
def test_a_note_of_another_check_tells_the_same_failure(is_first: bool):
    """Of the same line, with the test's words in its own; the test gives the name."""
    told = vary("assert 2 == 3")
    note = Failure("test_adds", "Failed in junit.xml: assert 2 == 3", "", (Frame("a.py", 4),))
    other = replace(note, message="is unused")
    pair = (note, told) if is_first else (told, note)
    (failure,) = merge(*pair).failures

    assert ("test_adds", "assert 2 == 3") == (failure.test, failure.message)
    assert 2 == len(failure.jobs)
    assert 2 == len(merge(told, other).failures) == len(merge(note, other).failures)
