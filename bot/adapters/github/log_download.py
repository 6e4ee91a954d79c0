"""Fetch a log or an artifact from where GitHub redirects to: another host, a signed address.

It may be of any length. PyGithub follows redirects to GitHub's own hosts alone, and reads an
answer whole.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from bot.adapters.head_and_tail import head_and_tail
from bot.ports import Refusal, Unreachable

CHUNK_BYTES = 65_536
PATIENCE_S = 120.0
ARCHIVE_PATIENCE_S = 30.0  # it helps, and is not needed


def fetch_log(
    address: str, limit_bytes: int, timeout_s: float, patience_s: float = PATIENCE_S
) -> bytes:
    """Return the text at the address, head and tail when it is longer than the limit; b"" when it
    is gone.

    The store refuses requests that carry an Authorization header, and its address is a secret for
    some minutes: neither is sent on, and no second redirect is followed. Raises Unreachable.
    """
    chunks = _fetch_chunks(address, timeout_s, patience_s)
    return head_and_tail(chunks, limit_bytes)


def fetch_archive(
    address: str, limit_bytes: int, timeout_s: float, patience_s: float = ARCHIVE_PATIENCE_S
) -> bytes:
    """Return all bytes at the address, in the same way. Raises Refusal when they are too many."""
    content = bytearray()
    for chunk in _fetch_chunks(address, timeout_s, patience_s):
        content += chunk
        if len(content) > limit_bytes:
            raise Refusal(f"The archive is longer than {limit_bytes:,} bytes.")
    return bytes(content)


def _fetch_chunks(address: str, timeout_s: float, patience_s: float) -> Iterator[bytes]:
    if not _is_safe(address):
        raise Refusal(
            "GitHub names an address for its store that is neither https nor this machine."
        )
    try:
        with requests.Session() as session:
            session.auth = _without_login
            response = session.get(address, stream=True, allow_redirects=False, timeout=timeout_s)
            with response:
                yield from _read(response, patience_s)
    except OSError as error:  # every exception of requests is one
        name = type(error).__name__
        raise Unreachable(f"GitHub's store could not be read ({name})", "GitHub") from None


def _read(response: requests.Response, patience_s: float) -> Iterator[bytes]:
    if response.status_code in (404, 410):
        return
    if response.status_code != 200:
        raise Unreachable(f"GitHub's store answered {response.status_code}", "GitHub")
    yield from _limit_time(response.iter_content(CHUNK_BYTES), patience_s)


def _limit_time(chunks: Iterable[bytes], patience_s: float) -> Iterator[bytes]:
    deadline = time.monotonic() + patience_s
    for chunk in chunks:
        yield chunk
        if time.monotonic() > deadline:
            raise Unreachable(f"GitHub's store took longer than {patience_s:.0f} s", "GitHub")


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    try:
        is_local = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and is_local


def _without_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without it, requests takes a login for the host from ~/.netrc."""
    return request
