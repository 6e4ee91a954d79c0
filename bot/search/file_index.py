"""Index some files of one commit: segments, seen through the paths of that commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.search.abbreviations import list_spellings
from bot.search.bm25 import Floats, Indices, TermMatches, sum_by_index
from bot.search.past_commits import PathResolver
from bot.search.postings import Postings, hash_terms
from bot.search.segment import Segment
from bot.search.term_counts import count_terms

ABSENT = -1  # the number of a document that is not in this commit
NO_INDICES: Indices = np.zeros(0, np.int64)
NO_INDICES.flags.writeable = False
NO_FLOATS: Floats = np.zeros(0)
NO_FLOATS.flags.writeable = False


@dataclass(frozen=True, slots=True)
class TermField:
    """Documents with their postings in parts, each part with the numbers of its documents here."""

    parts: Sequence[tuple[Postings, Indices]]
    lengths: Floats

    def match(self, terms: Iterable[str], *, abbreviated: bool = False) -> TermMatches:
        """Find the documents that hold the terms, as they are or as code abbreviates them too."""
        spellings = {
            term: list_spellings(term) if abbreviated else (term,) for term in dict.fromkeys(terms)
        }
        owners, documents, counts = self._find(list(spellings.values()))
        bounds = np.searchsorted(owners, np.arange(len(spellings) + 1)).tolist()
        matches = {}
        for number, (term, words) in enumerate(spellings.items()):
            rows = slice(bounds[number], bounds[number + 1])
            if rows.stop > rows.start:
                is_single = len(words) == 1
                pair = (documents[rows], counts[rows])
                matches[term] = pair if is_single else _sum_counts(*pair)
        return TermMatches(matches, self.lengths)

    def _find(self, spellings: Sequence[Sequence[str]]) -> tuple[Indices, Indices, Floats]:
        """Find all spellings of all terms, in the order of the terms.

        Returns for each posting the number of its term, its document and its count.
        """
        hashes = hash_terms([word for words in spellings for word in words])
        owners = np.repeat(np.arange(len(spellings)), [len(words) for words in spellings])
        parts = [(NO_INDICES, NO_INDICES, NO_FLOATS)]
        for postings, numbers in self.parts:
            part_terms, part_documents, part_counts = postings.find(hashes)
            documents = numbers[part_documents]
            present = np.flatnonzero(documents >= 0)
            counts = part_counts[present].astype(np.float64)
            parts.append((owners[part_terms[present]], documents[present], counts))
        terms, documents, counts = map(np.concatenate, zip(*parts, strict=True))
        order = np.argsort(terms, kind="stable")
        return terms[order], documents[order], counts[order]


def _sum_counts(documents: Indices, counts: Floats) -> tuple[Indices, Floats]:
    """Sum the counts of each document."""
    distinct, places = np.unique(documents, return_inverse=True)
    return distinct, sum_by_index(places, counts, len(distinct))


@dataclass(frozen=True, slots=True)
class FileIndex:
    """Files by their number, which is their index in `paths` and `keys`."""

    paths: tuple[str, ...]
    keys: tuple[str, ...]
    chunks: TermField
    chunk_files: Indices  # the file of each chunk
    chunk_symbols: Indices  # which of the file's definitions it is, from 1; 0 for the file's rest
    names: TermField
    path_words: TermField
    resolver: PathResolver


def build_file_index(segments: Sequence[Segment], files: Sequence[tuple[str, str]]) -> FileIndex:
    """Index these files, given as path and key.

    Of files with the same content, only the first has its words here.
    """
    paths = tuple(path for path, _ in files)
    keys = tuple(key for _, key in files)
    parts = [_read_part(segment, numbers) for segment, numbers in _number_files(segments, keys)]
    chunk_files = [part.chunk_files for part in parts]
    chunk_symbols = [part.chunk_symbols for part in parts]
    return FileIndex(
        paths,
        keys,
        _join_chunks(parts),
        np.concatenate([NO_INDICES, *chunk_files]),
        np.concatenate([NO_INDICES, *chunk_symbols]),
        _join_names(parts),
        _index_paths(paths),
        PathResolver(paths),
    )


def _index_paths(paths: Sequence[str]) -> TermField:
    if not any(paths):  # as in the history, whose commits have none
        return TermField((), np.zeros(len(paths)))
    postings, lengths = count_terms([path.encode() for path in paths])
    return TermField([(postings, np.arange(len(paths)))], lengths.astype(np.float64))


def find_wordless_files(index: FileIndex) -> list[tuple[str, str]]:
    """Return the files without a word in them, as path and key."""
    chunk_counts = np.bincount(index.chunk_files, minlength=len(index.paths))
    return [(index.paths[file], index.keys[file]) for file in np.flatnonzero(chunk_counts == 0)]


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment, and what of it is in this commit."""

    segment: Segment
    file_numbers: Indices  # of each of the segment's files; ABSENT for those not here
    present: Indices  # the segment's chunks whose file is here
    chunk_files: Indices
    chunk_symbols: Indices


def _number_files(
    segments: Sequence[Segment], keys: Sequence[str]
) -> Iterator[tuple[Segment, Indices]]:
    """Number each segment's files; a key that several segments hold counts in the first."""
    numbers: dict[str, int] = {}
    for number, key in enumerate(keys):
        numbers.setdefault(key, number)
    for segment in segments:
        segment_numbers = [numbers.pop(key, ABSENT) for key in segment.keys]
        yield segment, np.array(segment_numbers, dtype=np.int64)


def _read_part(segment: Segment, file_numbers: Indices) -> _Part:
    chunk_files = file_numbers[segment.file_numbers]
    present = np.flatnonzero(chunk_files >= 0)
    symbols = segment.symbol_numbers[present].astype(np.int64)
    return _Part(segment, file_numbers, present, chunk_files[present], symbols)


def _join_chunks(parts: Sequence[_Part]) -> TermField:
    """Number the chunks that are here, in the order of the segments."""
    postings, lengths, first = [], [NO_FLOATS], 0
    for part in parts:
        numbers = np.full(len(part.segment.file_numbers), ABSENT, np.int64)
        numbers[part.present] = np.arange(first, first + len(part.present))
        first += len(part.present)
        postings.append((part.segment.body, numbers))
        lengths.append(part.segment.lengths[part.present].astype(np.float64))
    return TermField(postings, np.concatenate(lengths))


def _join_names(parts: Sequence[_Part]) -> TermField:
    """Join the names, which are found and not scored: how many a file has does not count."""
    return TermField([(part.segment.names, part.file_numbers) for part in parts], NO_FLOATS)
