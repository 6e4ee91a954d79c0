"""Somebody's repository on this machine: found, read and written without its configuration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_errors import GitError, NoRepositoryError
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.repository_folder import find_repository
from bot.adapters.git.work_tree import FILE_BYTES, ChangedPath
from tests.git_served import git

TEXT = "x = 1\n"
DIFF = "diff --git a/app.py b/app.py\n--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with one file, committed on main."""
    root = tmp_path / "shop"
    (root / "deep/er").mkdir(parents=True)
    (root / "app.py").write_text(TEXT)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=Sell")
    return root


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where what is ours may lie."""
    return tmp_path / "home"


def test_a_repository_is_found_from_inside(folder: Path):
    """From its root, from a folder in it, and from its .git."""
    roots = {find_repository(place).root for place in (folder, folder / "deep/er", folder / ".git")}

    assert {folder} == roots


def test_a_linked_work_tree_has_its_own_head(folder: Path, home: Path):
    """Its files and its branch are its own; objects and refs are the repository's."""
    git(folder, "worktree", "add", "--quiet", "-b", "topic", "../linked")
    linked = folder.parent / "linked"
    (linked / "app.py").write_text("x = 3\n")
    borrowed = borrow_repository(home, linked)

    assert "topic" == borrowed.branch
    assert borrowed.tree("main").sha == borrowed.tree().sha
    assert (ChangedPath("app.py", "100644", "100644"),) == borrowed.work_tree().list_changes("HEAD")
    assert linked == borrowed.source.root


def test_files_may_lie_elsewhere(folder: Path, home: Path):
    """Where core.worktree of the repository, or of one of its work trees, says so."""
    git(folder, "config", "core.worktree", str(folder / "deep"))
    git(folder, "config", "extensions.worktreeConfig", "true")
    before = find_repository(folder).root
    git(folder, "config", "--worktree", "core.worktree", "../deep/er")

    assert folder / "deep" == before
    assert folder / "deep/er" == find_repository(folder).root


@pytest.mark.parametrize("elsewhere", ["/", "..", "../other", "/etc"])
def test_files_of_others_are_not_the_folders(folder: Path, elsewhere: str):
    """A configuration that came with the folder cannot have files of this machine read or
    written.
    """
    (folder.parent / "other").mkdir()
    git(folder, "config", "core.worktree", str(folder / elsewhere))

    with pytest.raises(NoRepositoryError, match=r"has its files elsewhere: .* core\.worktree = /"):
        find_repository(folder)


def test_a_bare_repository_has_no_files(folder: Path, home: Path, tmp_path: Path):
    """It is read all the same."""
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    borrowed = borrow_repository(home, tmp_path / "bare.git")

    assert ["app.py"] == [entry.path for entry in GitMirrors(home, ()).entries(borrowed.tree())]
    with pytest.raises(NoRepositoryError, match=r"bare\.git is a bare repository: it has no files"):
        borrowed.work_tree()


def test_a_head_that_is_a_link_is_read(folder: Path, home: Path):
    """As git wrote it long ago."""
    (folder / ".git/HEAD").unlink()
    (folder / ".git/HEAD").symlink_to("refs/heads/main")

    assert "main" == borrow_repository(home, folder).branch


def test_only_how_files_lie_on_the_disk_is_kept(folder: Path, home: Path):
    """Line ends as the folder has them are no change; a program is not so much as read."""
    git(folder, "config", "core.autocrlf", "true")
    (folder / "app.py").unlink()
    git(folder, "checkout", "app.py")
    os.utime(folder / "app.py", (1, 1))
    git(folder, "config", "core.fsmonitor", "/bin/false")
    git(folder, "config", "core.eol", "lf\n[alias]\nx = !y")
    borrowed = borrow_repository(home, folder)

    assert "true" == borrowed.source.settings["core.autocrlf"]
    assert {"core.fsmonitor", "core.eol"}.isdisjoint(borrowed.source.settings)
    assert b"x = 1\r\n" == (folder / "app.py").read_bytes()
    assert not borrowed.work_tree().is_dirty()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[core\n", "cannot be read"),
        ("[core]\n\tbare = \\xff\n[extensions]\n\tobjectFormat = sha256\n", "SHA-256"),
    ],
)
def test_what_cannot_be_read_is_told(folder: Path, home: Path, config: str, said: str):
    """In words."""
    (folder / ".git/config").write_text(config)

    with pytest.raises(NoRepositoryError, match=said):
        borrow_repository(home, folder)


