"""Here lives a segment's form as bytes, and that of what its files define."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from bot.ports import SegmentBlob
from bot.search.postings import Numbers, Postings
from bot.search.segment import FileSymbols, Segment
from bot.search.symbols import Symbol

INDEX_FORMAT = (
    "2"  # another with every change of what is derived, or how: then all of it is derived again
)


def encode_segment(segment: Segment) -> SegmentBlob:
    numbers = {"owners": segment.owners, "places": segment.places, "lengths": segment.lengths}
    columns = {name: column.tobytes() for name, column in numbers.items()}
    return SegmentBlob(
        segment.keys, columns | _columns("body", segment.body) | _columns("names", segment.names)
    )


def decode_segment(pack: SegmentBlob) -> Segment:
    """Raises KeyError or ValueError for what `packed` did not write."""
    owners, places, lengths = (
        _numbers(pack.columns[name]) for name in ("owners", "places", "lengths")
    )
    body, names = (_postings(name, pack.columns) for name in ("body", "names"))
    return Segment(pack.keys, owners, places, lengths, body, names)


def encode_symbols(leaf: FileSymbols) -> bytes:
    symbols = [
        (it.name, it.kind, it.line, it.end_line, it.signature, it.depth) for it in leaf.symbols
    ]
    return json.dumps(
        [leaf.unread_reason, symbols], ensure_ascii=False, separators=(",", ":")
    ).encode("utf-8", "replace")


def decode_symbols(key: str, path: str, note: bytes) -> FileSymbols:
    why, symbols = json.loads(note)
    return FileSymbols(key, tuple(Symbol(path, *symbol) for symbol in symbols), why)


def _columns(name: str, of: Postings) -> dict[str, bytes]:
    return {
        f"{name}.terms": of.terms.tobytes(),
        f"{name}.starts": of.starts.tobytes(),
        f"{name}.packed": of.packed.tobytes(),
    }


def _postings(name: str, columns: Mapping[str, bytes]) -> Postings:
    terms = np.frombuffer(columns[f"{name}.terms"], np.uint64)
    return Postings(terms, _numbers(columns[f"{name}.starts"]), _numbers(columns[f"{name}.packed"]))


def _numbers(data: bytes) -> Numbers:
    return np.frombuffer(data, np.uint32)
