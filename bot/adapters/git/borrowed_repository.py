"""Read a repository on this machine that is not ours; nothing is copied, nothing of it is run.

A repository directory of our own names the other's objects as alternates, its refs by links. So git
never reads the other's configuration, what a partial clone lacks is missing and never sent for, and
whose repository it is does not matter: git's "dubious ownership" guards that configuration alone.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

from bot.adapters.git.git_errors import GitError, NoRepositoryError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.repository_folder import RepositoryFolder, find_repository
from bot.adapters.git.work_tree import WorkTree
from bot.values import Branch, InstallationId, Repo, Sha, Tree

SHARED = ("refs", "packed-refs", "reftable", "logs", "info/exclude", "info/attributes")
OF_THE_WORK_TREE = ("FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD")
SETTINGS = {"repositoryformatversion": "1", "bare": "true", "logallrefupdates": "false"}


@dataclass(frozen=True, slots=True)
class BorrowedRepository:
    """Somebody's repository; GitMirrors of the same home read it as `repo`."""

    repo: Repo
    git: GitProcess
    source: RepositoryFolder
    folder: Path  # as people named it

    def tree(self, rev: str = "HEAD") -> Tree:
        """Resolve a branch, a tag or a commit. Raises NoRepositoryError."""
        wanted = ("--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        with suppress(GitError):
            return Tree(self.repo, Sha(self._ask("rev-parse", *wanted)), Branch(""))
        if not self._ask("rev-list", "--max-count=1", "--all"):
            raise NoRepositoryError(f"{self.folder} has no commit yet: there is nothing to read.")
        unshallow = " It is a shallow clone: git fetch --unshallow brings the older ones."
        raise NoRepositoryError(
            f"{self.folder} has no commit {rev}. Name a branch, a tag or a commit."
            f"{unshallow if self.is_shallow else ''}"
        )

    @property
    def branch(self) -> Branch | None:
        """The branch that is checked out, if any."""
        with suppress(GitError):
            return Branch(self._ask("symbolic-ref", "--quiet", "--short", "HEAD"))
        return None

    @property
    def is_shallow(self) -> bool:
        """True when the history is cut off."""
        return (self.git.git_dir / "shallow").exists()

    def work_tree(self) -> WorkTree:
        """Open its files. Raises NoRepositoryError where there are none."""
        root = self.source.root
        if not root or not root.is_dir():
            raise NoRepositoryError(f"{self.folder} is a bare repository: it has no files.")
        # Both keep their times: by the index's, git knows which files it need not read again.
        for path in (self.source.git_dir / "index", *self.source.git_dir.glob("sharedindex.*")):
            if path.is_file():
                shutil.copy2(path, self.git.git_dir / path.name)
        return WorkTree(root, replace(self.git, work_tree=root))

    def _ask(self, *args: str) -> str:
        return self.git.run(*args).decode("utf-8", "surrogateescape").strip()


def borrow_repository(home: Path, folder: Path) -> BorrowedRepository:
    """Borrow the repository around a folder. Raises NoRepositoryError."""
    source = find_repository(folder)
    if source.settings.get("extensions.objectformat", "sha1") != "sha1":
        raise NoRepositoryError(f"{folder} names its objects by SHA-256, which is not read yet.")
    repo = _name(source)
    git_dir = home / f"{repo.name}.git"
    _lay_out(git_dir, source)
    empty = home / ".empty"
    empty.mkdir(exist_ok=True)
    return BorrowedRepository(repo, GitProcess(git_dir, empty), source, folder)


def borrow(home: Path, folder: Path, rev: str) -> Tree:
    """Borrow the tree at `rev`, to be read through GitMirrors(home). Raises NoRepositoryError."""
    return borrow_repository(home, folder).tree(rev)


def _name(source: RepositoryFolder) -> Repo:
    """Name it by its folder for people, and by its whole path."""
    shown = source.root or source.git_dir
    mark = blake2b(bytes(source.git_dir), digest_size=8).hexdigest()
    name = re.sub(r"[^A-Za-z0-9]+", "-", shown.name).strip("-")
    return Repo(f"borrowed/{name}-{mark}", InstallationId(0))


def _lay_out(git_dir: Path, source: RepositoryFolder) -> None:
    shutil.rmtree(git_dir, ignore_errors=True)
    (git_dir / "objects/info").mkdir(parents=True)
    (git_dir / "info").mkdir()
    objects = (source.common_dir / "objects").resolve()
    (git_dir / "objects/info/alternates").write_bytes(bytes(objects) + b"\n")
    (git_dir / "config").write_text(_write_config(source.settings))
    (git_dir / "HEAD").write_bytes(_read_head(source.git_dir / "HEAD"))
    if (source.common_dir / "shallow").is_file():
        shutil.copy(source.common_dir / "shallow", git_dir / "shallow")
    for start, names in ((source.common_dir, SHARED), (source.git_dir, OF_THE_WORK_TREE)):
        for name in names:
            if (start / name).exists():
                (git_dir / name).symlink_to(start / name)


def _write_config(settings: dict[str, str]) -> str:
    values = {f"core.{name}": value for name, value in SETTINGS.items()} | settings
    lines = []
    for name, value in values.items():
        section, _, key = name.partition(".")
        lines.append(f"[{section}]\n\t{key} = {value}\n")
    return "".join(lines)


def _read_head(head: Path) -> bytes:
    if head.is_symlink():  # as git itself wrote it long ago
        return b"ref: " + bytes(head.readlink()) + b"\n"
    return head.read_bytes()
