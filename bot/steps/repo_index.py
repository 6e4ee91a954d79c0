"""Here lives the knowing of a commit: what the Memory has of its files and its past is taken, the
rest derived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from bot.ports import Ports
from bot.search import (
    CommitIndex,
    SegmentBuilder,
    build_commit_index,
    encode_segment,
    render_overview,
)
from bot.search.file_index import find_wordless_files
from bot.search.grammars import language_of
from bot.search.index_workers import BUNDLE_BYTES, BuiltSegment, Bundle, build_segments
from bot.search.source_files import FILE_BYTES, is_program, kind_of
from bot.search.terms import strip_commit_noise
from bot.steps.repo_index_cache import RepoIndexCache, written_past
from bot.values import CommitInfo, Sha, Tree, TreeEntry

COMMITS = 6_000
READ_BYTES = 4_000_000  # at once
TOTAL_BYTES = 512_000_000
MESSAGE_CHARS = 3_000
SILENT = 200  # files without a word that are asked why


@dataclass(frozen=True, slots=True)
class RepoIndex:
    """What is known of a commit, and the notebook that it was taken from."""

    commit_index: CommitIndex
    cache: RepoIndexCache


def load_repo_index(ports: Ports, tree: Tree) -> RepoIndex:
    """All that ranking needs. The first time it takes a while; after that, what changed."""
    notebook = RepoIndexCache(ports.cache, tree.repo.name)
    files, skipped = _chosen(ports.mirrors.entries(tree))
    segments = notebook.segments(
        list(files), lambda keys: build_segments(_bundles(ports, tree, {k: files[k] for k in keys}))
    )
    commits = ports.mirrors.log(tree, COMMITS)
    segments += notebook.segments(
        commits, lambda shas: _derived_past(ports.mirrors.past(tree, [Sha(sha) for sha in shas]))
    )
    listed = [(entry.path, key) for key, entries in files.items() for entry in entries]
    found = build_commit_index(segments, sorted(listed), notebook.past(commits))
    return RepoIndex(replace(found, skipped=(*skipped, *_unread(found, notebook))), notebook)


def render_map(index: RepoIndex, tokens: int, near: Collection[str] = ()) -> str:
    """Render the repository in so many tokens: its layout, and its most telling signatures.

    The signatures are those of the folders of the files in `near`; of all files without any.
    """
    code = index.commit_index.code
    folders = {PurePosixPath(path).parent for path in near}
    files = [
        (path, key)
        for path, key in zip(code.paths, code.keys, strict=True)
        if not folders or PurePosixPath(path).parent in folders
    ]
    return render_overview(index.commit_index, index.cache.leaves(files), tokens)


def _chosen(entries: Sequence[TreeEntry]) -> tuple[dict[str, list[TreeEntry]], list[str]]:
    """The files to be known, by what they are known as, and those that are left out with the
    reason.
    """
    chosen: dict[str, list[TreeEntry]] = {}
    skipped: list[str] = []
    total = 0
    for entry in sorted(entries, key=lambda entry: kind_of(entry.path) != "code"):
        kind = kind_of(entry.path)
        if kind == "foreign" or not entry.mode.startswith("100"):
            continue
        total += entry.size
        if entry.size > FILE_BYTES:
            skipped.append(f"{entry.path}: larger than {FILE_BYTES // 1_000_000} MB")
        elif total > TOTAL_BYTES:
            skipped.append(f"{entry.path}: over the limit of {TOTAL_BYTES // 1_000_000} MB in all")
        else:
            read_as = (
                (language_of(entry.path) or PurePosixPath(entry.path).suffix)
                if kind == "code"
                else ""
            )
            chosen.setdefault(f"{entry.sha}:{read_as}", []).append(entry)
    return chosen, skipped


def _bundles(
    ports: Ports, tree: Tree, files: Mapping[str, Sequence[TreeEntry]]
) -> Iterator[Bundle]:
    """The contents of these files, so many bytes at a time; those that the clone lacks are left
    out.
    """
    bundle: list[tuple[str, str, bytes]] = []
    size = 0
    for batch in _batches(files):
        found = ports.mirrors.blobs(tree, [entry.sha for _, entry in batch])
        bundle += [
            (key, entry.path, found[entry.sha]) for key, entry in batch if entry.sha in found
        ]
        size += sum(map(len, found.values()))
        if size > BUNDLE_BYTES:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle


def _batches(files: Mapping[str, Sequence[TreeEntry]]) -> Iterator[list[tuple[str, TreeEntry]]]:
    batch: list[tuple[str, TreeEntry]] = []
    size = 0
    for key, entries in files.items():
        batch.append((key, entries[0]))
        size += entries[0].size
        if size > READ_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


def _derived_past(commits: Sequence[CommitInfo]) -> Iterator[BuiltSegment]:
    made = SegmentBuilder()
    for commit in commits:
        made.add_text(commit.sha, strip_commit_noise(commit.message[:MESSAGE_CHARS]))
    if commits:
        yield (
            encode_segment(made.build()),
            {commit.sha: written_past(commit) for commit in commits},
        )


def _unread(found: CommitIndex, notebook: RepoIndexCache) -> Iterator[str]:
    """Why a file of code has no word: nobody could read it, or it is not here. Of pictures nobody
    expects any.
    """
    for shelf in (found.code, found.tests):
        quiet = [(path, key) for path, key in find_wordless_files(shelf) if is_program(path)][
            :SILENT
        ]
        leaves = notebook.leaves(quiet)
        for path, _ in quiet:
            if path not in leaves:
                yield f"{path}: not in this clone"
            elif leaves[path].unread_reason:
                yield f"{path}: {leaves[path].unread_reason}"
