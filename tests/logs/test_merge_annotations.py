"""Notes that a check pinned to lines are merged with what its log says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.logs.merge_annotations import merge_annotations
from bot.values import Annotation, Failure, Frame, Reading
from tests.logs.reading import wrap_as_job

FILES = ["src/cart.ts", "tests/test_cart.py"]
FRAMES = (Frame("tests/test_cart.py", 4, "test_adds"),)
TOLD = Failure("AssertionError", "assert 2 == 3", "tests/test_cart.py::test_adds", FRAMES)
NOTE = Annotation("src/cart.ts", 7, "failure", "'x' is defined but never used")
LINES = wrap_as_job(f"##[error]{NOTE.message}\n##[error]Another").split(b"\n")


def merge(*notes: Annotation, failure: Failure = TOLD, **changed: object) -> list[Failure]:
    reading = replace(Reading("test-failure", "fix", "pytest", (failure,)), **changed)  # type: ignore[arg-type]
    return list(merge_annotations(reading, notes, LINES, FILES).failures)


def test_what_only_a_note_places_is_told_beside_the_log():
    """A linter's words without a place are in the log, and the runner pinned them to a line."""
    told, added = merge(NOTE)

    assert TOLD == told
    assert ("src/cart.ts:7", NOTE.message) == (added.place, added.message)


@pytest.mark.parametrize(
    "note",
    [
        replace(NOTE, message="said by a step that did not fail"),
        replace(NOTE, path=".github"),
        replace(NOTE, path="elsewhere.ts"),
        replace(NOTE, level="warning"),
        replace(NOTE, path="tests/test_cart.py", line=4),  # the same place
        replace(NOTE, path="tests/test_cart.py", line=2, message="E   assert 2 == 3"),
        replace(NOTE, path="tests/test_cart.py", line=1, message="test_adds failed"),
    ],
)
def test_what_is_told_or_belongs_elsewhere_is_not_told_again(note: Annotation):
    """One place, one message or one test is one failure."""
    assert [TOLD] == merge(note)


def test_a_failure_without_a_place_gets_that_of_its_note():
    """By the words that both have."""
    nameless = replace(TOLD, frames=(), message=NOTE.message, test="")

    assert [replace(nameless, frames=(Frame("src/cart.ts", 7),))] == merge(NOTE, failure=nameless)


def test_an_outage_and_a_guess_stay_as_they_are():
    """Their notes are read elsewhere."""
    assert [TOLD] == merge(NOTE, action="rerun") == merge(NOTE, confidence="low")
