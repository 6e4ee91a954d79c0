"""Bring one repository after the other into the corpus: fetch, judge, write, record."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from bot.adapters.corpus.build_errors import CorpusFullError, NotBuiltError, build_errors
from bot.adapters.corpus.commit_files import CommitFiles, list_files
from bot.adapters.corpus.corpus_database import CorpusDatabase
from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.adapters.corpus.corpus_room import CorpusRoom
from bot.adapters.corpus.remote_clone import EmptyRepositoryError, measure_folder
from bot.adapters.corpus.repository_sources import RemoteAccess, open_source
from bot.corpus.corpus_records import CorpusRepository, FileRecord
from bot.corpus.keep_sources import FindSecrets, SourceKeeper
from bot.corpus.repository_licence import UNKNOWN, is_allowed, is_licence
from bot.corpus.text_writer import write_text


class BuildWatch(Protocol):
    """Is told how far a repository is, in bytes."""

    def show_fetched(self, fetched_bytes: int) -> None:
        """Show how many bytes the clone has."""

    def show_read(self, read_bytes: int, of_bytes: int) -> None:
        """Show how many bytes of the source were judged."""


@dataclass(frozen=True, slots=True)
class BuildRules:
    """What is kept. `licences` are the allowed ones by SPDX; None allows any, and none at all."""

    find_secrets: FindSecrets
    licences: Collection[str] | None = None
    most_bytes: int | None = None
    language: str = "Python"

    @property
    def allowed(self) -> str:
        """The allowed licences as the database keeps them; "" for any."""
        return " ".join(sorted(self.licences or ()))


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What became of a repository: its files, None where it was there as it is, or a refusal."""

    commit: str = ""
    files: tuple[FileRecord, ...] | None = None
    refusal: str = ""


class CorpusBuilder:
    """Builds the corpus in a folder and its database. Whoever makes one has locked the folder."""

    def __init__(
        self,
        folder: CorpusFolder,
        database: CorpusDatabase,
        access: RemoteAccess,
        rules: BuildRules,
        watch: BuildWatch,
    ) -> None:
        self._folder = folder
        self._database = database
        self._access = access
        self._rules = rules
        self._watch = watch
        folder.remove_strays(database)
        self._room = CorpusRoom(rules.most_bytes, measure_folder(folder.path))

    def build(self, record: CorpusRepository) -> BuildResult:
        """Bring a repository to its newest commit. Raises NotBuiltError and CorpusFullError."""
        name = record.repository.name_with_owner
        clone = self._folder.name_clone(record)
        try:
            with build_errors(name, self._access.make_remote(record)), self._room.count(clone):
                return self._build(record)
        except EmptyRepositoryError:
            raise NotBuiltError(f"{name} is empty: it has no commit yet.") from None
        except CorpusFullError:
            shutil.rmtree(clone, ignore_errors=True)
            raise

    def has_fetched(self, record: CorpusRepository) -> bool:
        """Tell whether anything of a repository was fetched, so that its clone can go on."""
        return any(self._folder.name_clone(record).glob("objects/pack/*.pack"))

    def _build(self, record: CorpusRepository) -> BuildResult:
        declared = record.repository.licence or ""
        if is_licence(declared) and not self._allows(declared):
            return self._refuse(record, declared)  # before anything is fetched
        source = open_source(self._folder, self._access, record, self._show_fetched)
        commit = source.fetch_tip()
        is_same = (commit, self._rules.allowed) == (record.commit, record.allowed_licences)
        if is_same and self._folder.has_text(record):
            return BuildResult(commit)
        files = list_files(source, commit)
        licence = files.read_licence(declared)
        if not self._allows(licence):
            return self._refuse(record, licence)
        return self._keep(record, files, licence)

    def _keep(self, record: CorpusRepository, files: CommitFiles, licence: str) -> BuildResult:
        """Write the text, then the record of it; a process that is killed leaves the old ones."""
        commit = files.commit.sha
        known = self._database.open_known_files(record.id)
        text = self._folder.name_text(record, commit)
        with write_text(text) as writer:
            keeper = SourceKeeper(writer, known, self._rules.find_secrets, self._rules.licences)

            def show_read(read_bytes: int, of_bytes: int) -> None:
                self._room.check(text_bytes=writer.starts[-1])
                self._watch.show_read(read_bytes, of_bytes)

            judged = files.judge(self._rules.language, keeper, known, show_read)
            records = tuple(sorted(judged, key=lambda file: file.path))
        self._database.record_clone(record.id, commit, records, licence, self._rules.allowed)
        self._remove_text(record, commit)
        return BuildResult(commit, records)

    def _allows(self, licence: str) -> bool:
        return self._rules.licences is None or is_allowed(licence, self._rules.licences)

    def _refuse(self, record: CorpusRepository, licence: str) -> BuildResult:
        """Take a repository out of the corpus, for its licence."""
        name = record.repository.name_with_owner
        under = "has no licence that is known" if licence == UNKNOWN else f"is under {licence}"
        allowed = ", ".join(self._rules.licences or ())
        sentence = f"{name} {under}, and --licences allows {allowed}."
        self._database.record_refusal(record.id, sentence, licence)
        self._remove_text(record, "")
        return BuildResult(refusal=sentence)

    def _remove_text(self, record: CorpusRepository, new_commit: str) -> None:
        if record.commit and record.commit != new_commit:
            self._folder.name_text(record, record.commit).remove()

    def _show_fetched(self, fetched_bytes: int) -> None:
        self._room.check(clone_bytes=fetched_bytes)
        self._watch.show_fetched(fetched_bytes)
