"""Index a commit's files and history: known objects come from the cache, the rest is derived."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from bot.ports import Ports
from bot.search import (
    CommitIndex,
    PastCommits,
    Segment,
    SegmentBuilder,
    build_commit_index,
    encode_segment,
    render_overview,
)
from bot.search.file_index import FileIndex, find_wordless_files
from bot.search.grammars import language_of
from bot.search.index_workers import BUNDLE_BYTES, BuiltSegment, Bundle, build_segments
from bot.search.past_commits import list_commit_names
from bot.search.source_files import FILE_BYTES, find_aside_word, is_program, kind_of
from bot.search.terms import strip_commit_noise
from bot.steps.commit_history import list_history
from bot.steps.repo_index_cache import RepoIndexCache, encode_commit
from bot.values import CommitInfo, Sha, Tree, TreeEntry

READ_BYTES = 4_000_000  # at once
TOTAL_BYTES = 512_000_000
MESSAGE_CHARS = 3_000
MAX_UNREAD = 200  # files without a word whose reason is looked up
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class RepoIndex:
    """The index of a commit, the cache that holds its files' symbols, and the files by path."""

    commit_index: CommitIndex
    cache: RepoIndexCache
    entries: Mapping[str, TreeEntry]


def load_repo_index(ports: Ports, tree: Tree) -> RepoIndex:
    """Load all that ranking needs; the first time derives everything, later ones what changed."""
    cache = RepoIndexCache(ports.cache, tree.repo.name)
    files, skipped = _choose_files(ports.mirrors.entries(tree))
    segments = cache.load_segments(list(files), lambda keys: _index_files(ports, tree, files, keys))
    shas = list_history(ports, tree, cache)
    history = cache.load_segments(shas, lambda keys: _index_commits(ports, tree, keys))
    commits = PastCommits(_keep_known(shas, history), cache.load_commits)
    paths = sorted((entry.path, key) for key, entries in files.items() for entry in entries)
    index = build_commit_index(segments, paths, history, commits)
    unread = (*_explain_unread(index.code, cache), *_explain_unread(index.tests, cache))
    indexed = {entry.path: entry for entries in files.values() for entry in entries}
    return RepoIndex(replace(index, skipped=(*skipped, *unread)), cache, indexed)


def render_map(index: RepoIndex, tokens: int, near: Collection[str] = ()) -> str:
    """Render the repository in so many tokens: its layout, and its most telling signatures.

    With the files in `near`, only their folders are shown, and only code and tests count: examples,
    playgrounds and release notes would fill it.
    """
    code = index.commit_index.code
    folders = {path.rpartition("/")[0] for path in near if not find_aside_word(path)}
    files = [
        (path, key)
        for path, key in zip(code.paths, code.keys, strict=True)
        if not folders or path.rpartition("/")[0] in folders
    ]
    symbols = index.cache.load_symbols(files)
    return render_overview(index.commit_index, symbols, tokens, folders)


def _choose_files(entries: Sequence[TreeEntry]) -> tuple[dict[str, list[TreeEntry]], list[str]]:
    """Choose the files to index, by key, code first; tell which are left out, and why."""
    chosen: dict[str, list[TreeEntry]] = {}
    skipped: list[str] = []
    total = 0
    for entry in sorted(entries, key=lambda entry: kind_of(entry.path) != "code"):
        if kind_of(entry.path) == "foreign" or not entry.mode.startswith("100"):
            continue
        total += entry.size
        if entry.size > FILE_BYTES:
            skipped.append(f"{entry.path}: larger than {FILE_BYTES // MEGABYTE} MB")
        elif total > TOTAL_BYTES:
            skipped.append(f"{entry.path}: over the limit of {TOTAL_BYTES // MEGABYTE} MB in all")
        else:
            chosen.setdefault(_key_of(entry), []).append(entry)
    return chosen, skipped


def _key_of(entry: TreeEntry) -> str:
    """Make the key of a file: its content, and for code how it is read."""
    if kind_of(entry.path) != "code":
        return f"{entry.sha}:"
    return f"{entry.sha}:{language_of(entry.path) or PurePosixPath(entry.path).suffix}"


def _index_files(
    ports: Ports, tree: Tree, files: Mapping[str, Sequence[TreeEntry]], keys: Sequence[str]
) -> Iterator[BuiltSegment]:
    return build_segments(_read_bundles(ports, tree, {key: files[key][0] for key in keys}))


def _read_bundles(ports: Ports, tree: Tree, files: Mapping[str, TreeEntry]) -> Iterator[Bundle]:
    """Read the files, so many bytes at a time; those that the clone lacks are left out."""
    bundle: list[tuple[str, str, bytes]] = []
    size = 0
    for batch in _split_batches(files):
        blobs = ports.mirrors.blobs(tree, [entry.sha for _, entry in batch])
        bundle += [(key, each.path, blobs[each.sha]) for key, each in batch if each.sha in blobs]
        size += sum(map(len, blobs.values()))
        if size > BUNDLE_BYTES:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle


def _split_batches(files: Mapping[str, TreeEntry]) -> Iterator[list[tuple[str, TreeEntry]]]:
    batch: list[tuple[str, TreeEntry]] = []
    size = 0
    for key, entry in files.items():
        batch.append((key, entry))
        size += entry.size
        if size > READ_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


def _index_commits(ports: Ports, tree: Tree, shas: Sequence[str]) -> Iterator[BuiltSegment]:
    commits: Sequence[CommitInfo] = ports.mirrors.past(tree, [Sha(sha) for sha in shas])
    builder = SegmentBuilder()
    for commit in commits:
        message = strip_commit_noise(commit.message[:MESSAGE_CHARS])
        builder.add_text(commit.sha, message, list_commit_names(commit))
    if commits:
        metadata: dict[str, bytes] = {each.sha: encode_commit(each) for each in commits}
        yield encode_segment(builder.build()), metadata


def _keep_known(shas: Sequence[Sha], history: Sequence[Segment]) -> tuple[Sha, ...]:
    """Keep the commits of which these segments know what they said and changed."""
    known = {key for segment in history for key in segment.keys}
    return tuple([sha for sha in shas if sha in known])


def _explain_unread(index: FileIndex, cache: RepoIndexCache) -> Iterator[str]:
    """Tell why a file of code has no word: no parser could read it, or it is not here.

    Of pictures nobody expects any word.
    """
    wordless = [(path, key) for path, key in find_wordless_files(index) if is_program(path)]
    symbols = cache.load_symbols(wordless[:MAX_UNREAD])
    for path, _ in wordless[:MAX_UNREAD]:
        if path not in symbols:
            yield f"{path}: not in this clone"
        elif symbols[path].unread_reason:
            yield f"{path}: {symbols[path].unread_reason}"
