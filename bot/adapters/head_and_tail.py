"""Keep the head and the tail of what may be long, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable


def head_and_tail(chunks: Iterable[bytes], limit_bytes: int) -> bytes:
    """Keep a quarter of the limit from the start and three from the end, in whole lines, with a
    line between them that says so.
    """
    head_bytes = limit_bytes // 4
    head, tail, length = bytearray(), bytearray(), 0
    for chunk in chunks:
        length += len(chunk)
        missing = head_bytes - len(head)
        head += chunk[:missing]
        tail += chunk[missing:]
        del tail[: max(0, len(tail) - (limit_bytes - head_bytes))]
    if length <= limit_bytes:
        return bytes(head + tail)
    del head[head.rfind(b"\n") + 1 or head_bytes :]
    del tail[: tail.find(b"\n") + 1]
    if not head.endswith(b"\n"):
        head += b"\n"
        length += 1
    left_out = length - len(head) - len(tail)
    return bytes(head + f"... {left_out} bytes of this log are left out here ...\n".encode() + tail)
