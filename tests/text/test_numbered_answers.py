"""Answers by their numbers, as people write them in a comment or behind a command."""

import pytest

from bot.text.numbered_answers import NumberedAnswers, read_numbered_answers


@pytest.mark.parametrize(
    ("text", "by_number", "says_go", "rest"),
    [
        ("1: soft", {1: "soft"}, False, ""),
        ("1: soft; 2: no", {1: "soft", 2: "no"}, False, ""),
        ("1: soft 2: loud", {1: "soft", 2: "loud"}, False, ""),
        ("1:soft", {1: "soft"}, False, ""),
        ("2) the CSV\n1. keep it", {2: "the CSV", 1: "keep it"}, False, ""),
        ("- **1:** soft\n- #2: loud", {1: "soft", 2: "loud"}, False, ""),
        ("1: with 3.10, at 2:30", {1: "with 3.10, at 2:30"}, False, ""),
        ("1: first line\nand its second", {1: "first line\nand its second"}, False, ""),
        ("1: soft\n1: no, loud", {1: "no, loud"}, False, ""),
        ("Hello,\n1: soft", {1: "soft"}, False, "Hello"),
        ("go", {}, True, ""),
        ("Go!", {}, True, ""),
        ("go, 1: soft", {1: "soft"}, True, ""),
        ("1: soft\ngo", {1: "soft"}, True, ""),
        ("go on with tests", {}, False, "go on with tests"),
        ("In step 2: it shouts", {}, False, "In step 2: it shouts"),
        ("2:30 is the time", {}, False, "2:30 is the time"),
        ("3: there is no such question", {}, False, "3: there is no such question"),
        ("1:", {}, False, ""),
        ("", {}, False, ""),
    ],
)
def test_answers_are_read(text, by_number, says_go, rest):
    """Numbers at a line's beginning, or behind another answer; `go`; and what else is said."""
    expected = NumberedAnswers(by_number, says_go, rest)

    assert expected == read_numbered_answers(text, (1, 2))
