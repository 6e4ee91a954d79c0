"""The promise of the applier about files that changed after they were read: the place that is
meant, or none.
"""

from __future__ import annotations

from random import Random

import pytest

from bot.edits import Rejected, apply_edits, replace_everywhere, replace_text
from tests.edits.model_faults import Maker
from tests.edits.stale_files import (
    StaleEdit,
    choose_one,
    count_places,
    list_right_results,
    make_edit,
    make_stale,
)

TWINS = (
    'it("loads", () => {\n  open(first)\n  expect(count).toBe(1)\n  close()\n})\n\n'
    'it("saves", () => {\n  open(second)\n  expect(count).toBe(1)\n  close()\n})\n'
)


def block(old: str, new: str) -> str:
    return f"f\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def reason(before: str, edit: str) -> str:
    with pytest.raises(Rejected) as caught:
        apply_edits({"f": before}, edit)
    return str(caught.value)


def results(edit: StaleEdit, before: str) -> list[list[str]]:
    """What each way of writing the edit makes of the file; nothing of one that is refused."""
    old, new = ("\n".join([*lines, ""]) for lines in (edit.old, edit.new))
    made = []
    for act in (
        lambda: apply_edits({"f": before}, edit.render_diff())["f"],
        lambda: apply_edits({"f": before}, edit.render_block())["f"],
        lambda: replace_text("f", before, old, new),
    ):
        try:
            made.append(words(act().split("\n")))
        except Rejected:
            continue
    return made


def words(lines: list[str]) -> list[str]:
    """The lines that are not blank, whatever their margins."""
    return [" ".join(line.split()) for line in lines if line.strip()]


def test_a_file_that_changed_is_edited_in_the_right_place_or_not_at_all():
    """Lines changed, moved, copied, deleted, repeated, indented: no edit lands on another's."""
    wrong, right = [], 0
    for seed in range(250):
        chance = Random(seed)
        read = "".join(Maker(chance).case().before for _ in range(3)).split("\n")
        edit = make_edit(read, chance)
        if edit is None:
            continue
        lines = make_stale(edit, list(choose_one(chance)), chance)
        now = [line.text for line in lines]
        meant = list(map(words, list_right_results(lines, edit)))
        for made in results(edit, "\n".join([*now, ""])):
            right += made in meant
            if made not in meant and count_places(now, edit.old) != 1:
                wrong.append(seed)

    assert [] == wrong
    assert right > 300


def test_a_text_that_stands_nearly_as_well_elsewhere_is_refused():
    """The line that goes has changed where it is meant, and its other lines stand there, too."""
    old = "load(user)\ncheck(user)\ncount(1)\nclose()\nreport(user, 1)\n"
    meant = old.replace("count(1)\nclose", "count(2)\nshut")
    twin = old.replace("check(user)", "verify(owner)")
    edit = block(old, old.replace("count(1)\n", ""))

    assert "2 places" in reason(f"{meant}\n{twin}", edit)
    assert "not in the file" in reason(meant, edit)


def test_a_changed_line_is_not_removed_for_one_that_it_is_like():
    """What goes must stand there as it is quoted, although the file has such a line elsewhere."""
    now = "first_step()\nrun(fast=True)\nlast_step()\nrun(fast=False)\n"

    assert "not in the file" in reason(
        now, block("first_step()\nrun(fast=False)\nlast_step()\n", "first_step()\nlast_step()\n")
    )


def test_an_edit_that_was_made_is_not_made_in_its_twin():
    """Its new text stands in the file."""
    old = "  open(first)\n  expect(count).toBe(1)\n  close()\n"
    made = TWINS.replace("toBe(1)", "toBe(3)", 1)
    now = made.replace("open(second)", "  open(first)")

    assert "seems to be made" in reason(now, block(old, old.replace("(1)", "(3)")))


def test_a_text_at_another_margin_gives_way_to_one_that_is_as_it_is_quoted():
    """All lines of a copy, indented, against all but one of the original."""
    lines = ["alpha()", "beta()", "gamma()", "delta()"]
    copied = "".join(f"    {line}\n" for line in lines)
    now = f"alpha()\nbeta()\nother()\ndelta()\nif x:\n{copied}"

    old = "\n".join([*lines, ""])
    assert "2 places" in reason(now, block(old, old.replace("gamma", "new")))


@pytest.mark.parametrize(
    ("old", "now"),
    [("  };\n", "a\n};\n"), ("    x = 1\n", "a\n  x = 1\n"), ("#     in a\n", "b\n#   in a\n")],
)
def test_one_line_stands_as_it_is_quoted_or_without_its_margin(old, now):
    """A bracket, another margin, other blanks within: there may have been a line like it."""
    assert "not in the file" in reason(now, block(old, f"{old.rstrip()} + 1\n"))
    assert "a\n  y = 1\n" == apply_edits({"f": "a\n  x = 1\n"}, block("x = 1\n", "y = 1\n"))["f"]


