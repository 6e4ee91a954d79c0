"""Diffs as git and other tools write them are taken as those tools take them, or refused in words."""

from __future__ import annotations

import pytest

from bot.edits import Rejected, apply_edits, compute_changes

NO_END = "\\ No newline at end of file\n"
A_FILE = "--- a/a\n+++ b/a\n"


def refuse(files: dict[str, str], edit: str) -> str:
    """Apply the edit, which must be refused, and return the reason."""
    with pytest.raises(Rejected) as caught:
        apply_edits(files, edit)
    return str(caught.value)


def test_the_counts_of_a_head_say_what_belongs_to_its_hunk():
    """Lines that look like the head of a file, and a signature that looks like a line."""
    sql = "-- one\nselect 1\n"
    diff = "--- a/q\n+++ b/q\n@@ -1,2 +1,2 @@\n--- one\n+++ two\n select 1\n"

    assert {"q": "++ two\nselect 1\n"} == apply_edits({"q": sql}, diff)
    assert {"a": "y\n"} == apply_edits(
        {"a": "x\n"}, f"{A_FILE}@@ -1 +1 @@\n-x\n+y\n-- \n2.39.2 (Apple Git-143)\n\n"
    )
    assert {"a": "- \ny\n"} == apply_edits(
        {"a": "- \nx\n"}, f"{A_FILE}@@ -1,2 +1,2 @@\n - \n-x\n+y\n-- \nmailed by hand\n"
    )


@pytest.mark.parametrize(
    ("files", "edit", "told"),
    [
        ({"a": "x\n"}, f"{A_FILE}@@ -1 +1,3 @@\n x\n+y\nz\n", "Line 6 of the edit"),
        ({}, "--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+x = [1,\n2]\n", "Line 5 of the edit"),
        ({"a": "x\n"}, f"{A_FILE}@@ -1 +1 @@\n-x\n+y\nz\n", "Line 6 of the edit"),
        ({"a": "x\n"}, f"{A_FILE}@@ -1 +1 @@\n-x\n+y\n\n+z\n", "Line 7 of the edit"),
        ({"a": "x\n"}, f"```diff\n{A_FILE}@@ -1 +1 @@\n-x\n+y\n\nz\n```\n", "Line 8 of the edit"),
        ({"a": "x\n"}, f"{A_FILE}@@ -1 +1,4 @@\n-x\n+y\n\nz\n", "Line 7 of the edit"),
        ({"a": "x\n"}, f"{A_FILE}@@ -1 +1 @@\n-x\n+y\n\nWords.\n+z\n", "outside of a hunk"),
        ({"a": "x\nz\n"}, f"{A_FILE}-x\n+y\n@@ @@\n-z\n+w\n", "outside of a hunk"),
        (
            {"a": "x\n"},
            f"{A_FILE}@@ -1,2 +1,9 @@\n-x\n+y\nz\n+w\n",
            "Line 6 of the edit has no sign",
        ),
        ({"a": "x\n"}, f"{A_FILE}@@ @@\n-x\n+y\nz\n+w\n", "Line 6 of the edit has no sign"),
    ],
)
def test_no_line_of_a_diff_is_lost(files, edit, told):
    """What stands behind a hunk or has no sign is told with its line, wherever it may belong."""
    assert told in refuse(files, edit)


def test_a_line_whose_sign_was_lost_is_not_taken_for_one_that_stays():
    """The head counts fewer lines, and the line is not in the file as it is written."""
    file = {"a": "def f():\n    one()\n    two()\n    three()\n    four()\n"}
    head = f"{A_FILE}@@ -1,5 +1,7 @@\n def f():\n     one()\n"

    assert "lacks its sign" in refuse(
        file, f"{head}    new()\n+    more()\n     two()\n     three()\n     four()\n"
    )
    assert "indentation differs" in refuse(
        file,
        f"{A_FILE}@@ -1,4 +1,4 @@\n def f():\n     one()\n    two()\n+    new()\n     three()\n",
    )


