"""Merges in a bare mirror: clean ones, every kind of conflict, and nothing that a repository runs."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.git.git_process import explain_no_merging
from bot.adapters.git.merge_trees import MARKERS, write_attributes
from bot.adapters.git.mirrors import GitMirrors
from bot.merge import Conflict, split_conflicts
from bot.ports import Refusal
from bot.values import (
    Author,
    Branch,
    CommitDetails,
    InstallationId,
    PathConflict,
    Remote,
    Repo,
    Tree,
)
from tests.git_served import commit, git

REPO = Repo("ada/engine", InstallationId(1))
MAIN, TOPIC = Branch("main"), Branch("topic")
ADA = Author("Ada", "ada@example.org")
AT = "2026-11-20T12:00:00+00:00"
LINES = b"".join(b"line %d\n" % number for number in range(1, 31))
BASE = {
    "app.py": b"a\nb\nc\nd\ne\n",
    "data.bin": b"\0one",
    "moved.txt": LINES,
    "other.txt": LINES.replace(b"line", b"row"),
    "old.txt": b"old\n",
    "120000:link": b"app.py",
}


class Fork:
    """A branch `topic` that left `main` where both held the same files."""

    def __init__(self, origin: Path, mirrors: GitMirrors, remote: Remote) -> None:
        self.origin, self.mirrors, self.remote = origin, mirrors, remote
        commit(origin, BASE, "Begin.")
        git(origin, "branch", "topic", "main")

    def change(self, ours: dict[str, bytes | None], theirs: dict[str, bytes | None]) -> None:
        """Commit to each side: `ours` is the topic."""
        commit(self.origin, ours, "Ours.", "topic")
        commit(self.origin, theirs, "Theirs.", "main")

    def fetch(self, branch: Branch) -> Tree:
        return self.mirrors.fetch(REPO, self.remote, branch)

    def merge(self):
        return self.mirrors.merge(self.fetch(TOPIC), self.fetch(MAIN), self.remote)

    def conflict(self, path: str) -> PathConflict:
        return next(one for one in self.merge().conflicts if one.path == path)

    def kinds(self) -> dict[str, str]:
        return {one.path: one.kind for one in self.merge().conflicts}


@pytest.fixture
def fork(origin: Path, remote: Remote, mirrors: GitMirrors) -> Fork:
    """Two branches on the server, with nothing of their own yet."""
    return Fork(origin, mirrors, remote)


def test_a_branch_that_holds_the_other_needs_no_merge(fork: Fork):
    """There is nothing to merge where the base has not moved."""
    commit(fork.origin, {"app.py": b"x\n"}, "Ours.", "topic")

    assert fork.merge() is None


def test_changes_apart_are_merged(fork: Fork):
    """Both changes stand in the tree, in one file and in two, and no conflict is told."""
    fork.change({"app.py": b"A\nb\nc\nd\ne\n"}, {"app.py": b"a\nb\nc\nd\nE\n", "new.py": b"x\n"})
    merged = fork.merge()
    tree = Tree(REPO, merged.tree, TOPIC)

    assert () == merged.conflicts
    assert {"app.py": b"A\nb\nc\nd\nE\n", "new.py": b"x\n"} == fork.mirrors.read(
        tree, ["app.py", "new.py"]
    )


def test_a_renamed_file_is_merged_where_it_stands_now(fork: Fork):
    """One side moved a file, the other changed it: the change goes along, as on GitHub."""
    fork.change(
        {"moved.txt": None, "new/moved.txt": LINES},
        {"moved.txt": LINES.replace(b"line 9\n", b"line nine\n")},
    )
    merged = fork.merge()

    assert () == merged.conflicts
    assert b"line nine" in next(
        iter(fork.mirrors.read(Tree(REPO, merged.tree, TOPIC), ["new/moved.txt"]).values())
    )


def test_a_contested_line_comes_with_three_sides(fork: Fork):
    """The bytes of each side are given, and the file with all of them between long markers."""
    fork.change({"app.py": b"a\nB1\nc\nd\ne\n"}, {"app.py": b"a\nB2\nc\nd\ne\n"})
    conflict = fork.conflict("app.py")
    sections = list(split_conflicts((conflict.marked or b"").decode()))

    assert ("content", BASE["app.py"]) == (conflict.kind, conflict.base)
    assert (b"a\nB1\nc\nd\ne\n", b"a\nB2\nc\nd\ne\n") == (conflict.ours, conflict.theirs)
    assert [("a\n",), Conflict(("B1\n",), ("b\n",), ("B2\n",)), ("c\n", "d\n", "e\n")] == sections


def test_every_kind_of_conflict_has_its_name(fork: Fork):
    """What a merge by lines cannot solve is told apart, so that people are told what it is."""
    fork.change(
        {
            "added.txt": b"mine\n",
            "data.bin": b"\0two",
            "old.txt": None,
            "moved.txt": None,
            "mine.txt": LINES,
            "120000:link": b"data.bin",
            "100755:run.sh": b"true\n",
        },
        {
            "added.txt": b"yours\n",
            "data.bin": b"\0three",
            "old.txt": b"older\n",
            "moved.txt": None,
            "yours.txt": LINES,
            "120000:link": b"old.txt",
            "100644:run.sh": b"true\n",
        },
    )

    assert {
        "added.txt": "both added",
        "data.bin": "binary",
        "old.txt": "modify/delete",
        "moved.txt": "rename",
        "mine.txt": "rename",
        "yours.txt": "rename",
        "link": "link",
        "run.sh": "mode",
    } == fork.kinds()


def test_a_deleted_file_says_which_side_deleted_it(fork: Fork):
    """The side without the file has no bytes; the other's are what git left."""
    fork.change({"old.txt": None}, {"old.txt": b"older\n"})
    conflict = fork.conflict("old.txt")

    assert (b"old\n", None, b"older\n", b"older\n") == (
        conflict.base,
        conflict.ours,
        conflict.theirs,
        conflict.marked,
    )


