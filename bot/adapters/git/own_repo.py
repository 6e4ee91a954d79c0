"""GitPython's Repo over a repository directory of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from git import Repo
from git.db import GitCmdObjectDB
from gitdb import IStream, LooseObjectDB  # type: ignore[import-untyped]

from bot.adapters.git.git_errors import GitError
from bot.adapters.git.git_process import GitProcess, GuardedGit


class OwnRepo(Repo):
    """A bare Repo whose git is a GuardedGit.

    GitPython's own constructor follows GIT_* variables and the includes of a configuration, and its
    git would have the bot's whole environment.
    """

    def __init__(self, process: GitProcess, git: GuardedGit) -> None:
        self.git_dir = self.working_dir = str(process.git_dir)
        self._bare = True
        self.git = git
        self.odb = GitCmdObjectDB(f"{process.git_dir}/objects", git)

    def read_object(self, name: str) -> bytes:
        """Read one object, named as git names it, through a lasting `cat-file`. Raises GitError."""
        try:
            return self.git.get_object_data(name)[3]
        except ValueError as failed:  # GitPython's word for an object that git does not give
            raise GitError(str(failed)) from None

    def store_object(self, kind: bytes, content: bytes) -> str:
        """Write one object in this process; GitPython's odb starts a git for each."""
        stored = LooseObjectDB.store(self.odb, IStream(kind, len(content), BytesIO(content)))
        return bytes(stored.hexsha).decode()


@contextmanager
def open_repo(process: GitProcess) -> Iterator[OwnRepo]:
    """Open it for as long as the block lasts; no longer than the time limit of its git."""
    with process.open_git() as git:
        yield OwnRepo(process, git)
