"""Read the files of a repository on this machine, as its newest commit has them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.mirrors import GitMirrors
from bot.values import Tree


@dataclass(frozen=True, slots=True)
class NewestCommit:
    """The newest commit of a git repository on this machine."""

    mirrors: GitMirrors
    tree: Tree

    def list_files(self) -> list[str]:
        """List the paths of all its files."""
        return [entry.path for entry in self.mirrors.entries(self.tree)]

    def read_files(self, paths: Collection[str]) -> Mapping[str, bytes]:
        """Read the regular files among the paths."""
        return self.mirrors.read(self.tree, paths)


@contextmanager
def open_newest_commit(repo: Path) -> Iterator[NewestCommit]:
    """Borrow the repository; nothing of it runs, no link is followed."""
    with TemporaryDirectory(prefix="greenlit-") as home:
        mirrors = GitMirrors(Path(home), ())
        yield NewestCommit(mirrors, borrow(Path(home), repo, "HEAD"))