def test_lines_that_stay_may_lack_their_sign_if_the_head_counts_them():
    """Their own first blank is no sign then, and what comes keeps its margin."""
    file = {"a": "def f():\n    one()\n    two()\n"}

    assert {"a": "def f():\n    one()\n    new()\n    two()\n"} == apply_edits(
        file, f"{A_FILE}@@ -1,3 +1,4 @@\ndef f():\n    one()\n+    new()\n    two()\n"
    )


@pytest.mark.parametrize(
    "hunk",
    [
        "@@ -1,3 +1,4 @@\n one\n+new\n three\n",
        "@@ -1,4 +1,5 @@\n one\n two\n+new\n",
        "@@ -2,2 +2,2 @@\n+new\n-three\n",
    ],
)
def test_a_line_that_was_left_out_beside_new_ones_leaves_their_place_in_doubt(hunk):
    """The head counts it, and it may have stood before or behind them."""
    assert "more lines that stay" in refuse({"a": "one\ntwo\nthree\nfour\n"}, A_FILE + hunk)


def test_a_blank_line_without_sign_that_the_head_does_not_count_is_refused():
    """It may have lost the sign of one that goes."""
    hunk = "@@ -1,3 +1,2 @@\n x\n\n-y\n+z\n"

    assert "has no sign" in refuse({"a": "x\n\ny\n"}, A_FILE + hunk)


def test_prose_around_a_diff_is_no_part_of_it():
    """Behind a blank line or the end of a fence, and before the first head."""
    hunk = f"{A_FILE}@@ -1 +1 @@\n-x\n+y\n"

    assert {"a": "y\n"} == apply_edits({"a": "x\n"}, f"Mend it:\n\n{hunk}\nThat is all - really.\n")
    assert {"a": "y\n"} == apply_edits({"a": "x\n"}, f"```diff\n{hunk}```\n- It is mended.\n")
    assert {"a": "y\n", "b": "y\n"} == apply_edits(
        {"a": "x\n", "b": "x\n"}, f"{hunk}\nAnd:\n\n{hunk.replace('/a', '/b')}"
    )


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            "diff --cc a\nindex 1,2..3\n--- a/a\n+++ b/a\n@@@ -1 -1 +1 @@@\n- x\n -z\n++y\n",
            "combined",
        ),
        ("--- a/a\n+++ b/a\n@@@ -1 -1 +1 @@@\n- x\n -z\n++y\n", "combined"),
        ("diff --git a/a b/a\nGIT binary patch\nliteral 3\n", "a: binary"),
        ("diff --git a/a b/a\nindex 1111111..2222222 160000\n", "a: a symbolic link or submodule"),
        ("diff --git a/a b/a\ndeleted file mode 120000\n", "a: a symbolic link or submodule"),
        ("Submodule a 1111111..2222222:\n  > one\n", "submodule"),
        ("* Unmerged path a\n", "conflicts"),
        ("*** a\n--- a\n***************\n*** 1 ****\n! x\n--- 1 ----\n! y\n", "a context diff"),
        ("1c1\n< x\n---\n> y\n", "a diff without context"),
        ("1c\ny\n.\n", "an ed script"),
        ("d1 1\na1 1\ny\n", "a diff for RCS"),
        ("*** Begin Patch\n*** Update File: a\n-x\n+y\n*** End Patch\n", "another kind"),
        ("\x1b[1mdiff --git a/a b/a\x1b[m\n", "in colours"),
        ("--- \n+++ \n@@ -1 +1 @@\n-x\n+y\n", "Line 3 of the edit begins a hunk (@@)"),
        ("@@ -1 +1 @@\n-x\n+y\n", "Line 1 of the edit begins a hunk (@@)"),
        (f"{A_FILE}--- a/b\n+++ b/b\n@@ -1 +1 @@\n-z\n+y\n", "a: the diff names the file"),
        ("diff --git a/b b/b\nindex 1111111..2222222 100644\n", "b: the diff names the file"),
    ],
)
def test_what_is_no_unified_diff_of_texts_is_named(edit, told):
    """A refusal begins with what is meant, and says what to send instead."""
    assert told in refuse({"a": "x\n", "b": "z\n"}, edit)


