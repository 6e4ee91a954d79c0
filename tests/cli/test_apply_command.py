"""The promises of `greenlit apply` and `greenlit refactor`: what they print, write and
leave alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess

import pytest
from typer.testing import CliRunner

from bot.cli.commands import app

EDIT = "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"


@pytest.fixture
def typed(tmp_path):
    """Type a command in an empty folder."""

    def act(*words, given=""):
        with contextlib.chdir(tmp_path):
            return CliRunner().invoke(app, words, input=given)

    return act


def test_an_edit_is_made_in_the_folder(typed, tmp_path):
    """Modes, encodings and all bytes outside the change stay."""
    (tmp_path / "a.py").write_bytes("# \u00fcber\r\nx = 1\r\n".encode("latin-1"))
    (tmp_path / "a.py").chmod(0o750)
    done = typed("apply", given=EDIT)

    assert 0 == done.exit_code
    assert "modified  a.py  +1 -1\nWritten: 1 file.\n" == done.stdout
    assert "# \u00fcber\r\nx = 2\r\n".encode("latin-1") == (tmp_path / "a.py").read_bytes()
    assert 0o750 == (tmp_path / "a.py").stat().st_mode & 0o777
    assert ["a.py"] == [path.name for path in tmp_path.iterdir()]


def test_a_diff_keeps_the_bytes_of_files_in_several_encodings(typed, tmp_path):
    """One that is no UTF-8 quotes some of them as they are, and writes new ones so."""
    (tmp_path / "latin").write_bytes(b"\xe9\nx\n")
    (tmp_path / "utf8").write_bytes(b"\xc3\xa9\nx\n")
    hunk = b"--- a/%s\n+++ b/%s\n@@ -1,2 +1,2 @@\n %s\n-x\n+%s\n"
    diff = hunk % (b"latin", b"latin", b"\xe9", b"\xe9y") + hunk % (
        *(b"utf8", b"utf8"),
        *(b"\xc3\xa9", b"\xc3\xa9y"),
    )
    diff += b"--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+\xe9\n"
    (tmp_path / "edit").write_bytes(diff)

    assert 0 == typed("apply", "edit").exit_code
    assert b"\xe9\n\xe9y\n" == (tmp_path / "latin").read_bytes()
    assert b"\xc3\xa9\n\xc3\xa9y\n" == (tmp_path / "utf8").read_bytes()
    assert b"\xe9\n" == (tmp_path / "new").read_bytes()
    refused = typed("apply", "--root", ".", given=diff.replace(b"-x", b"-q\xe9"))
    assert (1, True) == (refused.exit_code, "could not be made" in refused.stderr)


def test_a_check_writes_nothing(typed, tmp_path):
    """It says what would be done."""
    (tmp_path / "a.py").write_text("x = 1\n")
    done = typed("apply", "--check", given=EDIT)

    assert (0, True) == (done.exit_code, "It fits: 1 file. Nothing was written." in done.stdout)
    assert "x = 1\n" == (tmp_path / "a.py").read_text()


def test_what_does_not_fit_changes_nothing(typed, tmp_path):
    """Exit code 1, with the reason and the nearest lines; JSON says the same."""
    (tmp_path / "a.py").write_text("x = 3\n")
    (tmp_path / "b.py").write_text("x = 1\n")
    both = EDIT.replace("a.py", "b.py") + EDIT
    told, as_json = typed("apply", given=both), typed("apply", "--json", given=both)

    assert (1, 1) == (told.exit_code, as_json.exit_code)
    assert "No line of it is `x = 1`" in told.stderr
    assert False is json.loads(as_json.stdout)["written"]
    assert "x = 1\n" == (tmp_path / "b.py").read_text()


def test_files_come_move_and_go(typed, tmp_path):
    """A folder that did not exist is made; a moved file keeps its mode; a new script may run."""
    (tmp_path / "old.sh").write_text("echo\n")
    (tmp_path / "old.sh").chmod(0o755)
    (tmp_path / "gone.txt").write_text("x\n")
    diff = (
        "diff --git a/old.sh b/bin/new.sh\nsimilarity index 100%\nrename from old.sh\nrename to bin/new.sh\n"
        "diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "diff --git a/bin/run b/bin/run\nnew file mode 100755\n--- /dev/null\n+++ b/bin/run\n@@ -0,0 +1 @@\n+x\n"
    )
    done = typed("apply", "--json", given=diff)

    assert 0 == done.exit_code
    assert [("bin/new.sh", "moved"), ("bin/run", "added"), ("gone.txt", "deleted")] == sorted(
        (one["path"], one["change"]) for one in json.loads(done.stdout)["files"]
    )
    assert {"bin/new.sh", "bin/run"} == {
        str(it.relative_to(tmp_path)) for it in tmp_path.rglob("*") if it.is_file()
    }
    assert all(it.stat().st_mode & 0o100 for it in (tmp_path / "bin").iterdir())


def test_no_symbolic_link_is_followed(typed, tmp_path):
    """Neither for a file nor for a folder above it."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "a.py").write_text("x = 1\n")
    (tmp_path / "a.py").symlink_to(outside / "a.py")
    (tmp_path / "dir").symlink_to(outside)
    new = "--- /dev/null\n+++ b/{}\n@@ -0,0 +1 @@\n+x\n"

    assert 1 == typed("apply", given=EDIT).exit_code
    assert "symbolic link" in typed("apply", given=new.format("a.py")).stderr
    assert "symbolic link" in typed("apply", given=new.format("dir/b.py")).stderr
    assert ["a.py"] == [path.name for path in outside.iterdir()]