def test_pipes_and_includes_hold_nobody_up(folder: Path, home: Path):
    """A configuration that is a pipe, or includes one, is none; a .git that is one is no repository."""
    os.mkfifo(folder / "pipe")
    git(folder, "config", "include.path", str(folder / "pipe"))
    included = borrow_repository(home, folder).tree()
    (folder / ".git/config").unlink()
    os.mkfifo(folder / ".git/config")

    assert included == borrow_repository(home, folder).tree()
    (folder / ".git").rename(folder / "other")
    os.mkfifo(folder / ".git")
    with pytest.raises(NoRepositoryError, match="no git repository"):
        find_repository(folder)


@pytest.mark.parametrize("pointer", ["gitdir: nowhere", "gitdir: \0", "", "\udcff"])
def test_a_git_file_that_leads_nowhere_is_no_repository(tmp_path: Path, pointer: str):
    """Whatever stands in it."""
    (tmp_path / ".git").write_bytes(pointer.encode("utf-8", "surrogateescape"))

    with pytest.raises(NoRepositoryError):
        find_repository(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_repository_is_read(folder: Path, home: Path):
    """Git's "dubious ownership" guards a configuration that is not read here."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 12345, 12345)
    borrowed = borrow_repository(home, folder)

    assert ["app.py"] == [entry.path for entry in GitMirrors(home, ()).entries(borrowed.tree())]
    assert not borrowed.work_tree().is_dirty()


def test_a_change_is_written_or_nothing_is(folder: Path, home: Path):
    """By git, into the files alone: the index stays as it was."""
    files = borrow_repository(home, folder).work_tree()
    index = (folder / ".git/index").read_bytes()
    files.apply(DIFF)
    with pytest.raises(GitError, match="does not apply"):
        files.apply(DIFF)

    assert "x = 2\n" == (folder / "app.py").read_text()
    assert index == (folder / ".git/index").read_bytes()


def test_a_split_index_is_read(folder: Path, home: Path):
    """Its shared part lies beside it."""
    git(folder, "update-index", "--split-index")

    assert ("app.py",) == borrow_repository(home, folder).work_tree().list_paths()


def test_files_are_read_up_to_a_size_and_links_are_not_followed(folder: Path, home: Path):
    """What is no regular file inside of the folder is none."""
    files = borrow_repository(home, folder).work_tree()
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "away").symlink_to("/etc")
    (folder / "huge").write_bytes(b"x" * (FILE_BYTES + 1))

    assert TEXT.encode() == files.read_file("app.py")
    assert [None] * 4 == [files.read_file(name) for name in ("link", "away/passwd", "huge", "no")]
    assert ["/etc/passwd", "nowhere"] == [files.read_link(name) for name in ("link", "app.py")]
    assert {"app.py": TEXT.encode()} == files.read_committed("HEAD", ["app.py", "deep", "a\nb"])
    assert [("app.py",), ()] == [files.find_text(text) for text in ("x = 1", "y = 1")]


def test_the_base_is_where_the_branch_left_the_default_one(folder: Path, home: Path):
    """Else the newest commit."""
    sha = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "-b", "topic")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=More")
    left = borrow_repository(home, folder).work_tree().find_base()
    git(folder, "branch", "--quiet", "-D", "main")

    assert sha == left
    assert git(folder, "rev-parse", "HEAD") == (
        borrow_repository(home, folder).work_tree().find_base()
    )
