"""Edits fit or are refused, in words that help."""

from __future__ import annotations

import difflib
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.edits import DiffCounts, Rejected, apply_edits, count_diff, replace_text

FILE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
LINES = st.lists(st.sampled_from(["a", "b", " a", "a ", "", "x = 1", "é"]), max_size=8)


def rejected(files: dict[str, str], edit: str) -> str:
    before = dict(files)
    with pytest.raises(Rejected) as caught:
        apply_edits(files, edit)
    assert before == files
    return str(caught.value)


def no_replace(before: str, old: str, new: str) -> str:
    with pytest.raises(Rejected) as caught:
        replace_text("a.py", before, old, new)
    return str(caught.value)


# --- replace
# ------------------------------------------------------------------------------------------------------


def test_a_text_that_stands_once_is_replaced():
    """A part of a line will do."""
    assert FILE.replace("return 2", "return 3") == replace_text(
        "a.py", FILE, "return 2", "return 3"
    )


def test_a_text_that_stands_twice_is_rejected_with_both_lines():
    """The model learns where, and what to do."""
    told = no_replace(FILE, "    return ", "    yield ")

    assert "in 2 places, at lines 2, 6" in told
    assert "more of the lines around" in told


def test_places_that_overlap_are_two():
    """`aa` is ambiguous in `aaa`."""
    assert "2 places" in no_replace("aaa\n", "aa", "b")


def test_the_nearest_lines_are_shown_when_the_text_is_absent():
    """Numbered, as they stand in the file."""
    told = no_replace(FILE, "def two():\n    return 3\n", "x")

    assert "    5\tdef two():\n    6\t    return 2" in told


def test_a_wrong_indentation_is_named():
    """The most common slip gets its own words."""
    told = no_replace(FILE, "  def two():\n   return 2", "x")

    assert "indentation differs" in told
    assert "    5\tdef two():" in told


def test_a_misspelled_line_finds_its_likeness():
    """Though no line is the same, the one most like it is shown."""
    assert "    2\t    return 1" in no_replace("a = 0\n    return 1\nb = 2\n", "    retern 1", "x")


def test_nothing_like_it_says_read_again():
    """No lines are shown where none would help."""
    assert "read the file again" in no_replace(FILE, "zzzzzzzz", "x")


def test_an_edit_made_before_is_recognised():
    """The new text is there already."""
    assert "seems to be made" in no_replace(FILE, "return 9", "return 2")


@pytest.mark.parametrize(
    ("old", "new"), [("", "x"), ("return 1", "return 1"), ("return 1\n", "return 1\r\n")]
)
def test_an_edit_of_nothing_is_rejected(old, new):
    """An empty old text, and a new text that is the old one."""
    assert no_replace(FILE, old, new)


def test_line_ends_need_not_match_and_stay_the_files():
    """A file of CRLF takes a text of LF, and gets CRLF."""
    assert "a\r\nB\r\nC\r\nd\r\n" == replace_text("f", "a\r\nb\r\nd\r\n", "a\nb\n", "a\nB\nC\n")


def test_blanks_at_line_ends_need_not_match_and_stay_the_files():
    """Lines that the edit only quotes keep their bytes."""
    assert "a  \nB\nc\t\n" == replace_text("f", "a  \nb \nc\t\n", "a\nb\nc\n", "a\nB\nc\n")


def test_a_file_without_a_last_line_end_stays_without():
    """The last line is found though it does not end."""
    assert "a\nB" == replace_text("f", "a\nb", "b\n", "B\n")


def test_mixed_line_ends_stay_as_they_are():
    """Only the changed line could change its end, and takes its neighbour's."""
    assert "a\r\nb\nC\r\nd\n" == replace_text("f", "a\r\nb\nc\r\nd\n", "c", "C")


def test_a_whole_line_can_go():
    """Its end goes with it."""
    assert "a\r\nc\r\n" == replace_text("f", "a\r\nb\r\nc\r\n", "b\n", "")