def test_a_write_that_fails_leaves_all_as_it_was(typed, tmp_path):
    """The first file was laid beside its place when the second could not be: a pipe is no folder."""
    (tmp_path / "a.py").write_text("x = 1\n")
    os.mkfifo(tmp_path / "pipe")
    done = typed("apply", given=EDIT + "pipe/x\n<<<<<<< SEARCH\n=======\ny\n>>>>>>> REPLACE\n")

    assert 1 == done.exit_code
    assert "Nothing was changed" in done.stderr
    assert "x = 1\n" == (tmp_path / "a.py").read_text()
    assert ["a.py", "pipe"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("words", [("apply", "nowhere.diff"), ("apply", "--root", "nowhere")])
def test_wrong_use_is_told(typed, words):
    """What cannot be read is no edit that does not fit."""
    done = typed(*words, given=EDIT)

    assert (2, True) == (done.exit_code, "nowhere" in done.stderr)


def test_a_refactoring_is_shown_and_then_written(typed, tmp_path):
    """The diff is one that git takes; --apply writes what it shows."""
    (tmp_path / "a.py").write_text("def f():\n    pass\n\n\nf()\n")
    shown = typed("refactor", "rename", "f", "g")
    subprocess.run(
        ["git", "apply", "--check", "-"], cwd=tmp_path, input=shown.stdout, text=True, check=True
    )

    assert "2 places in 1 file. Nothing was written" in shown.stderr
    assert 0 == typed("refactor", "rename", "f", "g", "--apply").exit_code
    assert "def g():\n    pass\n\n\ng()\n" == (tmp_path / "a.py").read_text()
    assert 0 == typed("refactor", "async", "g", "--apply").exit_code
    assert 0 == typed("refactor", "move", "g", "b", "--apply").exit_code
    assert (tmp_path / "b.py").is_file()
    assert 1 == typed("refactor", "rename", "nothing", "x").exit_code
    assert 2 == typed("refactor", "rename", "g", "h", "--repo", "nowhere").exit_code


def test_what_is_no_text_is_told(typed, tmp_path):
    """A binary file is refused, UTF-16 keeps its encoding, and Latin-1 takes no other letters."""
    (tmp_path / "a.py").write_bytes(b"x = 1\n\0")
    assert "no text file" in typed("apply", given=EDIT).stderr
    (tmp_path / "a.py").write_bytes("\ufeffx = 1\n".encode("utf-16-le"))
    assert 0 == typed("apply", given=EDIT).exit_code
    assert "\ufeffx = 2\n".encode("utf-16-le") == (tmp_path / "a.py").read_bytes()
    (tmp_path / "a.py").write_bytes("\u00fc\nx = 1\n".encode("latin-1"))
    assert "U+2603" in typed("apply", given=EDIT.replace("x = 2", "x = '\u2603'")).stderr


def test_a_mode_alone_can_change(typed, tmp_path):
    """The bytes stay."""
    (tmp_path / "a.sh").write_text("x\n")
    (tmp_path / "a.sh").chmod(0o644)
    given = "diff --git a/a.sh b/a.sh\nold mode 100644\nnew mode 100755\n"

    assert "mode 100755" in typed("apply", given=given).stdout
    assert 0o755 == (tmp_path / "a.sh").stat().st_mode & 0o777
    assert 0 == typed("apply", given=given.replace("new mode 100755", "new mode 100644")).exit_code
    assert 0o644 == (tmp_path / "a.sh").stat().st_mode & 0o777


def test_what_a_refactoring_cannot_prove_is_on_standard_error(typed, tmp_path):
    """With file, line and reason."""
    (tmp_path / "a.py").write_text(
        "class C:\n    def go(self):\n        pass\n\n\ndef f(x):\n    x.go()\n"
    )
    ended = typed("refactor", "rename", "C.go", "run")

    assert 1 == ended.exit_code
    assert "Not proved, so left as they are (1):" in ended.stderr
    assert "a.py:7: x.go()  (an attribute of an unknown object)" in ended.stderr


def test_with_places_unproved_nothing_is_written_unless_a_part_is_asked_for(typed, tmp_path):
    """Half a renaming breaks the code, so who wants it says so."""
    code = "class C:\n    def go(self):\n        pass\n\n\ndef f(x):\n    x.go()\n"
    (tmp_path / "a.py").write_text(code)
    refused = typed("refactor", "rename", "C.go", "run", "--apply")

    assert 1 == refused.exit_code
    assert "Nothing was written. 1 place cannot be proved: --apply --partial" in refused.stderr
    assert code == (tmp_path / "a.py").read_text()

    written = typed("refactor", "rename", "C.go", "run", "--apply", "--partial")

    assert 0 == written.exit_code
    assert code.replace("def go", "def run") == (tmp_path / "a.py").read_text()
