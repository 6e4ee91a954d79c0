"""Read an answer that somebody else may make as long as they like."""

from __future__ import annotations

import httpx2


def read_bounded(reply: httpx2.Response, limit_bytes: int) -> bytes:
    """Read all of a streamed answer. Raises ValueError as soon as it is longer than the limit."""
    body = bytearray()
    for part in reply.iter_bytes():
        body += part
        if len(body) > limit_bytes:
            raise ValueError(f"the answer is longer than {limit_bytes // 1_000_000} MB")
    return bytes(body)
