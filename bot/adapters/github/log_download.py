"""Here lives the fetching of a job's log from where GitHub sends us: another host, a signed
address, any length.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from bot.ports import Refusal, Unreachable

CHUNK_BYTES = 65_536
PATIENCE_S = 120.0


def fetch_log(address: str, limit_bytes: int, timeout_s: float) -> bytes:
    """The text at the address, its head and tail when it is longer than the limit; b"" when it is
    gone.

    The store refuses requests that carry an Authorization header, and its address is a secret for
    some minutes:
    neither is sent on, and no second redirect is followed. Raises Unreachable.
    """
    if not _may_be_asked(address):
        raise Refusal("GitHub names an address for the log that is neither https nor this machine.")
    try:
        with requests.Session() as session:
            session.auth = _nobody
            with session.get(
                address, stream=True, allow_redirects=False, timeout=timeout_s
            ) as response:
                if response.status_code in (404, 410):
                    return b""
                if response.status_code != 200:
                    raise Unreachable(f"The store of logs answered {response.status_code}")
                return head_and_tail(_in_time(response.iter_content(CHUNK_BYTES)), limit_bytes)
    except OSError as error:
        raise Unreachable(f"The log could not be read ({type(error).__name__})") from None


def head_and_tail(chunks: Iterable[bytes], limit_bytes: int) -> bytes:
    """A quarter of the limit from the start, three from the end, in whole lines, and a line between
    that says so.
    """
    room = limit_bytes // 4
    head, tail, length = bytearray(), bytearray(), 0
    for chunk in chunks:
        length += len(chunk)
        taken = room - len(head)
        head += chunk[:taken]
        tail += chunk[taken:]
        del tail[: max(0, len(tail) - (limit_bytes - room))]
    if length <= limit_bytes:
        return bytes(head + tail)
    del head[head.rfind(b"\n") + 1 or room :]
    del tail[: tail.find(b"\n") + 1]
    cut = length - len(head) - len(tail)
    end = b"" if head.endswith(b"\n") else b"\n"
    return bytes(
        head + end + f"... {cut} bytes of this log are left out here ...\n".encode() + tail
    )


def _in_time(chunks: Iterable[bytes]) -> Iterator[bytes]:
    until = time.monotonic() + PATIENCE_S
    for chunk in chunks:
        yield chunk
        if time.monotonic() > until:
            raise Unreachable(f"The log took longer than {PATIENCE_S:.0f} s")


def _may_be_asked(address: str) -> bool:
    there = urlsplit(address)
    if there.scheme == "https":
        return True
    try:
        return there.scheme == "http" and (
            there.hostname == "localhost" or ip_address(there.hostname or "").is_loopback
        )
    except ValueError:
        return False


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without it, requests takes a login for the host from ~/.netrc."""
    return request
