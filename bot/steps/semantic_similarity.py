"""Embed passages, each once (cached by blob), and score them against the request."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.ports import Embedder, Ports, SegmentBlob, Unreachable
from bot.search import Passage, SimilarityFunction, split_into_chunks
from bot.steps.repo_index_cache import RepoIndexCache
from bot.values import Sha, Tree

log = logging.getLogger(__name__)

PASSAGE_CHARS = 1_000  # most models read no more
REQUEST_CHARS = 1_000
CHAR_BYTES = 4  # at most, in UTF-8


def make_similarity(ports: Ports, tree: Tree, cache: RepoIndexCache) -> SimilarityFunction | None:
    """Make the function that scores passages against a request; None without an embedder.

    It returns None when the embedder cannot be asked: then the words alone decide.
    """
    if ports.embedder is None:
        return None
    store = _VectorStore(ports, ports.embedder, tree, cache)

    def score(request: str, passages: Sequence[Passage]) -> Sequence[float] | None:
        try:
            vectors = store.load_vectors(passages)
            direction = _read_vector(store.embedder.embed([request[:REQUEST_CHARS]])[0])
        except Unreachable as error:
            log.warning("ranking by words alone: %s", error)
            return None
        keys = map(_key_of, passages)
        return [
            float(_read_vector(vectors[key]) @ direction) if key in vectors else np.nan
            for key in keys
        ]

    return score


@dataclass(frozen=True, slots=True)
class _VectorStore:
    """The vectors of passages: from the cache, or embedded and put there."""

    ports: Ports
    embedder: Embedder
    tree: Tree
    cache: RepoIndexCache

    def load_vectors(self, passages: Sequence[Passage]) -> dict[str, bytes]:
        namespace = f"{self.tree.repo.name} by {self.embedder.name}"
        vectors = self.ports.cache.load_metadata(namespace, list(map(_key_of, passages)))
        unknown = [passage for passage in passages if _key_of(passage) not in vectors]
        texts = dict(self._read_texts(unknown))
        if texts:
            embedded = self.embedder.embed(list(texts.values()))
            fresh = dict(zip(texts, embedded, strict=True))
            self.ports.cache.store(namespace, SegmentBlob(tuple(fresh), {}), fresh)
            vectors |= fresh
        return vectors

    def _read_texts(self, passages: Sequence[Passage]) -> Iterator[tuple[str, str]]:
        """Read the text to embed of each passage: its path, its name, and its beginning."""
        files = self.cache.load_symbols([(passage.path, passage.key) for passage in passages])
        blobs = self.ports.mirrors.blobs(self.tree, {_blob_of(passage) for passage in passages})
        chunks_by_path: dict[str, Mapping[int, bytes]] = {}
        for passage in passages:
            blob = blobs.get(_blob_of(passage))
            if passage.path not in files or blob is None:
                continue
            symbols = files[passage.path].symbols
            if passage.path not in chunks_by_path:
                chunks_by_path[passage.path] = split_into_chunks(blob, symbols)
            index = passage.symbol_number - 1
            name = symbols[index].name if passage.symbol_number else ""
            chunk = chunks_by_path[passage.path].get(index, b"")
            text = chunk[: CHAR_BYTES * PASSAGE_CHARS].decode("utf-8", "replace")
            yield _key_of(passage), f"{passage.path} {name}\n{text[:PASSAGE_CHARS]}"


def _key_of(passage: Passage) -> str:
    return f"{passage.key}:{passage.symbol_number}"


def _blob_of(passage: Passage) -> Sha:
    return Sha(passage.key.partition(":")[0])


def _read_vector(vector: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.frombuffer(vector, np.float32)
