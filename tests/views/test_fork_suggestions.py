"""A change as suggestions: on the lines that the diff shows, exactly, or not at all."""

from random import Random

import pytest

from bot.edits import Suggestion, apply_suggestions
from bot.values import SuggestedChange
from bot.views.fork_suggestions import suggest_changes

BEFORE = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"
ALL = range(1, 10)


def suggest(after, before=BEFORE, shown=ALL):
    return suggest_changes("a.py", before, after, shown)


def change(first, last, text):
    return SuggestedChange("a.py", first, last, text)


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ("1\n2\nx\n4\n5\n6\n7\n8\n9\n", [change(3, 3, "x")]),
        ("1\n2\nx\ny\n6\n7\n8\n9\n", [change(3, 5, "x\ny")]),
        ("1\n2\n4\n5\n6\n7\n8\n9\n", [change(3, 3, None)]),
        ("1\n2\nx\n3\n4\n5\n6\n7\n8\n9\n", [change(2, 2, "2\nx")]),
        ("x\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", [change(1, 1, "x\n1")]),
        ("1\n2\n3\n4\n5\n6\n7\n8\n9\n\n", [change(9, 9, "9\n")]),
        (
            "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
            [change(1, 1, "x"), change(9, 9, "y")],
        ),
    ],
)
def test_each_place_is_one_suggestion(after, changes):
    """Lines that changed, went and came; new lines come with one that stands there."""
    assert changes == list(suggest(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, None),  # the file goes
        (b"1\n2", "1\n2\n"),  # a line end at the file's end
        (b"1\r\n2\r\n", "1\n2\n"),  # line ends alone
        (b"caf\xe9\n", "tea\n"),  # not UTF-8
        (b"", "1\n"),  # there is no line to suggest on
    ],
)
def test_what_suggestions_cannot_say_is_not_suggested(before, after):
    """What would not come out to the byte is given as a patch instead."""
    assert () == suggest(after, before)


def test_lines_that_the_diff_does_not_show_take_no_suggestion():
    """One place outside keeps the whole file back: half a change helps nobody."""
    after = "x\n2\n3\n4\n5\n6\n7\n8\ny\n"

    assert () == suggest(after, shown=range(1, 9))
    assert () == suggest("1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n", shown=range(1, 9))
    assert [change(3, 3, "3\nx")] == list(suggest("1\n2\n3\nx\n4\n5\n6\n7\n8\n9\n", shown=[3]))
    assert [change(4, 4, "x\n4")] == list(suggest("1\n2\n3\nx\n4\n5\n6\n7\n8\n9\n", shown=[4]))


def test_random_changes_come_out_to_the_byte():
    """Whatever is suggested is, when it is taken, the change itself."""
    chance, count = Random(3), 0
    for _ in range(300):
        old = [chance.choice("abc\t ") for _ in range(chance.randint(1, 12))]
        new = [line for line in old if chance.random() < 0.8]
        for _ in range(chance.randint(0, 3)):
            new.insert(chance.randint(0, len(new)), chance.choice("xyz"))
        end = chance.choice(["\n", "\r\n"])
        before = "".join(f"{line}{end}" for line in old).encode()
        after = "".join(f"{line}{end}" for line in new)
        made = suggest(after, before, range(1, len(old) + 1))
        if not made:
            continue
        texts = [(one, "" if one.text is None else f"{one.text}\n") for one in made]
        taken = [
            Suggestion("", "", one.path, one.start_line, one.line, text) for one, text in texts
        ]
        count += 1

        assert after.encode() == apply_suggestions(before, taken).data

    assert count > 200
