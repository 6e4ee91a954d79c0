"""Notes that a check pinned to lines are merged with what its log says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.logs.merge_annotations import merge_annotations, read_annotations
from bot.values import Annotation, Failure, Frame, Reading
from tests.logs.reading import wrap_as_job

FILES = ["src/cart.ts", "tests/test_cart.py"]
FRAMES = (Frame("tests/test_cart.py", 4, "test_adds"),)
TOLD = Failure("AssertionError", "assert 2 == 3", "tests/test_cart.py::test_adds", FRAMES)
NOTE = Annotation("src/cart.ts", 7, "failure", "'x' is defined but never used")
UNPRINTED = "said by a step that did not fail"


def merge(*notes: Annotation, failure: Failure = TOLD, **changed: object) -> list[Failure]:
    """Merge notes whose words the failed step has printed, all but one."""
    reading = replace(Reading("test-failure", "fix", "pytest", (failure,)), **changed)  # type: ignore[arg-type]
    printed = [f"##[error]{note.message}" for note in notes if note.message != UNPRINTED]
    lines = wrap_as_job("\n".join(printed)).split(b"\n")
    return list(merge_annotations(reading, notes, lines, FILES).failures)


def test_what_only_a_note_places_is_told_beside_the_log():
    """A linter's words without a place are in the log, and the runner pinned them to a line."""
    told, added = merge(replace(NOTE, title="no-unused-vars"))

    assert TOLD == told
    assert ("src/cart.ts:7", NOTE.message) == (added.place, added.message)
    assert "no-unused-vars" == added.error
    assert 3 == len(merge(NOTE, replace(NOTE, line=8), NOTE))


@pytest.mark.parametrize(
    "note",
    [
        replace(NOTE, message=UNPRINTED),
        replace(NOTE, path=".github"),
        replace(NOTE, path="elsewhere.ts"),
        replace(NOTE, level="warning"),
        replace(NOTE, line=0),
        replace(NOTE, path="tests/test_cart.py", line=4),  # the same place
        replace(NOTE, path="tests/test_cart.py", line=2, message="E   assert 2 == 3"),
        replace(NOTE, path="tests/test_cart.py", line=1, message="test_adds failed"),
    ],
)
def test_what_is_told_or_belongs_elsewhere_is_not_told_again(note: Annotation):
    """One place, one message or one test is one failure."""
    assert [TOLD] == merge(note)


@pytest.mark.parametrize(
    ("note", "failure"),
    [
        (replace(NOTE, message="E   assert 2 == 3"), TOLD),  # in another file
        (replace(NOTE, path="tests/test_cart.py", message="assert"), TOLD),
        (replace(NOTE, path="tests/test_cart.py"), replace(TOLD, test="", message="x")),
    ],
)
def test_words_alone_or_a_file_alone_are_not_enough(note: Annotation, failure: Failure):
    """Two failures of one file, or of one wording, are two."""
    shown = replace(note, message=note.message.replace("2 ==", "3 =="))

    assert 2 == len(merge(shown, failure=failure))


def test_a_failure_without_a_place_gets_that_of_its_note():
    """By the words that both have, or by its test."""
    nameless = replace(TOLD, frames=(), message=f"{NOTE.message}\nmore", test="")
    placed = (Frame("src/cart.ts", 7),)
    by_name = replace(NOTE, message="test_adds is red")

    assert [replace(nameless, frames=placed)] == merge(NOTE, failure=nameless)
    assert [replace(TOLD, frames=placed)] == merge(by_name, failure=replace(TOLD, frames=()))


def test_an_outage_and_a_guess_stay_as_they_are():
    """Their notes are read elsewhere."""
    assert [TOLD] == merge(NOTE, action="rerun") == merge(NOTE, confidence="low")


def test_notes_alone_are_a_reading():
    """Of tests, where all of them stand in tests; of nothing, where none has a place."""
    test = replace(NOTE, path="tests/test_cart.py", title="t", message="")
    reading = read_annotations([NOTE, test], FILES)

    assert reading
    assert ("lint", "fix", "medium") == (reading.category, reading.action, reading.confidence)
    assert [NOTE.message, "t"] == [failure.message for failure in reading.failures]
    assert ["", ""] == [failure.error for failure in reading.failures]
    assert "test-failure" == (read_annotations([test], FILES) or reading).category
    assert read_annotations([replace(NOTE, path=".github")], FILES) is None