def test_lines_of_the_edit_that_stand_elsewhere_than_quoted_leave_it_in_doubt():
    """The same keys follow below, and belong to the next entry."""
    now = "updates:\n- name: first\n  interval: monthly\n\n- name: second\n  folder: /\n"
    old = "updates:\n- name: first\n  folder: /\n  interval: monthly\n\n- name: second\n"

    assert "not in the file" in reason(now, block(old, old.replace("folder: /", "folder: /new")))


def test_a_place_is_believed_by_lines_that_stand_nowhere_else():
    """One line that is there proves less than one that is missing."""
    now = "setup()\nrun()\nother()\n"

    assert "not in the file" in reason(now, block("setup()\nwork()\nrun()\n", "setup()\nrun()\n"))


@pytest.mark.parametrize("signs", range(5, 10))
def test_an_underline_is_no_divider(signs):
    """A heading of the file is no end of the old half, however wide it is underlined."""
    title, line = "x" * signs, "=" * signs
    files = {"docs/f": f"{title}\n{line}\n\ntext\n"}
    half = f"f\n<<<<<<< SEARCH\n{title}\n{line}\n\ntext\n"

    with pytest.raises(Rejected, match="0 lines of ======="):
        apply_edits(files, f"{half}>>>>>>> REPLACE\n")
    assert {"docs/f": "new\n"} == apply_edits(files, f"{half}=======\nnew\n>>>>>>> REPLACE\n")


@pytest.mark.parametrize(
    "stray",
    [
        "  <<<<<<< SEARCH\n  y\n  =======\n  w\n  >>>>>>> REPLACE\n",
        "y\n=======\nw\n>>>>>>> REPLACE\n",
        "<<<< SEARCH\ny\n====\nw\n>>>> REPLACE\n",
        "--- a/g\n+++ b/g\n@@ -1 +1 @@\n-y\n+w\n",
    ],
)
def test_marks_outside_of_the_blocks_are_told(stray):
    """A block without its head, at a margin, of other signs, a diff: none is passed over."""
    whole = block("x\n", "z\n")

    for edit in (whole + stray, stray + whole):
        assert "belongs to no SEARCH/REPLACE block" in reason("x\n", edit)


def test_two_lines_never_become_one_by_a_missing_line_end():
    """Whole lines stay whole, and a part that would join two lines is refused."""
    assert "a\nX\nc\n" == replace_text("f", "a\nb\nc\n", "b\n", "X")
    for old in ("\nb", " b\n"):
        with pytest.raises(Rejected, match="two lines would become one"):
            replace_text("f", "a\nb b\nc\n", old, "X")


def test_a_quoted_line_is_not_found_within_a_word():
    """`count = 1` stands in `account = 1`, and is another line."""
    with pytest.raises(Rejected, match="not in the file"):
        replace_text("f", "account = 1\n", "count = 1\n", "count = 2\n")
    assert "account = 2\n" == replace_text("f", "account = 1\n", "count = 1", "count = 2")


def test_a_quoted_mark_is_the_files():
    """A byte order mark that is read with the first line stays before it."""
    assert "\ufeffy\n" == replace_text("f", "\ufeffx\n", "\ufeffx\n", "y\n")


def test_new_lines_end_as_those_that_they_replace():
    """One by one in a file of mixed line ends, and further ones as the last."""
    edit = block("x\ny\n", "a\nb\nc\n")

    assert "a\r\nb\nc\nz\r\n" == apply_edits({"f": "x\r\ny\nz\r\n"}, edit)["f"]


def test_every_place_of_a_text_is_found_whatever_its_line_ends():
    """Each keeps its own; an empty text stands nowhere; places that overlap count once."""
    assert ("c\nd\r\nc\r\nd", 1 + 1) == replace_everywhere(
        "a\nb\r\na\r\nb", "a\nb", "c\nd", whole_word=False
    )
    assert ("ba", 1) == replace_everywhere("aaa", "aa", "b", whole_word=False)
    with pytest.raises(Rejected, match="empty"):
        replace_everywhere("aaa", "", "b", whole_word=False)


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("# unchanged", True),
        ("// (no changes below)", True),
        ("/* keep the rest as is */", True),
        ("<!-- everything else stays the same -->", True),
        ("# same as before", True),
        ("# unchanged since 1.0", False),
        ("// No changes needed.", False),
        ("# keep the old interface", False),
    ],
)
def test_words_that_stand_for_lines_that_go_are_refused(line, is_refused):
    """They would take the place of lines; where none goes they are comments like others."""
    edit = block("one()\ntwo()\n", f"new()\n{line}\n")

    if is_refused:
        assert "left out" in reason("one()\ntwo()\n", edit)
    else:
        assert f"new()\n{line}\n" == apply_edits({"f": "one()\ntwo()\n"}, edit)["f"]
    assert (
        f"one()\n{line}\n"
        == apply_edits({"f": "one()\n"}, block("one()\n", f"one()\n{line}\n"))["f"]
    )


def test_a_block_without_a_path_is_told_by_what_it_lacks():
    """The reason begins with the block and its line."""
    told = reason("x\n", "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n")

    assert told.startswith("A block (line 1 of the edit): an edit does not say which file")
