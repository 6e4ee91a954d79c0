"""Compare a change on this machine with the repositories in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.fingerprint_database import FingerprintDatabase
from bot.adapters.git.borrowed_repository import BorrowedRepository, borrow_repository
from bot.adapters.git.git_errors import NoRepositoryError
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.repository_folder import find_repository
from bot.cli.inputs import WrongUseError, require_folder
from bot.gates import Change
from bot.steps.copied_code import KnownCode
from bot.steps.find_copies import describe_source, make_finding
from bot.values import Finding, Tree

DEPTH = 2  # folders below the one that is named
UNBOUNDED_S = 86_400.0


@dataclass(frozen=True, slots=True)
class OtherRepositories:
    """A folder with repositories, and where their fingerprints are kept."""

    folder: Path
    cache: Path

    def find_copies(self, home: Path, own: Tree, change: Change) -> tuple[Finding, ...]:
        """Find what a change has from the newest commits of the repositories.

        `home` holds the borrowed repositories. Raises WrongUseError where there are none.
        """
        index = FingerprintDatabase(self.cache.expanduser() / "fingerprints.sqlite")
        code = KnownCode(index, GitMirrors(home, ()))
        code.take_up(own, UNBOUNDED_S)
        names = {}
        for repository in self._borrow_all(home):
            with suppress(NoRepositoryError):  # it has no commit yet
                code.take_up(repository.tree(), UNBOUNDED_S)
                names[repository.repo.name] = str(repository.folder)
        if not names:
            raise WrongUseError(f"{self.folder} holds no git repository with a commit.")
        return tuple(
            make_finding(copy, describe_source(copy, names[copy.file.repository.repo.name]))
            for copy in code.find_copies(own.repo, change, lambda repo: repo.name in names)
        )

    def _borrow_all(self, home: Path) -> Iterator[BorrowedRepository]:
        require_folder(self.folder)
        for folder in _list_repositories(self.folder, DEPTH):
            with suppress(NoRepositoryError):  # of a kind that is not read
                yield borrow_repository(home, folder)


def _list_repositories(folder: Path, depth: int) -> Iterator[Path]:
    """List the folder if it is a repository, else those below it."""
    if _is_repository(folder):
        yield folder
    elif depth:
        for below in sorted(folder.iterdir()):
            if below.is_dir() and os.access(below, os.R_OK | os.X_OK):
                yield from _list_repositories(below, depth - 1)


def _is_repository(folder: Path) -> bool:
    """Tell whether a folder is a repository itself, and does not only lie in one."""
    try:
        repository = find_repository(folder)
    except NoRepositoryError:
        return False
    return folder.resolve() in (repository.git_dir, repository.root)
