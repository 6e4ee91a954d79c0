"""Here lives the asking of a model of meaning: a passage is asked of it once, then remembered."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bot.ports import Embedder, Ports, SegmentBlob, Unreachable
from bot.search import Passage, SimilarityFunction, split_into_chunks
from bot.steps.repo_index_cache import RepoIndexCache
from bot.values import Sha, Tree

log = logging.getLogger(__name__)

PASSAGE_CHARS = 1_000  # most models read no more
REQUEST_CHARS = 1_000


def alike(ports: Ports, tree: Tree, notebook: RepoIndexCache) -> SimilarityFunction | None:
    """How alike in meaning passages are to a request, by the World's embedder; None without one.

    When it cannot be asked there is no answer, and the words alone decide.
    """
    embedder = ports.embedder
    if embedder is None:
        return None

    def ask(request: str, passages: Sequence[Passage]) -> Sequence[float] | None:
        try:
            known = _known(ports, embedder, tree, notebook, passages)
            asked = _direction(embedder.embed([request[:REQUEST_CHARS]])[0])
        except Unreachable as failed:
            log.warning("ranking by words alone: %s", failed)
            return None
        return [
            float(_direction(known[name]) @ asked) if (name := _name(it)) in known else np.nan
            for it in passages
        ]

    return ask


def _known(
    ports: Ports,
    embedder: Embedder,
    tree: Tree,
    notebook: RepoIndexCache,
    passages: Sequence[Passage],
) -> dict[str, bytes]:
    shelf = f"{tree.repo.name} by {embedder.name}"
    known = ports.cache.load_metadata(shelf, [_name(it) for it in passages])
    fresh = dict(_texts(ports, tree, notebook, [it for it in passages if _name(it) not in known]))
    if fresh:
        found = dict(zip(fresh, embedder.embed(list(fresh.values())), strict=True))
        ports.cache.store(shelf, SegmentBlob(tuple(found), {}), found)
        known |= found
    return known


def _texts(
    ports: Ports, tree: Tree, notebook: RepoIndexCache, passages: Sequence[Passage]
) -> Iterator[tuple[str, str]]:
    """What is to be read of each passage: where it stands, what it is called, how it begins."""
    leaves = notebook.leaves([(it.path, it.key) for it in passages])
    blobs = ports.mirrors.blobs(tree, {_sha(it) for it in passages})
    cut: dict[str, Mapping[int, bytes]] = {}
    for it in passages:
        if it.path not in leaves or _sha(it) not in blobs:
            continue
        symbols = leaves[it.path].symbols
        pieces = cut.setdefault(it.path, split_into_chunks(blobs[_sha(it)], symbols))
        name = symbols[it.symbol_number - 1].name if it.symbol_number else ""
        text = pieces.get(it.symbol_number - 1, b"")[: 4 * PASSAGE_CHARS].decode("utf-8", "replace")
        yield _name(it), f"{it.path} {name}\n{text[:PASSAGE_CHARS]}"


def _name(passage: Passage) -> str:
    return f"{passage.key}:{passage.symbol_number}"


def _sha(passage: Passage) -> Sha:
    return Sha(passage.key.partition(":")[0])


def _direction(vector: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.frombuffer(vector, np.float32)
