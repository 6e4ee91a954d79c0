"""The record of a run in a folder, and what a person answers at the terminal."""

from __future__ import annotations

import pytest

from bot.cli.folder_run import read_answer
from bot.cli.run_record import RunRecord, UnfitRecordError
from bot.values import Signal


def test_steps_are_taken_in_the_order_in_which_they_were_done(tmp_path):
    """Half a line, as a crash leaves it, is cut off, and what comes next stands behind the rest."""
    path = tmp_path / "record.jsonl"
    record = RunRecord(path)
    record.begin("a wish for ⅓ of it")
    record.append("first", {"half": "\ud800"})
    record.append("second", None)
    with path.open("a") as file:
        file.write('{"step": "thi')
    later = RunRecord(path)
    later_steps = [later.take("first"), later.take("second"), later.take("third")]
    later.append("third", 3)
    last = RunRecord(path)

    assert (False, "a wish for ⅓ of it") == (later.is_new, later.wish)
    assert [{"half": "\ud800"}, None] == [step and step["result"] for step in later_steps[:2]]
    assert later_steps[2] is None
    assert 3 == last.kept_steps


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"format": 99, "wish": "w"}\n', "is the record of another release of Greenlit."),
        ("no JSON\n", "is damaged."),
        ("{}[]\n", "is damaged."),
        ("[1]\n", "is damaged."),
        ('{"format": 1, "wish": "w"}\n[]\n', "is damaged."),
        ('{"format": 1, "wish": "w"}\n{"step": "first"}\n', "is damaged."),
        ("[" * 100_000 + "\n", "is damaged."),
        ("no JSON\nand no end", "is damaged."),
        (
            '{"format": 1, "wish": "w"}\n{"step": "other", "result": 1}\n',
            "was written by a release of Greenlit that goes another way.",
        ),
    ],
)
def test_a_record_that_does_not_fit_is_refused_in_a_sentence(tmp_path, text, reason):
    """Nothing is done twice, and nothing is guessed."""
    path = tmp_path / "record.jsonl"
    path.write_text(text)

    with pytest.raises(UnfitRecordError) as refused:
        RunRecord(path).take("first")

    assert f"{path} {reason}" in str(refused.value)
    assert text == path.read_text()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("y", Signal("approve", by="you")),
        ("Yes", Signal("approve", by="you")),
        ("n", Signal("stop", by="you")),
        ("", None),
        ("with SQLite", Signal("edited", "with SQLite", by="you")),
    ],
)
def test_a_person_says_yes_or_no_or_what_shall_be_different(typed, expected):
    """Who only presses the key of the line's end has not decided yet."""
    assert expected == read_answer(typed)