def test_a_file_in_the_place_of_a_directory_is_named(fork: Fork):
    """One side made a directory of a file that the other changed."""
    fork.change({"old.txt": None, "old.txt/part": b"x\n"}, {"old.txt": b"older\n"})

    assert ["file/directory"] == list(fork.kinds().values())


def test_a_submodule_that_both_moved_is_named(fork: Fork):
    """Nobody can tell which commit of another repository is meant."""
    for branch, sha in (("topic", "a" * 40), ("main", "b" * 40)):
        head = git(fork.origin, "rev-parse", f"refs/heads/{branch}")
        who = "committer Ada <ada@example.org> 1793534500 +0000"
        lines = f"commit refs/heads/{branch}\n{who}\ndata 1\n.\nfrom {head}\n"
        given = f"{lines}M 160000 {sha} lib\n".encode()
        git(fork.origin, "fast-import", "--quiet", given=given)

    assert {"lib": "submodule"} == fork.kinds()


def test_a_name_that_is_no_text_is_not_dropped(fork: Fork):
    """A conflict on such a path is told all the same: nobody may take the merge for clean."""
    path = b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    fork.change({path: b"mine\n"}, {path: b"yours\n"})

    assert {"caf\ufffd.txt": "both added"} == fork.kinds()


def test_nothing_in_common_is_refused_in_words(origin: Path, remote: Remote, mirrors: GitMirrors):
    """Two histories that never met cannot be merged."""
    commit(origin, {"a": b"1\n"})
    commit(origin, {"b": b"1\n"}, branch="topic")
    ours, theirs = (mirrors.fetch(REPO, remote, branch) for branch in (TOPIC, MAIN))

    with pytest.raises(Refusal, match="`topic` and `main` have no commit in common"):
        mirrors.merge(ours, theirs, remote)


def test_the_merge_base_is_fetched(fork: Fork, mirror: Path):
    """A mirror that holds only the tips' files brings those of the merge base too."""
    for number in range(3):
        commit(fork.origin, {"app.py": b"a\nb\nc\nd\n%d\n" % number}, "Theirs.", "main")
        commit(fork.origin, {"app.py": b"%d\nb\nc\nd\ne\n" % number}, "Ours.", "topic")
    shutil.rmtree(mirror, ignore_errors=True)

    assert () == fork.merge().conflicts


