"""Where the corpus lies in GREENLIT_HOME: clones, kept text, and who may write to them."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.corpus.build_errors import CorpusBusyError
from bot.adapters.corpus.corpus_database import CorpusDatabase
from bot.adapters.corpus.engine import make_folder
from bot.corpus.corpus_records import CorpusRepository
from bot.corpus.repository_licence import UNKNOWN
from bot.corpus.repository_text import RepositoryText
from bot.corpus.text_writer import TextFiles, remove_strays


class CorpusFolder:
    """The folder `corpus` of a home. Private code may be in it, so it is its user's alone."""

    def __init__(self, home: Path) -> None:
        self.mirrors = home.absolute() / "mirrors"
        self.path = home.absolute() / "corpus"
        self.repositories = self.path / "repositories"
        self.borrowed = self.path / "borrowed"
        self.text = self.path / "text"

    def make(self) -> None:
        """Make the folders that are not there. Raises CorpusUnavailable."""
        home = self.path.parent
        for folder in (home, self.path, self.repositories, self.borrowed, self.text, self.empty):
            make_folder(folder)

    @property
    def empty(self) -> Path:
        """A folder with nothing in it, where git runs."""
        return self.repositories / ".empty"

    def name_clone(self, record: CorpusRepository) -> Path:
        """Name the folder of a repository's clone, by a number that outlives other names."""
        return self.repositories / f"{record.id}.git"

    def name_text(self, record: CorpusRepository, commit: str) -> TextFiles:
        """Name the files of a repository's kept text at a commit."""
        return TextFiles.of(self.text, f"{record.id}-{commit}")

    def has_text(self, record: CorpusRepository) -> bool:
        """Tell whether a repository's text at its commit is here."""
        is_cloned = record.clone_state == "cloned"
        return is_cloned and self.name_text(record, record.commit).starts.exists()

    def list_texts(self, database: CorpusDatabase) -> list[RepositoryText]:
        """List the kept text of all repositories, by their names."""
        records = filter(self.has_text, database.fetch_repositories())
        return sorted(map(self._describe_text, records), key=lambda text: text.name)

    def remove_strays(self, database: CorpusDatabase) -> None:
        """Remove what a killed process left, and clones that no repository has any more."""
        texts = self.list_texts(database)
        remove_strays(self.text, {path for text in texts for path in text.paths})
        clones = {self.name_clone(record) for record in database.fetch_repositories()}
        for path in {*self.repositories.glob("*.git")} - clones:
            shutil.rmtree(path, ignore_errors=True)

    def _describe_text(self, record: CorpusRepository) -> RepositoryText:
        files = self.name_text(record, record.commit)
        name, licence = record.repository.name_with_owner, record.own_licence or UNKNOWN
        return RepositoryText(name, licence, record.commit, files.codes, files.starts)

    @contextmanager
    def lock(self, *, to_read: bool = False) -> Iterator[None]:
        """Keep other processes from building the corpus, and from reading it unless this one only
        reads. Raises CorpusBusyError.
        """
        kind = fcntl.LOCK_SH if to_read else fcntl.LOCK_EX
        with (self.path / "clone.lock").open("w") as held:
            try:
                fcntl.flock(held, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CorpusBusyError(
                    "Another `greenlit corpus clone` or `greenlit learn` is at work in "
                    f"{self.path}. Wait for its end."
                ) from None
            yield