def test_names_are_read_as_git_writes_them():
    """Quoted in C's manner, with blanks, with and without prefixes."""
    empty = "new file mode 100644\nindex 0000000..e69de29\n"

    assert {'x" y.txt': ""} == apply_edits({}, f'diff --git "a/x\\" y.txt" "b/x\\" y.txt"\n{empty}')
    assert {"h\u00e9 \\": ""} == apply_edits(
        {}, f'diff --git "a/h\\303\\251 \\\\" "b/h\\303\\251 \\\\"\n{empty}'
    )
    assert {"a b": ""} == apply_edits({}, f"diff --git a/a b b/a b\n{empty}")
    assert {"x b/x": ""} == apply_edits({}, f"diff --git a/x b/x b/x b/x\n{empty}")
    assert {"one two": ""} == apply_edits({}, f"diff --git one two one two\n{empty}")
    assert {"deep/x": ""} == apply_edits({}, f"diff --git old/deep/x new/deep/x\n{empty}")
    assert {"a b ": "y\n"} == apply_edits(
        {"a b ": "x\n"}, "--- a/a b \t\n+++ b/a b \t\n@@ -1 +1 @@\n-x\n+y\n"
    )


def test_prefixes_are_told_from_folders():
    """Names that differ by a prefix alone have one; names that are the same may be either file's."""
    hunk = "@@ -1 +1 @@\n-1\n+2\n"
    both = {"x": "1\n", "a/x": "1\n"}

    assert {"x": "2\n", "a/x": "1\n"} == apply_edits(both, f"--- a/x\n+++ b/x\n{hunk}")
    assert {"x": "1\n", "a/x": "2\n"} == apply_edits(both, f"--- a/a/x\n+++ b/a/x\n{hunk}")
    assert {"x": "2\n", "i/x": "1\n"} == apply_edits(
        {"x": "1\n", "i/x": "1\n"}, f"diff --git i/x w/x\n--- i/x\n+++ w/x\n{hunk}"
    )
    assert {"a/x": "2\n"} == apply_edits({"a/x": "1\n"}, f"--- a/x\n+++ a/x\n{hunk}")
    assert {"x": "2\n"} == apply_edits({"x": "1\n"}, f"--- old/x\n+++ new/x\n{hunk}")
    assert "could be a/x or x" in refuse(both, f"--- a/x\n+++ a/x\n{hunk}")
    assert "could be" in refuse(both, "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n")
    assert {"a/n": "1\n"} == apply_edits({}, "--- /dev/null\n+++ b/a/n\n@@ -0,0 +1 @@\n+1\n")


def test_a_folder_that_is_called_as_a_prefix_is_none():
    """Once the prefixes are gone what is left is the path; another file of that name is another."""
    head, gone = "diff --git a/b/x b/b/x\n", "deleted file mode 100644\nindex e69de29..0000000\n"
    body = "--- a/b/x\n+++ b/b/x\n@@ -1 +1 @@\n-1\n+2\n"

    assert "b/x: there is no such file" in refuse({"x": ""}, head + gone)
    assert "b/x: there is no such file" in refuse({"x": "1\n"}, head + body)
    assert {"b/x": "2\n", "x": "1\n"} == apply_edits({"b/x": "1\n", "x": "1\n"}, head + body)


def test_files_that_other_tools_say_are_not_there_come_and_go():
    """GNU diff writes the first second of all time, Subversion writes words."""
    never = "1970-01-01 01:00:00.000000000 +0100"
    come, go = "@@ -0,0 +1 @@\n+x\n", "@@ -1 +0,0 @@\n-x\n"

    assert {"n": "x\n"} == apply_edits({}, f"--- a/n\t{never}\n+++ b/n\t2020-01-01\n{come}")
    assert {} == apply_edits({"n": "x\n"}, f"--- a/n\t2020-01-01\n+++ b/n\t{never}\n{go}")
    assert {"n": "x\n"} == apply_edits({}, f"--- old/n\t{never}\n+++ new/n\t2020-01-01\n{come}")
    assert {"n": "x\n"} == apply_edits({}, f"--- n\t(revision 0)\n+++ n\t(revision 0)\n{come}")


