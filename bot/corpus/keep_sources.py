"""Keep of a repository's files what is worth learning from, and say of each other one why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.corpus.corpus_records import FileRecord
from bot.corpus.file_similarity import (
    SIMILAR,
    Fingerprint,
    Sketch,
    compute_fingerprint,
    estimate_similarity,
    list_band_keys,
    read_sketch,
)
from bot.corpus.repository_licence import names_other_licence
from bot.corpus.source_filters import Reason, judge_content
from bot.corpus.text_writer import TextWriter

# Finds the secrets of a text, beyond those of well-known shapes. One call costs more than a line.
FindSecrets = Callable[[str], Collection[str]]


class KnownFiles(Protocol):
    """The files that the corpus has kept of other repositories."""

    def has_content(self, content: bytes) -> bool:
        """Tell whether a file with this content's fingerprint is kept."""

    def list_sketches(self, band_keys: Sequence[int]) -> Collection[bytes]:
        """List the sketches of kept files that share a band with these."""


@dataclass(frozen=True, slots=True)
class CandidateFile:
    """A file of the language, as it stands in the repository."""

    path: str
    blob: str
    content: bytes


@dataclass(slots=True)
class _OwnFiles:
    """The files kept of this repository so far: it is written to the database at its end."""

    contents: set[bytes] = field(default_factory=set)
    bands: dict[int, list[Sketch]] = field(default_factory=lambda: defaultdict(list))

    def add(self, fingerprint: Fingerprint, keys: Sequence[int]) -> None:
        self.contents.add(fingerprint.content)
        if fingerprint.sketch is not None:
            for key in keys:
                self.bands[key].append(fingerprint.sketch)


@dataclass(slots=True)
class SourceKeeper:
    """Judges the files of one repository, and writes the text of those that are kept."""

    writer: TextWriter
    known: KnownFiles
    find_secrets: FindSecrets
    licences: Collection[str] | None = None  # that a file may name in its head; None for any
    _own: _OwnFiles = field(default_factory=_OwnFiles)

    def keep(self, files: Sequence[CandidateFile]) -> Iterator[FileRecord]:
        """Judge some files together; those that are worth it are written in their order."""
        judgements = [judge_content(file.content) for file in files]
        secrets = self.find_secrets("\n".join(judgement.text for judgement in judgements))
        for file, judgement in zip(files, judgements, strict=True):
            record = FileRecord(file.path, file.blob, len(file.content))
            if reason := judgement.reason or self._find_reason(judgement.text, secrets):
                yield drop_file(record, reason)
            else:
                yield self._keep_unless_copy(record, judgement.text)

    def _find_reason(self, text: str, secrets: Collection[str]) -> Reason | None:
        if any(secret in text for secret in secrets):
            return "secret"
        is_other = self.licences is not None and names_other_licence(text, self.licences)
        return "licence" if is_other else None

    def _keep_unless_copy(self, record: FileRecord, text: str) -> FileRecord:
        fingerprint = compute_fingerprint(text)
        content, sketch = fingerprint.content, fingerprint.sketch
        if content in self._own.contents or self.known.has_content(content):
            return drop_file(record, "duplicate")
        keys = list_band_keys(sketch) if sketch is not None else []
        if sketch is not None and self._has_like(sketch, keys):
            return drop_file(record, "near-duplicate")
        self._own.add(fingerprint, keys)
        return replace(
            record,
            lines=len(text.splitlines()),
            words=len(text.split()),
            characters=self.writer.add(text),
            content=content,
            signature=sketch.tobytes() if sketch is not None else None,
        )

    def _has_like(self, sketch: Sketch, keys: Sequence[int]) -> bool:
        for key in keys:
            for kept in self._own.bands.get(key, ()):
                if estimate_similarity(sketch, kept) >= SIMILAR:
                    return True
        sketches = map(read_sketch, self.known.list_sketches(keys))
        return any(estimate_similarity(sketch, known) >= SIMILAR for known in sketches)


def drop_file(record: FileRecord, reason: Reason) -> FileRecord:
    """Mark a file as dropped, with the reason."""
    return replace(record, state="dropped", reason=reason)
