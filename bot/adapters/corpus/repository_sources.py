"""Open a repository of the corpus where it lies: a clone of ours, a folder, or a mirror."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.adapters.corpus.remote_clone import RemoteClone, Watch
from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_errors import GitError, NoRepositoryError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.mirror import COMPLETE, Mirror
from bot.corpus.corpus_records import CorpusRepository
from bot.values import Remote, Sha

FETCH_S = 3_600.0


class RepositorySource(Protocol):
    """A repository whose newest commit can be read, after what is missing of it was fetched."""

    @property
    def git(self) -> GitProcess:
        """The repository on the disk."""

    def fetch_tip(self) -> Sha:
        """Find the newest commit."""

    def fetch_tree(self, commit: Sha) -> None:
        """Bring the names of its files."""

    def fetch_files(self, commit: Sha, blobs: list[Sha]) -> None:
        """Bring these of its files."""


@dataclass(frozen=True, slots=True)
class RemoteAccess:
    """Where repositories are cloned from, and with whose token."""

    web_url: str = "https://github.com"
    token: str = field(default="", repr=False)

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols that git may speak: plain HTTP with a forge of this machine alone."""
        return ("http", "https") if self.web_url.startswith("http://") else ("https",)

    def make_remote(self, record: CorpusRepository) -> Remote:
        """Make the address to clone from; the token goes to the host that it is for alone."""
        if record.repository.source != "github":
            return Remote("")
        url = record.repository.url.removesuffix("/").removesuffix(".git")
        is_ours = url.startswith(f"{self.web_url}/")
        return Remote(f"{url}.git", self.token if is_ours else "")


@dataclass(frozen=True, slots=True)
class LocalSource:
    """A repository of this machine, read in place."""

    git: GitProcess
    tip: Sha

    def fetch_tip(self) -> Sha:
        """Give the newest commit."""
        return self.tip

    def fetch_tree(self, _commit: Sha) -> None:
        """All that there is is here."""

    def fetch_files(self, _commit: Sha, _blobs: list[Sha]) -> None:
        """All that there is is here."""


def open_source(
    folder: CorpusFolder, access: RemoteAccess, record: CorpusRepository, watch: Watch
) -> RepositorySource:
    """Open a repository. Raises NoRepositoryError, GitError and ValueError for an odd address."""
    match record.repository.source:
        case "folder":
            borrowed = borrow_repository(folder.borrowed, Path(record.repository.url))
            return LocalSource(borrowed.git, borrowed.tree().sha)
        case "mirror":
            return _open_mirror(folder, record.repository.name_with_owner)
        case "github":
            git = GitProcess(folder.name_clone(record), folder.empty, timeout_s=FETCH_S)
            return RemoteClone(git, access.make_remote(record), access.protocols, watch)


def _open_mirror(folder: CorpusFolder, name: str) -> LocalSource:
    """Open a mirror at the newest commit that is whole; it has no branches."""
    git = GitProcess(folder.mirrors / f"{name}.git", folder.empty)
    Mirror(git).note_use()  # so that a bot at work on the same home lets it be
    newest = ("--sort=-committerdate", "--count=1", "--format=%(objectname)")
    try:
        tip = git.run("for-each-ref", *newest, COMPLETE).decode().strip()
    except GitError:
        raise NoRepositoryError(f"The mirror of {name} is damaged, or not there.") from None
    if not tip:
        raise NoRepositoryError(f"The mirror of {name} has no whole commit yet.")
    return LocalSource(git, Sha(tip))
