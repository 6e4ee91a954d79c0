"""Fingerprints of files: equal for equal text, and alike for text that is nearly equal.

Near-duplicates are found by MinHash over windows of five tokens. A sketch is cut into bands; files
that are alike share a band nearly always (99 % at a Jaccard similarity of 0.85), so a database
needs an index over bands alone, and nothing of the corpus stays in memory.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

SIMILAR = 0.85  # Jaccard similarity, from which a file is a copy of another
WINDOW = 5  # tokens
NUMBERS = 128  # of a sketch: the estimate's standard error is 0.03 at 0.85
BANDS = 16
SEED = 1
AT_ONCE = 1_000  # windows that are hashed together: in the cache, whatever the file's size
TOKENS = re.compile(r"\w+|[^\w\s]")
FEWEST_TOKENS = 50  # short files are alike by what the language asks of all of them

Sketch = NDArray[np.uint32]

_PERMUTATIONS = MinHash(NUMBERS, seed=SEED).permutations
_SCHEME = MinHash(NUMBERS, seed=SEED).scheme
# Odd, so that each place of a window counts; from the golden ratio, as Knuth hashes.
_FACTOR = 0x9E3779B97F4A7C15
_FACTORS = np.array([pow(_FACTOR, power, 2**64) for power in range(WINDOW)], np.uint64)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells a file from others. `sketch` is None for a file too short to be like another."""

    content: bytes
    sketch: Sketch | None


def compute_fingerprint(text: str) -> Fingerprint:
    """Compute the fingerprint of a file's text; the same on every machine and in every run."""
    words = " ".join(text.split())
    content = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    tokens = TOKENS.findall(text)
    return Fingerprint(content, _sketch(tokens) if len(tokens) >= FEWEST_TOKENS else None)


def read_sketch(signature: bytes) -> Sketch:
    """Read a sketch from the bytes that the database has of it."""
    return np.frombuffer(signature, np.uint32)


def list_band_keys(sketch: Sketch) -> list[int]:
    """List a key for each band, as a signed number of 64 bits; equal bands have equal keys."""
    bands = sketch.reshape(BANDS, -1)
    return [_hash_band(number, band.tobytes()) for number, band in enumerate(bands)]


def estimate_similarity(first: Sketch, second: Sketch) -> float:
    """Estimate the Jaccard similarity of two files by their sketches."""
    return float(np.mean(first == second))


def _sketch(tokens: list[str]) -> Sketch:
    # Of ten tokens of a file nine stood in it before.
    known = {token: zlib.crc32(token.encode()) for token in set(tokens)}
    hashes = np.fromiter(map(known.__getitem__, tokens), np.uint64, len(tokens))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
    mixed = (windows * _FACTORS).sum(axis=1, dtype=np.uint64)
    distinct = np.unique((mixed >> np.uint64(32)).astype(np.uint32))
    sketch = MinHash(NUMBERS, SEED, hashfunc=int, permutations=_PERMUTATIONS, scheme=_SCHEME)
    for start in range(0, len(distinct), AT_ONCE):
        sketch.update_batch(distinct[start : start + AT_ONCE].tolist())
    hashed: Sketch = sketch.hashvalues
    return hashed


def _hash_band(number: int, band: bytes) -> int:
    digest = blake2b(band, digest_size=8, salt=number.to_bytes(16, "big")).digest()
    return int.from_bytes(digest, "big", signed=True)
