"""Know the code of each repository by its fingerprints, and find in new lines what another has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from bot.gates.change import Change
from bot.gates.copied import (
    NewWords,
    SharedPassage,
    Words,
    comment_style,
    fingerprint_text,
    is_compared,
    read_new_words,
    read_words,
    tells_of_copying,
)
from bot.gates.licence_names import name_licence
from bot.ports import FingerprintIndex, Mirrors, Unreachable
from bot.values import Branch, Repo, Sha, Tree, TreeEntry
from bot.values.copies import KnownFile, KnownRepository

READ_BYTES = 4_000_000  # at once
TOTAL_BYTES = 512_000_000  # of one repository
MANY_REPOSITORIES = 3  # what so many have is nobody's
SAME_PROJECT = 0.5  # of the smaller one's files: then one is a fork of the other
MIN_SHARED = 1  # fingerprints with a file, before it is read
MOST_COMPARED = 8  # files that are read for one changed file
LICENCE = re.compile(r"(?:(?:MIT-)?LICEN[CS]E|COPYING|UNLICENSE)(?:[.-][\w.-]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Copy:
    """A passage of a changed file that a file of another repository has.

    `more_lines` of the changed file are that file's too, elsewhere.
    """

    path: str
    passage: SharedPassage
    file: KnownFile
    more_lines: int = 0


@dataclass(frozen=True, slots=True)
class KnownCode:
    """The code of all repositories: their fingerprints, and the mirrors that they are read from."""

    index: FingerprintIndex
    mirrors: Mirrors

    def take_up(self, tree: Tree, seconds: float) -> bool:
        """Fingerprint what is not known yet of a repository's files, for so long at most.

        False where something is left for the next time.
        """
        entries = self.mirrors.entries(tree)
        files = {entry.path: _name_content(entry) for entry in _choose_files(entries)}
        sizes = {_name_content(entry): entry.size for entry in entries}
        unknown = self.index.list_unknown(set(files.values()))
        end = monotonic() + seconds
        for batch in _split_batches(sorted(unknown), sizes):
            self.index.add(self._fingerprint(tree, batch))
            unknown.difference_update(batch)
            if monotonic() > end:
                break
        known = {path: key for path, key in files.items() if key not in unknown}
        licence = self._find_licence(tree, entries)
        self.index.put_files(KnownRepository(tree.repo, tree.sha, licence), known)
        return not unknown

    def find_copies(
        self, repo: Repo, change: Change, may_tell: Callable[[Repo], bool]
    ) -> tuple[Copy, ...]:
        """Find what the new lines of a change to a repository have from those other repositories
        that may be told of.
        """
        same: dict[str, bool] = {repo.name: True}
        copies: list[Copy] = []
        for path, new_words in read_new_words(change).items():
            passages = self._find_in_file(path, new_words, repo, same)
            tellable = [copy for copy in passages if may_tell(copy.file.repository.repo)]
            copies += _join_files(_keep_longest(tellable))
        return tuple(copies)

    def _find_in_file(
        self, path: str, new_words: NewWords, repo: Repo, same: dict[str, bool]
    ) -> Iterator[Copy]:
        chosen = new_words.choose_fingerprints()
        hits = self.index.find(set(chosen.values()))
        files = self.index.list_files(hits)
        for file in files:
            foreign_repo = file.repository.repo
            if foreign_repo.name not in same:
                same[foreign_repo.name] = self.index.count_shared(repo, foreign_repo) > SAME_PROJECT
        usual = _find_usual(hits, files, same)
        ignored = frozenset(place for place, value in chosen.items() if value in usual)
        foreign = [file for file in files if not same[file.repository.repo.name]]
        for file in _choose_candidates(hits, foreign, usual):
            other_words = self._read(file)
            passages = new_words.find_passages(other_words, ignored) if other_words else ()
            yield from (Copy(path, each, file) for each in passages if tells_of_copying(each))

    def _read(self, file: KnownFile) -> Words | None:
        """Read a file's words from its mirror; None where it is not there any more."""
        repository = file.repository
        sha, _, style = file.key.partition(":")
        tree = Tree(repository.repo, repository.sha, Branch(""))
        try:
            content = self.mirrors.blobs(tree, [Sha(sha)]).get(Sha(sha))
        except Unreachable:
            return None
        return None if content is None else read_words(content.decode("utf-8", "replace"), style)

    def _fingerprint(self, tree: Tree, keys: Sequence[str]) -> dict[str, frozenset[int]]:
        names = {key: Sha(key.partition(":")[0]) for key in keys}
        contents = self.mirrors.blobs(tree, list(names.values()))
        fingerprints = {}
        for key, sha in names.items():
            content = contents.get(sha, b"")
            text = "" if b"\0" in content else content.decode("utf-8", "replace")
            fingerprints[key] = fingerprint_text(text, key.partition(":")[2])
        return fingerprints

    def _find_licence(self, tree: Tree, entries: Sequence[TreeEntry]) -> str:
        """Name the licences of a repository, by its files of such names."""
        paths = [entry.path for entry in entries if LICENCE.fullmatch(entry.path)]
        texts = self.mirrors.read(tree, paths)
        names = {name_licence(text.decode("utf-8", "replace")) for text in texts.values()}
        return ", ".join(sorted(filter(None, names)))