def test_subversion_and_its_properties():
    """What it says of properties is no line of the file."""
    properties = "\nProperty changes on: a\n____\nAdded: svn:eol-style\n## -0,0 +1 ##\n+native\n"
    diff = f"Index: a\n=====\n--- a\t(revision 1)\n+++ a\t(working copy)\n@@ -1 +1 @@\n-x\n+y\n{properties}"

    assert {"a": "y\n"} == apply_edits({"a": "x\n"}, diff)


def test_a_change_of_line_ends_is_made():
    """Where the lines of a hunk end in both ways, their ends are what it says."""
    assert {"a": "a\nb\nc\n"} == apply_edits(
        {"a": "a\nb\r\nc\n"}, f"{A_FILE}@@ -1,3 +1,3 @@\n a\n-b\r\n+b\n c\n"
    )
    assert {"a": "x\n// y\r\n"} == apply_edits(
        {"a": "x\n"}, f"{A_FILE}@@ -1 +1,2 @@\n x\n+// y\r\n"
    )
    assert {"n": "x\r\n", "a": "y\n"} == apply_edits(
        {"a": "x\n"}, f"{A_FILE}@@ -1 +1 @@\n-x\n+y\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\r\n"
    )
    assert "CRLF" in refuse({"a": "0\nx\n"}, f"{A_FILE}@@ -1 +1,2 @@\n x\n+// y\r\n")


def test_a_diff_that_was_sent_with_other_line_ends_keeps_those_of_the_files():
    """Where even the heads of files end in CRLF, something on the way made it so."""
    sent = f"{A_FILE}@@ -1 +1 @@\n-x\n+y\n".replace("\n", "\r\n")

    assert {"a": "y\n"} == apply_edits({"a": "x\n"}, sent)
    assert {"a": "y\r\n"} == apply_edits({"a": "x\r\n"}, sent)


def test_only_line_feeds_end_lines():
    """A form feed, U+2028 and a lone carriage return are text."""
    file = "a\x0cb\u2028c\x85d\re\nlast"

    assert {"a": f"{file}!"} == apply_edits(
        {"a": file}, f"{A_FILE}@@ -1,2 +1,2 @@\n {file[:-5]}\n-last\n{NO_END}+last!\n{NO_END}"
    )


def test_git_takes_a_swap_of_names_and_a_change_of_case():
    """Its diffs do not depend on the order of their files."""
    swap = "".join(
        f"diff --git a/{old} b/{new}\nsimilarity index 100%\nrename from {old}\nrename to {new}\n"
        for old, new in (("a", "b"), ("b", "a"))
    )
    case = swap.partition("diff --git a/b")[0].replace("b/b", "b/A").replace("to b", "to A")

    assert {"a": "2\n", "b": "1\n"} == apply_edits({"a": "1\n", "b": "2\n"}, swap)
    assert {"A": "1\n"} == apply_edits({"a": "1\n"}, case)
    assert "4 of 4 edits" in refuse(
        {"a": "1\n", "b": "2\n", "c": ""}, swap.replace("b/a", "b/c") * 2
    )


TWICE = "x\n\nx\n\nx\n"


@pytest.mark.parametrize(
    ("hunks", "after"),
    [
        ("@@ -3 +3 @@\n-x\n+y\n", "x\n\ny\n\nx\n"),
        ("@@ -2,0 +3 @@\n+y\n", "x\n\ny\nx\n\nx\n"),
        ("@@ -2 +1,0 @@\n-\n", "x\nx\n\nx\n"),
        ("@@ -0,0 +1,2 @@\n+y\n+\n@@ -5 +7 @@\n-x\n+z\n", "y\n\nx\n\nx\n\nz\n"),
    ],
)
def test_a_diff_that_lies_exactly_where_it_says_is_taken_as_git_takes_it(hunks, after):
    """Though its old text stands in several places, is blank, or is none."""
    assert {"a": after} == apply_edits({"a": TWICE}, f"{A_FILE}{hunks}")


