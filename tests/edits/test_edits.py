"""The promises of the applier about files: which may be made, moved, deleted, and what is
refused.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.edits import Rejected, apply_edits, compute_changes, replace_text

FILE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"


def diff(path: str, *body: str, new: str = "") -> str:
    return "\n".join([f"--- a/{path}", f"+++ b/{new or path}", "@@ -1 +1 @@", *body, ""])


def block(path: str, old: str, new: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


def made(path: str) -> str:
    return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"


def refused(files: dict[str, str], edit: str) -> str:
    with pytest.raises(Rejected) as caught:
        apply_edits(files, edit)
    return str(caught.value)


def test_a_rename_moves_and_edits():
    """The result has the new name and lacks the old one."""
    head = (
        "diff --git a/a.py b/lib/b.py\nsimilarity index 90%\nrename from a.py\nrename to lib/b.py\n"
    )
    hunk = "--- a/a.py\n+++ b/lib/b.py\n@@ -2 +2 @@\n-    return 1\n+    return 7\n"

    assert {"lib/b.py": FILE} == apply_edits({"a.py": FILE}, head)
    assert {"lib/b.py": FILE.replace("1", "7")} == apply_edits({"a.py": FILE}, head + hunk)
    assert {"b.py": "y\n"} == apply_edits({"a.py": "x\n"}, diff("a.py", "-x", "+y", new="b.py"))


def test_a_copy_leaves_the_first():
    """Both are there afterwards."""
    head = "diff --git a/a.py b/b.py\nsimilarity index 100%\ncopy from a.py\ncopy to b.py\n"

    assert {"a.py": FILE, "b.py": FILE} == apply_edits({"a.py": FILE}, head)


def test_modes_are_told():
    """A text cannot hold them, so they come beside the texts."""
    head = "diff --git a/a.sh b/a.sh\nold mode 100644\nnew mode 100755\n"

    assert {"a.sh": "100755"} == compute_changes({"a.sh": "x\n"}, head).modes
    assert {} == compute_changes({"a.sh": "x\n"}, head).files
    assert "symbolic link" in refused({}, "diff --git a/a b/a\nnew file mode 120000\n" + made("a"))


def test_quoted_paths_are_gits():
    """Git writes odd names in C's manner."""
    assert {"h\u00e9.txt": "y\n"} == apply_edits(
        {"h\u00e9.txt": "x\n"}, '--- "a/h\\303\\251.txt"\n+++ "b/h\\303\\251.txt"\n@@ @@\n-x\n+y\n'
    )


def test_the_end_of_the_file_stays_unless_the_diff_says_more():
    """Git's marker about the last line is the only thing that changes it."""
    note = "\\ No newline at end of file"

    assert {"a": "y"} == apply_edits({"a": "x"}, diff("a", "-x", "+y"))
    assert {"a": "x\n"} == apply_edits({"a": "x"}, diff("a", "-x", note, "+x"))
    assert {"a": "x"} == apply_edits({"a": "x\n"}, diff("a", "-x", "+x", note))


def test_a_mark_and_every_line_end_stay():
    """A byte order mark, CRLF, and a carriage return inside a line."""
    assert {"a": "\ufeffy\r\nb\rc\r\n"} == apply_edits(
        {"a": "\ufeffx\r\nb\rc\r\n"}, diff("a", "-x", "+y")
    )


def test_blocks_build_on_each_other():
    """What the second quotes was made by the first."""
    both = block("a", "x", "y\nz") + block("a", "z", "w")

    assert {"a": "y\nw\n"} == apply_edits({"a": "x\n"}, both)


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/x",
        ".git/config",
        "a/.GIT/hooks/x",
        "a/../../x",
        "C:/x",
        ".git./config",
        "a\\..\\..\\x",
        "GIT~1/x",
    ],
)
def test_a_path_outside_the_tree_is_refused(path):
    """Whether the file would be new or is asked for, in words."""
    assert path in refused({"a": "x\n"}, made(path))
    assert path in refused({"a": "x\n"}, block(path, "x", "y"))


