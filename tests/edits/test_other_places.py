"""Where an edit goes whose lines stand elsewhere, twice, or indented otherwise."""

from __future__ import annotations

import pytest

from bot.edits import Rejected, apply_edits, replace_everywhere

OTHERS = "".join(f"line {number}\n" for number in range(40))
BODY = "    start()\n    check()\n    work()\n    store()\n    close()\n"


def block(path: str, old: str, new: str) -> str:
    """An edit as a SEARCH/REPLACE block."""
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def test_new_lines_stand_by_their_neighbours_although_one_has_moved():
    """The rarest line is tried first, and it is not the only one that tells."""
    old = "alpha()\nbeta()\ngamma()\ndelta()\nepsilon()\n"
    file = old.removeprefix("alpha()\n") + OTHERS
    edit = block("f", old, old.replace("beta()\n", "beta()\nNEW\n"))

    assert {"f": f"beta()\nNEW\ngamma()\ndelta()\nepsilon()\n{OTHERS}alpha()\n"} == apply_edits(
        {"f": f"{file}alpha()\n"}, edit
    )


def test_an_inexact_edit_that_fits_twice_is_refused():
    """A line of it is another in both places, and none of the others stands once."""
    seen = BODY.replace("check", "verify")
    edit = block("f", seen, seen.replace("close()", "close(1)"))
    one, two = f"def f():\n{BODY}", f"def f():\n{BODY}{OTHERS}def g():\n{BODY}"

    assert {"f": one.replace("close()", "close(1)")} == apply_edits({"f": one}, edit)
    with pytest.raises(Rejected, match="not in the file"):
        apply_edits({"f": two}, edit)


def test_of_two_places_no_more_is_shown_than_the_line_before():
    """Or the model would be shown the file."""
    with pytest.raises(Rejected) as caught:
        apply_edits({"a": "zero\none\nx\ntwo\nthree\nx\n"}, block("a", "x\n", "y\n"))

    assert ("    2\tone", "    3\tx", "  ...", "    5\tthree", "    6\tx", "  ...") == (
        caught.value.nearest
    )


@pytest.mark.parametrize(
    ("written", "tabs"),
    [
        ("if x:\n    if y:\n        z\n", "if x:\n\tif y:\n\t\tz\n"),
        ("if x:\n  if y:\n    z\n", "if x:\n\tif y:\n\t\tz\n"),
        ("if x:\n    if y:\n      z\n", "if x:\n\t\tif y:\n\t\t\tz\n"),
    ],
)
def test_new_lines_in_a_file_of_tabs_keep_their_depth(written, tabs):
    """By the width of the step in which they are written."""
    file = "if a:\n\tb\n\tif c:\n\t\td\n"

    assert {"f": f"{file}{tabs}end\n"} == apply_edits(
        {"f": f"{file}end\n"}, block("f", "end\n", f"{written}end\n")
    )


@pytest.mark.parametrize("folder", ["a", "b"])
def test_a_new_empty_file_may_lie_in_a_folder_that_is_called_as_a_prefix(folder):
    """The names of git's first line are all that tells of it."""
    path = f"{folder}/x"
    diff = f"diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..e69de29\n"

    assert {path: ""} == apply_edits({}, diff)
    assert {"x": "1\n", path: ""} == apply_edits({"x": "1\n"}, diff)


@pytest.mark.parametrize(
    ("text", "old", "new", "whole_word", "expected"),
    [
        ("a a\n", "a", "b", False, ("b b\n", 2)),
        ("a ab ba a\n", "a", "c", True, ("c ab ba c\n", 2)),
        ("x+x+x", "x+x", "y", False, ("y+x", 1)),
        ("f() f()x", "f()", "g", True, ("g gx", 2)),
        ("a\r\nb\r\nc\n", "a\nb", "d", False, ("d\r\nc\n", 1)),
        ("a\r\nb\nc\n", "a\nb", "d\ne", False, ("d\r\ne\nc\n", 1)),
        ("a\nb\r\nb", "b", "d\ne", False, ("a\nd\r\ne\r\nd\ne", 2)),
        ("b", "b", "d\ne", False, ("d\ne", 1)),
        ("a", "b", "c", False, ("a", 0)),
        ("a", "a", r"\1", False, (r"\1", 1)),
    ],
)
def test_a_text_is_replaced_wherever_it_stands(text, old, new, whole_word, expected):
    """As it is written: it is no pattern, and new lines end as those of their place."""
    assert expected == replace_everywhere(text, old, new, whole_word=whole_word)


def test_nothing_cannot_be_replaced():
    """It stands everywhere, and nowhere."""
    with pytest.raises(Rejected, match="stands nowhere"):
        replace_everywhere("a", "", "b", whole_word=False)