def _choose_files(entries: Sequence[TreeEntry]) -> Iterator[TreeEntry]:
    """Choose the regular files that are compared with those of others."""
    total = 0
    for entry in entries:
        if entry.mode.startswith("100") and is_compared(entry.path, entry.size):
            total += entry.size
            if total <= TOTAL_BYTES:
                yield entry


def _name_content(entry: TreeEntry) -> str:
    """Name what a file holds, and how it is read."""
    return f"{entry.sha}:{comment_style(entry.path)}"


def _split_batches(keys: Sequence[str], sizes: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for key in keys:
        batch.append(key)
        size += sizes[key]
        if size > READ_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _find_usual(
    hits: Mapping[str, Collection[int]], files: Sequence[KnownFile], same: Mapping[str, bool]
) -> frozenset[int]:
    """Find the fingerprints that the own repository has already, or that many others have."""
    owners: defaultdict[int, set[str]] = defaultdict(set)
    own: set[int] = set()
    for file in files:
        name = file.repository.repo.name
        if same[name]:
            own.update(hits[file.key])
        else:
            for value in hits[file.key]:
                owners[value].add(name)
    many = {value for value, names in owners.items() if len(names) >= MANY_REPOSITORIES}
    return frozenset(own | many)


def _choose_candidates(
    hits: Mapping[str, Collection[int]], files: Iterable[KnownFile], usual: Collection[int]
) -> list[KnownFile]:
    """Choose the files that share most with the new lines, one for each content."""
    by_key = {file.key: file for file in reversed(list(files))}
    counts = Counter({key: len(set(hits[key]).difference(usual)) for key in by_key})
    return [by_key[key] for key, count in counts.most_common(MOST_COMPARED) if count >= MIN_SHARED]


def _keep_longest(copies: Iterable[Copy]) -> Iterator[Copy]:
    """Keep of the copies that tell of the same lines the one with most words."""
    taken: set[int] = set()
    for copy in sorted(copies, key=lambda copy: -len(copy.passage.words)):
        lines = range(copy.passage.line, copy.passage.end_line + 1)
        if taken.isdisjoint(lines):
            taken.update(lines)
            yield copy


def _join_files(copies: Iterable[Copy]) -> Iterator[Copy]:
    """Join the passages that a changed file has from one file, the longest of them first."""
    by_file: defaultdict[KnownFile, list[Copy]] = defaultdict(list)
    for copy in copies:
        by_file[copy.file].append(copy)
    for longest, *shorter in by_file.values():
        yield replace(longest, more_lines=sum(copy.passage.lines for copy in shorter))