def test_names_that_some_machines_hold_for_one_are_refused():
    """By case, by Unicode's forms, and a file where a folder is needed."""
    assert "same name" in refused({"README.md": "x\n"}, made("Readme.md"))
    assert "same name" in refused({"\u00fcber": "x\n"}, made("u\u0308ber"))
    assert "is a file" in refused({"a": "x\n"}, made("a/b"))
    assert "names differ by case" in refused(
        {"src/README.md": "x\n"}, diff("src/readme.md", "-x", "+y")
    )


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("a\0b", "NUL"),
        ("diff --git a/a b/a\nGIT binary patch\nliteral 3\n", "binary"),
        (diff("a", "-x", "-y"), "nothing would be left"),
        (
            diff("a", "-x", "-y", new="b").replace("b/b", "/dev/null")
            + diff("b", "-z", new="c").replace("b/c", "/dev/null"),
            "every",
        ),
        (diff("a", "+new"), "empty"),
        (diff("a", " x", "+x2", " z"), "not in the file"),
        (diff("a", " x", "-q", "+z"), "No line of it is `q`"),
        (diff("nope", "-x", "+z"), "no such file"),
        (diff("a", "-x", "+z", new="b"), "both there"),
    ],
)
def test_what_cannot_be_meant_is_refused(edit, told):
    """Each in words that say what to do instead."""
    assert told in refused({"a": "x\ny\n", "b": "z\n"}, edit)


@pytest.mark.parametrize(
    "line",
    [
        "# ... rest unchanged",
        "// existing code",
        "    # ... existing code ...",
        "/* ... other methods ... */",
        "# rest of the file unchanged",
        "... the rest of the function",
        "<!-- rest of the page stays the same -->",
        "// (previous implementation remains unchanged)",
    ],
)
def test_code_that_was_left_out_is_refused_with_the_line(line):
    """By every way into a file."""
    files = {"a": "x\ny\n"}

    assert line.strip() in refused(files, block("a", "x", f"z\n{line}"))
    assert line.strip() in refused(files, f"--- /dev/null\n+++ b/n\n@@ @@\n+x\n+{line}\n")
    with pytest.raises(Rejected, match="left out"):
        replace_text("a", files["a"], "x", f"z\n{line}")


@pytest.mark.parametrize(
    "line",
    ["# the rest of us", "// existing users keep theirs", "    ...", "x = [...]", "# TODO: more"],
)
def test_what_only_looks_left_out_passes(line):
    """Prose, and the ellipsis of Python."""
    assert {"a": f"z\n{line}\ny\n"} == apply_edits({"a": "x\ny\n"}, block("a", "x", f"z\n{line}"))


def test_dots_in_both_halves_stand_for_lines_that_stay():
    """They are a gap, and each end of it has its one place."""
    old, new = (
        "def one():\n    ...\ndef two():\n    return 2",
        "def one():\n    ...\ndef two():\n    return 3",
    )

    assert {"a": FILE.replace("2", "3")} == apply_edits({"a": FILE}, block("a", old, new))


def test_all_that_failed_is_told_at_once():
    """With the number of each and the lines near it, so that one more try can mend them."""
    told = refused(
        {"a": FILE},
        diff("a", "-    return 9", "+    return 8", "@@ @@", "-    return 22", "+    return 3"),
    )

    assert "2 of 2 edits" in told
    assert "hunk 1 of 2" in told
    assert "    6\t    return 2" in told


def test_two_places_are_shown_with_what_is_before_them():
    """So that the model can choose the line to take in."""
    told = refused({"a": "one\nx\ntwo\nx\n"}, block("a", "x", "y"))

    assert "    1\tone\n    2\tx\n" in told
    assert "    3\ttwo\n    4\tx" in told


@pytest.mark.long
def test_large_edits_end():
    """Ten thousand hunks or files, ten megabytes, and a file of lines that are all alike."""
    lines = [f"value_{n} = {n}" for n in range(20_000)]
    hunks = "".join(f"@@ @@\n-{lines[n]}\n+{lines[n]}0\n" for n in range(0, 20_000, 2))
    after = apply_edits({"a": "\n".join(lines) + "\n"}, f"--- a/a\n+++ b/a\n{hunks}")["a"]

    assert "value_10 = 100\nvalue_11 = 11\n" in after
    assert 2_001 == len(
        apply_edits({"a": "x\n"}, "".join(made(f"d{n}/f{n}") for n in range(2_000)))
    )
    assert "characters" in refused({"a": "x\n"}, "x" * 20_000_001)
    assert "parts" in refused({"a": "x\n"}, "@@\n" * 100_000)
    assert "places" in refused({"a": "x\n" * 200_000}, block("a", "x", "y"))
    assert refused({"a": " a\n" * 3_000}, diff("a", *["-a", "+b", " c"] * 1_000))


