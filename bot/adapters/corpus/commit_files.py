"""Go through the source files of a commit: fetch and judge them, and drop the rest with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.adapters.corpus.known_files import KnownFilesDatabase
from bot.adapters.corpus.repository_sources import RepositorySource
from bot.adapters.corpus.source_commit import SourceCommit
from bot.corpus.corpus_records import FileRecord
from bot.corpus.keep_sources import CandidateFile, SourceKeeper, drop_file
from bot.corpus.repository_licence import find_licence, tells_licence
from bot.corpus.source_filters import Reason, find_path_reason, is_source
from bot.search.source_files import FILE_BYTES
from bot.values import Sha, TreeEntry

EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"  # as git names a file without a byte
LINK = "120000"

# Told how many bytes were judged, and of how many.
ShowRead = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CommitFiles:
    """The files of a commit. What is read of them is fetched first."""

    source: RepositorySource
    commit: SourceCommit
    entries: tuple[TreeEntry, ...]

    def read_licence(self, declared: str) -> str:
        """Name the licence of the repository, by what its files and whoever keeps it say."""
        paths = {
            entry.sha: entry.path
            for entry in self.entries
            if entry.mode != LINK and tells_licence(entry.path)
        }
        self.source.fetch_files(self.commit.sha, list(paths))
        texts: dict[str, str] = {}
        for batch in self.commit.read_batches(self.commit.read_sizes(paths)):
            texts |= {paths[sha]: text.decode("utf-8", "replace") for sha, text in batch.items()}
        return find_licence(texts, declared)

    def judge(
        self, language: str, keeper: SourceKeeper, known: KnownFilesDatabase, show: ShowRead
    ) -> Iterator[FileRecord]:
        """Judge the files of the language, all of them, in an order of its own."""
        own: list[FileRecord] = []
        for entry in self.entries:
            if is_source(entry.path, language):
                record = FileRecord(entry.path, entry.sha, 0)
                if reason := _find_entry_reason(entry):
                    yield drop_file(record, reason)
                else:
                    own.append(record)
        firsts: dict[Sha, FileRecord] = {}
        copies = known.find_blobs([record.blob for record in own])
        for record in own:
            if record.blob in copies or record.blob in firsts:
                yield drop_file(record, "duplicate")
            else:
                firsts[Sha(record.blob)] = record
        self.source.fetch_files(self.commit.sha, list(firsts))
        yield from self._judge_contents(firsts, keeper, show)

    def _judge_contents(
        self, records: Mapping[Sha, FileRecord], keeper: SourceKeeper, show: ShowRead
    ) -> Iterator[FileRecord]:
        sizes = self.commit.read_sizes(records)
        for sha, record in records.items():
            if sha not in sizes:
                yield drop_file(record, "missing")
            elif sizes[sha] > FILE_BYTES:
                yield drop_file(replace(record, size_bytes=sizes[sha]), "too large")
        readable = {sha: size for sha, size in sizes.items() if size <= FILE_BYTES}
        read_bytes = 0
        show(read_bytes, sum(readable.values()))
        for batch in self.commit.read_batches(readable):
            yield from keeper.keep(
                [CandidateFile(records[sha].path, sha, content) for sha, content in batch.items()]
            )
            read_bytes += sum(map(len, batch.values()))
            show(read_bytes, sum(readable.values()))


def list_files(source: RepositorySource, sha: Sha) -> CommitFiles:
    """List the files of a commit, by path."""
    source.fetch_tree(sha)
    commit = SourceCommit(source.git, sha)
    return CommitFiles(source, commit, tuple(commit.list_entries()))


def _find_entry_reason(entry: TreeEntry) -> Reason | None:
    if entry.mode == LINK:
        return "link"
    if entry.sha == EMPTY_BLOB:
        return "empty"
    return find_path_reason(entry.path)
