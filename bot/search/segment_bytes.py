"""Encode a segment, and the definitions of a file, as bytes for the cache."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from bot.ports import SegmentBlob
from bot.search.postings import Numbers, Postings
from bot.search.segment import FileSymbols, Segment
from bot.search.symbols import Symbol

# Change it with every change of what is derived, or how: then everything is derived again.
INDEX_FORMAT = "6"


def encode_segment(segment: Segment) -> SegmentBlob:
    """Encode a segment."""
    columns = {
        "file_numbers": segment.file_numbers.tobytes(),
        "symbol_numbers": segment.symbol_numbers.tobytes(),
        "lengths": segment.lengths.tobytes(),
        **_encode_postings("body", segment.body),
        **_encode_postings("names", segment.names),
    }
    return SegmentBlob(segment.keys, columns)


def decode_segment(blob: SegmentBlob) -> Segment:
    """Decode a segment. Raises KeyError or ValueError for anything but an encoded one."""
    return Segment(
        blob.keys,
        _decode_numbers(blob.columns["file_numbers"]),
        _decode_numbers(blob.columns["symbol_numbers"]),
        _decode_numbers(blob.columns["lengths"]),
        _decode_postings("body", blob.columns),
        _decode_postings("names", blob.columns),
    )


def encode_symbols(file: FileSymbols) -> bytes:
    """Encode the definitions of a file as JSON."""
    rows = [
        (symbol.name, symbol.kind, symbol.line, symbol.end_line, symbol.signature, symbol.depth)
        for symbol in file.symbols
    ]
    text = json.dumps([file.unread_reason, rows], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def decode_symbols(key: str, path: str, data: bytes) -> FileSymbols:
    """Decode the definitions of a file that now stands at this path."""
    unread_reason, rows = json.loads(data)
    return FileSymbols(key, tuple(Symbol(path, *row) for row in rows), unread_reason)


def _encode_postings(name: str, postings: Postings) -> dict[str, bytes]:
    return {
        f"{name}.terms": postings.terms.tobytes(),
        f"{name}.starts": postings.starts.tobytes(),
        f"{name}.packed": postings.packed.tobytes(),
    }


def _decode_postings(name: str, columns: Mapping[str, bytes]) -> Postings:
    return Postings(
        np.frombuffer(columns[f"{name}.terms"], np.uint64),
        _decode_numbers(columns[f"{name}.starts"]),
        _decode_numbers(columns[f"{name}.packed"]),
    )


def _decode_numbers(data: bytes) -> Numbers:
    return np.frombuffer(data, np.uint32)