NOISE = (
    "--- a/f|+++ b/f|+++ /dev/null|@@ -1 +1 @@|-x|+y| z||\\ No newline|<<<<<<< SEARCH|=======|>>>>>>> REPLACE|f|```|"
    "rename from f|rename to g|diff --git a/f b/f|...|\ud800"
)
noise = st.lists(st.sampled_from(NOISE.split("|")), max_size=20)


@settings(max_examples=150, deadline=None)
@given(
    noise | st.text().map(lambda text: text.split("\n")),
    st.sampled_from(["", "x\n", "z\nx\nz\n", "x\r\nz", "\ufeff"]),
)
def test_any_text_is_an_edit_or_refused(lines, before):
    """Nothing crashes, and a file that is not named stays."""
    try:
        after = apply_edits({"f": before, "other": "kept\n"}, "\n".join(lines))
    except Rejected:
        return

    assert "kept\n" == after["other"]


def test_blanks_that_are_quoted_to_the_last_can_go():
    """An edit whose old half has the file's blanks means the new half's."""
    assert {"a": "x\ny  \n"} == apply_edits({"a": "x  \ny  \n"}, block("a", "x  ", "x"))
    assert {"a": "x  \nz\n"} == apply_edits({"a": "x  \ny\n"}, block("a", "x\ny", "x\nz"))
    with pytest.raises(Rejected, match="nothing would change"):
        replace_text("a", "x  \n", "x\n", "x\n\n"[:2] + "")


def test_new_lines_are_indented_as_the_file_is():
    """When nothing that stays tells how: tabs in a file of tabs, the file's step in one of spaces."""
    tabs, spaces = "f {\n\tx\n}\n", "f {\n  x\n}\n"

    assert {"a": "f {\n\tx\n}\ng {\n\ty\n}\n"} == apply_edits(
        {"a": tabs}, block("a", "}", "}\ng {\n    y\n}")
    )
    assert {"a": "f {\n  x\n}\ng {\n  y\n}\n"} == apply_edits(
        {"a": spaces}, block("a", "}", "}\ng {\n\ty\n}")
    )


def test_an_old_text_without_its_margin_leaves_the_new_one_as_it_is_or_is_refused():
    """Lines that stay tell whether the new text lost its margin too; without them none can."""
    file = "if a:\n    if b:\n        first()\n    second()\n"

    kept = block("a.py", "    first()\nsecond()", "    second()")
    assert {"a.py": "if a:\n    if b:\n    second()\n"} == apply_edits({"a.py": file}, kept)
    assert "indented differently" in refused(
        {"a.py": file}, block("a.py", "first()", "    third()")
    )


def test_a_bracket_that_goes_does_not_say_where_new_lines_stand():
    """Where a line of the file is left out between both anchors, another like it proves nothing."""
    file = "f() {\n  one\n}\n\n}\n"
    hunk = "@@ -1,4 +1,3 @@\n f() {\n   one\n+  two\n-\n-}\n"

    assert "not in the file" in refused({"a.ts": file}, f"--- a/a.ts\n+++ b/a.ts\n{hunk}")


def test_an_insertion_without_its_anchor_is_refused():
    """The lines beside it are not in the file, or not beside each other."""
    file = {"a": "one\ntwo\nthree\nfour\n"}

    assert "not neighbours" in refused(file, diff("a", " one", "+new", " three", " four"))
    lines = [f"line {n}" for n in range(12)]
    told = [f" {line}" for line in lines]
    assert "not sure" in refused(
        {"a": "\n".join(lines)}, diff("a", *told[:5], " gone", "+new", " lost", *told[7:])
    )


def test_a_path_is_found_as_people_write_it():
    """In the fence, beside the marker, in a sentence, with decoration."""
    body = "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"
    for head in (
        "```python src/a.py\n",
        "In `src/a.py`:\n```\n",
        "**File: src/a.py**\n",
        "### src/a.py\n\n",
    ):
        assert {"src/a.py": "y\n"} == apply_edits({"src/a.py": "x\n"}, head + body)
    assert {"src/a.py": "y\n"} == apply_edits(
        {"src/a.py": "x\n"}, body.replace("SEARCH", "SEARCH src/a.py")
    )


def test_a_signature_of_a_mailed_patch_is_no_line():
    """As `git format-patch` ends its files."""
    assert {"a": "y\n"} == apply_edits({"a": "x\n"}, diff("a", "-x", "+y") + "-- \n2.45.1\n")