@given(LINES, LINES, LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_no_byte_outside_the_place_changes(head, old, new, tail, end, crlf_edit):
    """What stands before and after the place is there afterwards, and the file's line ends are."""
    before = end.join([*head, "<", *old, ">", *tail])
    edit = "\r\n" if crlf_edit else "\n"
    assume(old != new)

    after = replace_text("f", before, edit.join(["<", *old, ">"]), edit.join(["<", *new, ">"]))

    assert end.join([*head, "<", *new, ">", *tail]) == after


@given(LINES, LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_a_replacement_is_exact_unique_or_rejected(file, old, new, end):
    """Whatever is asked, the answer is the one right text or a rejection."""
    before, want = end.join(file), "\n".join(old)
    try:
        after = replace_text("f", before, want, "\n".join(new))
    except Rejected:
        return
    words, come, there = (
        Counter(filter(None, map(str.strip, lines))) for lines in (old, new, before.split("\n"))
    )

    assert before != after
    assert words - come <= there
    if "\r\n" in before:
        assert after.count("\n") == after.count("\r\n")


def test_hopeless_edits_are_rejected():
    """Long runs of blanks and many like lines cost no more than they must, or the test would not
    end.
    """
    no_replace((" " * 50_000 + "x\n") * 4, "\n\n\n\nq", "r")
    no_replace(
        "".join(f"value_{n} = compute({n})\n" for n in range(20_000)),
        "valeu_7 = compute[7]\n" * 50,
        "r",
    )
    no_replace("\n" * 50_000, "\n" * 2_000 + "x", "r")


# --- apply
# --------------------------------------------------------------------------------------------------------


def block(path: str, old: str, new: str) -> str:
    return f"{path}\n```python\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n"


def test_blocks_and_diffs_say_the_same():
    """Both formats change the same file in the same way."""
    after = {"a.py": FILE.replace("2", "3")}
    diff = "--- a/a.py\n+++ b/a.py\n@@ -9,9 +9 @@\n def two():\n-    return 2\n+    return 3\n"

    assert after == apply_edits({"a.py": FILE}, block("a.py", "    return 2\n", "    return 3\n"))
    assert after == apply_edits({"a.py": FILE}, f"Here it is:\n```diff\n{diff}```\nDone.")


def test_files_come_and_go():
    """A new file by an empty SEARCH or from /dev/null; a deleted one to /dev/null."""
    new = "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x = 1\n"
    gone = "--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"

    assert {"n.py": "x = 1\n"} == apply_edits({}, new)
    assert {"n.py": "x = 1\n"} == apply_edits({}, block("n.py", "", "x = 1\n"))
    assert {} == apply_edits({"a.py": "x\n"}, gone)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("just words", "neither"),
        (block("a.py", "    return 7\n", "x\n"), "not in the file"),
        (block("b.py", "x\n", "y\n"), "no such file"),
        (block("a.py", "\n", "x\n"), "empty"),
        (block("a.py", "def one():\n", "def one():\n    return 1\n"), "already"),
        (block("a.py", "def one():\n", "def one():\n"), "nothing"),
        ("a.py\n<<<<<<< SEARCH\nx\n", "does not end"),
        ("a.py\n<<<<<<< SEARCH\nx\n=======\n=======\ny\n>>>>>>> REPLACE\n", "2 lines of ======="),
        ("--- a/a.py\n+++ b/a.py\n@@ @@\n-gone\n+new\n", "not in the file"),
        ("--- a/a.py\n+++ /dev/null\n@@ @@\n-def one():\n", "does not remove all"),
        ("--- /dev/null\n+++ b/a.py\n@@ @@\n+x\n", "exists already"),
    ],
)
def test_what_does_not_fit_is_rejected(edit, told):
    """Each with its reason, and nothing is changed."""
    assert told in rejected({"a.py": FILE}, edit)


def test_a_bare_name_must_mean_one_file():
    """Two files of the name are one too many."""
    assert "any of a/x.py, b/x.py" in rejected(
        {"a/x.py": "1\n", "b/x.py": "1\n"}, block("x.py", "1\n", "2\n")
    )
    assert {"a/x.py": "2\n"} == apply_edits({"a/x.py": "1\n"}, block("x.py", "1\n", "2\n"))


def test_an_ambiguous_place_is_rejected_by_both_formats():
    """The line numbers of a diff decide only where all of them are right."""
    twice = {"a.py": "x\ny\nx\n"}

    assert "2 places" in rejected(twice, block("a.py", "x\n", "z\n"))
    assert "2 places" in rejected(twice, "--- a/a.py\n+++ b/a.py\n@@ -2 +2 @@\n-x\n+z\n")
    assert {"a.py": "x\ny\nz\n"} == apply_edits(
        twice, "--- a/a.py\n+++ b/a.py\n@@ -3 +3 @@\n-x\n+z\n"
    )


def test_all_or_nothing():
    """The first edit fits, the second does not: neither is made."""
    edits = block("a.py", "    return 2\n", "    return 3\n") + block("b.py", "nowhere\n", "x\n")

    assert rejected({"a.py": FILE, "b.py": "y\n"}, edits)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_a_whole_files_diff_gives_the_new_file(old, new, end):
    """A diff with all context, as difflib writes it, is applied or rejected, never half."""
    start, stop = ["<<first>>"], ["<<last>>"]
    old, new = start + old + stop, start + new + stop
    assume(old != new)
    diff = "\n".join(difflib.unified_diff(old, new, "a/f", "b/f", n=99, lineterm=""))
    files = {"f": end.join(old) + end, "other": "kept"}
    try:
        after = apply_edits(files, diff)
    except Rejected:
        return

    assert {"f": end.join(new) + end, "other": "kept"} == after


# --- the diff that leaves


GOOD = """diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
 a
-b\x0c\u2028
+c
diff --git a/new.py b/new.py
new file mode 100644
index 0000000..e69de29
"""


def test_a_diff_is_counted():
    """Empty new files count, and odd line separators are no line ends."""
    assert DiffCounts(2, 1, 1) == count_diff(GOOD)
    assert DiffCounts(0, 0, 0) == count_diff("")


@pytest.mark.parametrize(
    "diff", ["words\n", GOOD.replace("+c\n", ""), GOOD.replace("-1,2", "-1,9")]
)
def test_what_is_no_diff_is_an_error(diff):
    """Words, and hunks whose counts do not fit."""
    with pytest.raises(ValueError, match="not a unified diff"):
        count_diff(diff)
