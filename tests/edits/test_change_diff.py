"""A change as git's diff tells it: what came and went where, by names of every sort."""

import subprocess

import pytest

from bot.edits import ChangeDiff, parse_change_diff, render_size

NAMES = [
    "a.txt",
    "gr\u00f6\u00dfe.txt",
    'quo"te.txt',
    "tab\tname",
    "back\\slash",
    "spa ce b/x.txt",
    "new\nline",
    "a b/ b/c",
]


def run_git(folder, *arguments):
    made = ("-c", "core.quotePath=false", "-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(["git", *made, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture
def diff(tmp_path):
    """A change of files with odd names, and of files without lines."""
    run_git(tmp_path, "init", "-q")
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1\n-- two\n3\n")
    (tmp_path / "gone").write_bytes(b"1\n")
    run_git(tmp_path, "add", "-A")
    run_git(tmp_path, "commit", "-qm", "x")
    for name in NAMES:
        (tmp_path / name).write_bytes("1\r\n3\n++ \u2028x\x0c\n".encode())
    (tmp_path / "gone").unlink()
    (tmp_path / "new").write_bytes(b"x")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "binary").write_bytes(b"\0\1")
    (tmp_path / "a.txt").chmod(0o755)
    run_git(tmp_path, "add", "-A")
    return run_git(tmp_path, "diff", "--cached", "--no-renames", "--binary")


def test_every_name_is_read_as_it_is(diff):
    """Quoted by git or not, with " b/" in it or a line's end."""
    assert {*NAMES, "gone", "new", "empty", "binary"} == set(parse_change_diff(diff).files)


def test_lines_are_numbered_on_their_side(diff):
    """Added as they are now, removed as they were; only line feeds end lines."""
    file = parse_change_diff(diff).files["a b/ b/c"]

    assert ((1, "1"), (3, "++ \u2028x\x0c")) == file.added
    assert ((1, "1"), (2, "-- two")) == file.removed
    assert {1, 2, 3} == file.shown


def test_counts_are_those_of_git(diff):
    """As numstat tells them; files without lines count as files."""
    change = parse_change_diff(diff)

    assert (12, 17, 17) == (len(change.files), change.added, change.removed)
    assert "12 files changed: +17 \u221217 lines" == render_size(change)


def test_one_file_is_told_as_one(diff):
    """And an empty diff is an empty change."""
    one = ChangeDiff({"new": parse_change_diff(diff).files["new"]})

    assert "1 file changed: +1 \u22120 lines" == render_size(one)
    assert {} == parse_change_diff("").files


@pytest.mark.parametrize("text", ["hello\n", "diff --git a/x b/x\n@@ -1 +1 @@\n", "@@ -1 +1 @@\n"])
def test_what_is_no_diff_is_refused(text):
    """With a ValueError, whatever is wrong with it."""
    with pytest.raises(ValueError, match="not a unified diff"):
        parse_change_diff(text)
