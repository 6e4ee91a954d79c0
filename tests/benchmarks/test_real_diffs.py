"""The judge of real diffs applies them in every dialect, and tells what was refused."""

from __future__ import annotations

import pytest

from bot.edits import EditResult
from tests.benchmarks.real_diffs import (
    DIALECTS,
    Objects,
    ParentTree,
    RealCommit,
    judge_all,
    list_result,
    make_rows,
)
from tests.git_served import git


@pytest.mark.long
def test_the_diffs_of_a_commit_are_applied_to_its_parent(tmp_path):
    """All that a text can say is right; a binary file is refused, with its reason and commit."""
    repository = tmp_path / "engine"
    repository.mkdir()
    git(repository, "init", "-q", "-b", "main")
    (repository / "a.txt").write_bytes(b"x\n\nx\n\nx\r\nx\n")
    (repository / "latin").write_bytes(b"caf\xe9\n" * 9)
    commit(repository)
    (repository / "a.txt").write_bytes(b"x\n\ny\n\nx\nx\n")
    (repository / "latin").rename(repository / "d\u00e9plac\u00e9")
    (repository / "new").write_bytes(b"th\xe9\r\n")
    commit(repository)
    outcomes = judge_all([repository], tmp_path / "work", 5)
    (repository / "image").write_bytes(b"\0\1")
    commit(repository)
    refused = judge_all([repository], tmp_path / "again", 1)

    assert [] == outcomes.wrong
    assert dict.fromkeys(DIALECTS, (1, 1)) == {
        name: (tally.right, tally.right_by_git) for name, tally in outcomes.tallies.items()
    }
    assert ["refused: binary changes cannot be made by a text."] == [
        row.what for row in make_rows(refused)[len(DIALECTS) :]
    ]


def commit(repository):
    """Commit all that is there."""
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a commit")


def test_what_is_not_as_committed_is_told(tmp_path):
    """The judge compares modes and bytes, not what the applier says."""
    git(tmp_path, "init", "-q", "-b", "main")
    for text in ("x\n", "y\n"):
        (tmp_path / "a").write_text(text)
        commit(tmp_path)
    objects = Objects(tmp_path, tmp_path / "work")
    real = RealCommit(objects, objects.list_commits(1)[0])
    tree = ParentTree(real, keep_bytes=False)

    assert real.after["a"] == list_result(tree, EditResult({"a": "y\n"}, {}, {}), "a")
    assert real.after["a"] != list_result(tree, EditResult({"a": "y"}, {}, {}), "a")
    assert real.after["a"] != list_result(tree, EditResult({"a": "y\n"}, {"a": "100755"}, {}), "a")