def test_one_hunk_elsewhere_and_no_number_is_believed():
    """In whichever file of the diff; nor where git's hash says that the file was another."""
    exact = f"{A_FILE}@@ -3 +3 @@\n-x\n+y\n"
    insertion = "--- a/a\n+++ b/a\n@@ -2,0 +3 @@\n+y\n"

    assert "3 places" in refuse(
        {"a": TWICE, "b": "0\n1\n"}, f"{exact}--- a/b\n+++ b/b\n@@ -1 +1 @@\n-1\n+2\n"
    )
    assert "empty or blank" in refuse(
        {"a": TWICE}, f"diff --git a/a b/a\nindex 1111111..2222222 100644\n{insertion}"
    )


def test_the_message_of_the_next_mail_is_no_part_of_a_diff():
    """Though its list has signs, and whatever stands between the mails."""
    hunk = "@@ -1 +1 @@\n-{}\n+{}\n"
    for between in ("", "-- \n2.45.1\n\n", "\n--------------2.45.1--\n\n"):
        mail = f"{between}From 0123456789 Mon Sep 17\nSubject: [PATCH] y\n\n+ it is new\n---\n\n"
        edit = A_FILE + hunk.format("x", "y") + mail + A_FILE + hunk.format("y", "z")

        assert {"a": "z\n"} == apply_edits({"a": "x\n"}, edit)


def test_modes_and_copies_come_with_the_exact_ones():
    """As they come with all others."""
    head = "diff --git a/a b/b\nold mode 100644\nnew mode 100755\ncopy from a\ncopy to b\n"
    result = compute_changes({"a": TWICE}, f"{head}{A_FILE}@@ -3 +3 @@\n-x\n+y\n")

    assert {"b": "x\n\ny\n\nx\n"} == result.files
    assert ({"b": "100755"}, {"b": "a"}) == (result.modes, result.moves)


def test_a_hunk_for_a_new_file_is_not_put_above_the_one_that_is_there():
    """Models write -0,0 where they mean to write the file; git's hash of the file proves more."""
    hunk = "@@ -0,0 +1 @@\n+y\n"
    git = "diff --git a/a b/a\nindex 587be6b4..1111111 100644\n"

    assert "empty or blank" in refuse({"a": "x\n"}, A_FILE + hunk)
    assert {"a": "y\nx\n"} == apply_edits({"a": "x\n"}, git + A_FILE + hunk)
    assert {"a": "y\n"} == apply_edits({"a": ""}, A_FILE + hunk)


def test_a_series_of_patches_builds_on_itself():
    """Each of them lies exactly in what the ones before made; moves are told from the first name."""
    first = (
        "diff --git a/a b/b\nrename from a\nrename to b\n--- a/a\n+++ b/b\n@@ -1 +1 @@\n-x\n+y\n"
    )
    second = (
        "diff --git a/b b/c\nrename from b\nrename to c\n--- a/b\n+++ b/c\n@@ -1 +1 @@\n-y\n+z\n"
    )
    result = compute_changes(
        {"a": TWICE}, f"{first}-- \n2.45.1\n\nFrom 0123456 Mon\n---\n\n{second}"
    )

    assert {"a": None, "c": TWICE.replace("x", "z", 1)} == result.files
    assert {"c": "a"} == {path: old for path, old in result.moves.items() if path in result.files}


@pytest.mark.parametrize(
    "head", ["@@ -0,0 +0,0 @@", "@@ -1,0 +1,0 @@", "@@ -0 +0 @@", "@@ -9 +9 @@"]
)
def test_a_head_without_a_place_is_refused(head):
    """Whether it has lines or none."""
    assert refuse({"a": "x\n"}, f"{A_FILE}{head}\n")
    assert refuse({"a": "x\n"}, f"{A_FILE}{head}\n-z\n+y\n")