def test_a_criss_cross_history_is_merged(fork: Fork):
    """Two merge bases are merged themselves, files and all."""
    fork.change({"app.py": b"A\nb\nc\nd\ne\n"}, {"old.txt": b"older\n"})
    first, second = (git(fork.origin, "rev-parse", branch) for branch in ("topic", "main"))
    tree = git(fork.origin, "merge-tree", "--write-tree", first, second)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for branch, parents in (("topic", (first, second)), ("main", (second, first))):
        named = [word for parent in parents for word in ("-p", parent)]
        sha = git(fork.origin, *who, "commit-tree", *named, "-m", branch, tree)
        git(fork.origin, "update-ref", f"refs/heads/{branch}", sha)
    fork.change({"new.py": b"x\n"}, {"app.py": b"A\nb\nc\nd\nE\n"})
    merged = fork.merge()

    assert () == merged.conflicts
    assert {"app.py": b"A\nb\nc\nd\nE\n"} == fork.mirrors.read(
        Tree(REPO, merged.tree, TOPIC), ["app.py"]
    )


def test_the_attributes_of_the_repository_are_ignored(fork: Fork):
    """Here they would have git keep both sides of a conflict: it is told as ever."""
    attributes = {".gitattributes": b"* merge=union\n"}
    commit(fork.origin, attributes, "Keep both.", "main")
    fork.change({**attributes, "app.py": b"A\nb\nc\nd\ne\n"}, {"app.py": b"X\nb\nc\nd\ne\n"})

    assert {"app.py": "content"} == fork.kinds()


def test_the_first_merges_at_once_do_not_get_into_each_others_way(tmp_path: Path):
    """Whoever comes second finds the attributes whole."""
    for number in range(100):
        attributes = tmp_path / f"{number}.attributes"
        with ThreadPoolExecutor(4) as pool:
            written = [pool.submit(write_attributes, attributes) for _ in range(4)]
        errors = [future.exception() for future in written]

        assert ([None] * 4, MARKERS) == (errors, attributes.read_text())
    assert 100 == len(list(tmp_path.iterdir()))


def test_a_merge_commit_has_two_parents_and_is_pushed_with_a_lease(fork: Fork):
    """Equal values give the same commit; files are laid over the tree byte for byte; no force."""
    fork.change({"app.py": b"a\nB1\nc\nd\ne\n"}, {"app.py": b"a\nB2\nc\nd\ne\n"})
    ours, theirs = fork.fetch(TOPIC), fork.fetch(MAIN)
    merged = fork.merge()
    files = {"app.py": b"a\n\xe9\r\n"}
    tree, parents = Tree(REPO, merged.tree, TOPIC), (ours.sha, theirs.sha)
    details = CommitDetails("Merge.\n", ADA, AT)
    sha = fork.mirrors.commit(tree, files, parents, details)
    pushed = fork.mirrors.push(REPO, fork.remote, sha, TOPIC, ours.sha)
    late = fork.mirrors.push(REPO, fork.remote, ours.sha, TOPIC, theirs.sha)

    assert sha == fork.mirrors.commit(tree, files, parents, details)
    assert (sha, True, False) == (pushed.sha, pushed.is_ours, late.is_ours)
    assert f"{ours.sha} {theirs.sha}" == git(fork.origin, "log", "-1", "--format=%P", "topic")
    assert "a\n\udce9" == git(fork.origin, "show", "topic:app.py")


def test_the_messages_of_each_side_are_told(fork: Fork):
    """They are those of the commits that touched the path, newest first; the other side's are not."""
    fork.change({"app.py": b"1\n"}, {"app.py": b"2\n"})
    commit(fork.origin, {"app.py": b"3\n"}, "Ours again.\n\nWhy.", "topic")
    commit(fork.origin, {"old.txt": b"3\n"}, "Elsewhere.", "topic")
    ours, theirs = fork.fetch(TOPIC), fork.fetch(MAIN)

    assert ("Ours again.\n\nWhy.", "Ours.") == fork.mirrors.messages(ours, theirs, "app.py", 5)
    assert ("Theirs.",) == fork.mirrors.messages(theirs, ours, "app.py", 5)
    assert 1 == fork.mirrors.count_missing(ours, theirs)


def test_an_old_git_says_what_it_lacks():
    """Which version is needed is told; a newer one has nothing to say."""
    assert "takes git 2.38 or newer" in explain_no_merging("2.34.1")
    assert "" == explain_no_merging("2.38.0")
    assert "" == explain_no_merging("3.0")
