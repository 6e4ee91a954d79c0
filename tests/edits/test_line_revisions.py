"""What people make of a change, by the diffs that git writes."""

from pathlib import Path

import pytest

from bot.edits import LineRevision, find_line_revisions
from tests.git_served import git

BEFORE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n"
WRITTEN = BEFORE.replace("three\n", "THREE\nmore\n")


def diff(folder: Path, old: str | None, new: str | None) -> str:
    """The diff of one file, as the mirrors write it; None where there is no file."""
    trees = [_write_tree(folder, text) for text in (old, new)]
    names = ("--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    return git(folder, "diff-tree", "-r", "-p", "--full-index", *names, *trees) + "\n"


def _write_tree(folder: Path, text: str | None) -> str:
    if text is None:
        return git(folder, "mktree", given=b"")
    blob = git(folder, "hash-object", "-w", "--stdin", given=text.encode())
    return git(folder, "mktree", given=f"100644 blob {blob}\tapp.py\n".encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository for the objects."""
    git(tmp_path, "init", "-q")
    return tmp_path


def revise(folder: Path, written: str | None, merged: str | None, before: str | None = BEFORE):
    change, later = diff(folder, before, written), diff(folder, written, merged)
    (revision,) = find_line_revisions(change, "" if written == merged else later)
    return revision


def test_what_was_merged_as_written_is_kept(folder: Path):
    """Nobody changed anything."""
    assert LineRevision("app.py", 2, 0) == revise(folder, WRITTEN, WRITTEN)


def test_a_line_that_people_changed_is_counted_and_shown(folder: Path):
    """The other one is kept."""
    revision = revise(folder, WRITTEN, WRITTEN.replace("more", "less"))

    assert (1, 1) == (revision.kept, revision.changed)
    assert "-more\n+less\n" in revision.hunks[0]


def test_what_changed_far_away_is_no_revision(folder: Path):
    """The base may have moved on: such lines were never the bot's."""
    revision = revise(folder, WRITTEN, WRITTEN.replace("twelve", "12"))

    assert LineRevision("app.py", 2, 0) == revision


def test_lines_that_people_put_beside_are_shown(folder: Path):
    """Nothing of the change is lost by that."""
    revision = revise(folder, WRITTEN, WRITTEN.replace("more\n", "more\nand more\n"))

    assert (2, 0) == (revision.kept, revision.changed)
    assert "+and more\n" in revision.hunks[0]


def test_what_the_change_took_out_and_people_brought_back_is_shown(folder: Path):
    """A change that only deletes has no lines to keep."""
    revision = revise(folder, BEFORE.replace("six\n", ""), BEFORE)

    assert (0, 0) == (revision.kept, revision.changed)
    assert "+six\n" in revision.hunks[0]


def test_a_new_file_that_people_took_out_is_changed_whole(folder: Path):
    """Every line of it is gone."""
    revision = revise(folder, "a\nb\n", None, before=None)

    assert (0, 2) == (revision.kept, revision.changed)
