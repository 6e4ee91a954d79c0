"""Edits whose place looks right and may be another: each kind is refused with what is in doubt."""

from __future__ import annotations

import pytest

from bot.edits import Rejected, apply_edits, replace_text


def block(old: str, new: str) -> str:
    """Write a SEARCH/REPLACE block."""
    return f"f\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


CASES = {
    "two margins that only a doubled and taken one explains": (
        "      start(first)\n      second(line)\n  close(all)\n",
        block(
            "      start(first)\n      second(line)\n    close(all)\n",
            "      begin(first)\n    second(line)\n    close(all)\n",
        ),
        "differs",
    ),
    "a new line in the stead of a blank one that is elsewhere": (
        "def total(rows):\n    return sum(rows)\ndef count(rows):\n    pass\n",
        block(
            "def total(rows):\n    return sum(rows)\n\n",
            "def total(rows):\n    return sum(rows)\nLIMIT = 5\n",
        ),
        "not in the file",
    ),
    "more new lines than go, with the blank one behind them elsewhere": (
        "keys = list(rows)\nz2\nrefute(rows, others)\nassert_equal(1, others)\n",
        block(
            "\nrefute(rows, others)\n",
            "import_all(rows, others)\n\nrefute(rows, new_others)\n",
        ),
        "not in the file",
    ),
    "a block whose blank line is not there, with a twin": (
        (
            "for name in names:\n    more.push(name)\n    }\n# sorted\n"
            "for size in sizes:\n    more.push(name)\n    } # end\n\n"
        ),
        block("    more.push(name)\n    }\n\n", "    more.push(name)\n    } // x\n\n"),
        "places",
    ),
    "lines that stand together elsewhere, and here behind a line that came": (
        (
            "If you are not happy with it, ask for\na different one:\n\nnew line of the text\n"
            "```{prompt}\n.. example::\n    @click.command()\n\nother words\n```{prompt}\n"
            ".. example::\n    @click.command()\n"
        ),
        block(
            "If you are not happy with it, ask for\na different one:\n\n```{prompt}\n"
            ".. example::\n    @click.command()\n",
            "If you are not happy with it, ask for\na different one:\n\n```{other}\n"
            ".. example::\n    @click.command()\n",
        ),
        "places",
    ),
    "few letters that stand nowhere else, and a line that is not there": (
        "open it\nvar a = b\nx = 1\nuse it\nopen it\ncall()\nuse it\n",
        (
            "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n open all of it\n-var a = b\n+var a = c\n x = 1\n"
            " use it\n"
        ),
        "not in the file",
    ),
    "a bracket that is not there, and one line that stands nowhere else": (
        (
            "it('b')\n  var app = express();\n\n  app.use(handler);\n  res.set('ETag', '123');\n"
            "  res.send(req.fresh);\nit('c')\n  var app = express();\n\n  app.use(handler);\n"
            "  res.send(req.fresh);\n"
        ),
        (
            "--- a/f\n+++ b/f\n@@ -9,6 +9,6 @@\n   }\n   var app = express();\n \n"
            "-  app.use(handler);\n+  app.use(other);\n   res.set('ETag', '123');\n"
            "   res.send(req.fresh);\n"
        ),
        "not in the file",
    ),
    "a line that is repeated where it goes for others": (
        (
            "run(first)\n// disabled, for now and for ever\n// see the tracker, number 356\n"
            "// see the tracker, number 356\ncall(first, argument)\nend(first, argument)\n"
        ),
        (
            "--- a/f\n+++ b/f\n@@ -1,5 +1,4 @@\n run(first)\n-// disabled, for now and for ever\n"
            "-// see the tracker, number 356\n+// see the other tracker\n call(first, argument)\n"
            " end(first, argument)\n"
        ),
        "not in the file",
    ),
    "a blank line that moved, beside which new ones shall stand": (
        (
            "// license of the whole project\n// all rights reserved\n\n\npackage render\n"
            "import net\n\ntype Render\n"
        ),
        (
            "--- a/f\n+++ b/f\n@@ -1,5 +1,6 @@\n // license of the whole project\n"
            "-// all rights reserved\n+// no rights reserved\n \n package render\n \n+// at last\n"
        ),
        "not in the file",
    ),
    "an end of the file that is another line": (
        "a\nb\na ",
        "--- a/f\n+++ b/f\n@@ -7,1 +7,1 @@\n-a\n\\ No newline at end of file\n+a2\n",
        "ends",
    ),
    "new lines at an end without line end, in a file of both": (
        "one\r\ntwo\nthree",
        "--- a/f\n+++ b/f\n@@ -3,1 +3,9 @@\n-three\n\\ No newline at end of file\n+three\n+four\n",
        "CRLF",
    ),
    "the byte order mark of the file": (
        "\ufeffusing System;\nclass A {}\n\ufeffusing System;\n",
        "--- a/f\n+++ b/f\n@@ -5 +5 @@\n-\ufeffusing System;\n+using Other;\n",
        "mark",
    ),
    "an old line less than counted, where the file has another between": (
        (
            "def first_of_all():\n    word_of_ten(argument)\n    if is_last(argument):\n"
            "    word_of_eleven(argument)\n    return argument\n"
        ),
        (
            "--- a/f\n+++ b/f\n@@ -1,5 +1,2 @@\n def first_of_all():\n-    word_of_ten(argument)\n"
            "-    word_of_eleven(argument)\n     return argument\n"
        ),
        "counts",
    ),
    "a line beside new ones that may lack its sign, with wrong counts": (
        "if x:\n    first(argument)\n    second(argument)\n}\n",
        (
            "--- a/f\n+++ b/f\n@@ -1,9 +1,9 @@\n if x:\n     first(argument)\n"
            "     third(argument)\n+    fourth(argument)\n     second(argument)\n }\n"
        ),
        "sign",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_place_in_doubt_is_refused(kind):
    """Nothing is changed, and the reason tells what is in doubt."""
    before, edit, word = CASES[kind]

    with pytest.raises(Rejected, match=word):
        apply_edits({"f": before}, edit)


def test_a_whole_line_is_not_the_end_of_another():
    """A quoted line with its end stands where a line is that, not where one ends so."""
    with pytest.raises(Rejected, match="not in the file"):
        replace_text("f", "- nesting of commands\n- help\n", "commands\n", "groups\n")


def test_a_file_with_a_mark_is_edited_by_a_diff_that_quotes_it():
    """Where both sides have the mark, it stays, though the head is wrong."""
    edit = "--- a/f\n+++ b/f\n@@ -7 +7 @@\n-\ufeffusing System;\n+\ufeffusing Other;\n"

    assert {"f": "\ufeffusing Other;\nclass A {}\n"} == apply_edits(
        {"f": "\ufeffusing System;\nclass A {}\n"}, edit
    )


def test_two_lines_that_changed_places_are_edited_where_they_are():
    """All that is quoted stands there, so each line that goes is known."""
    before = "def first(self):\n    second(argument)\n    first(argument)\n    third(argument)\n"
    edit = block(
        "def first(self):\n    first(argument)\n    second(argument)\n    third(argument)\n",
        "def first(self):\n    fourth(argument)\n    second(argument)\n    third(argument)\n",
    )

    assert {
        "f": "def first(self):\n    second(argument)\n    fourth(argument)\n    third(argument)\n"
    } == apply_edits({"f": before}, edit)


def test_a_blank_line_did_not_change_places():
    """One that goes is gone where it was, and another stands beside."""
    edit = block("private\n\ndef convert(key)\n", "private\nsecret\ndef convert(key)\n")

    with pytest.raises(Rejected, match="not in the file"):
        apply_edits({"f": "keys(rows)\n\nprivate\ndef convert(key)\n"}, edit)
