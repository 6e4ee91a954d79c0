"""Fetch a job's log from where GitHub redirects to: another host, a signed address, any length.

PyGithub follows redirects to GitHub's own hosts alone, and reads an answer whole.
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


def fetch_log(
    address: str, limit_bytes: int, timeout_s: float, patience_s: float = PATIENCE_S
) -> bytes:
    """Return the text at the address, head and tail when it is longer than the limit; b"" when it
    is gone.

    The store refuses requests that carry an Authorization header, and its address is a secret for
    some minutes: neither is sent on, and no second redirect is followed. Raises Unreachable.
    """
    if not _is_safe(address):
        raise Refusal("GitHub names an address for the log that is neither https nor this machine.")
    try:
        with requests.Session() as session:
            session.auth = _without_login
            response = session.get(address, stream=True, allow_redirects=False, timeout=timeout_s)
            with response:
                return _read(response, limit_bytes, patience_s)
    except OSError as error:  # every exception of requests is one
        raise Unreachable(f"The log could not be read ({type(error).__name__})", "GitHub") from None


def _read(response: requests.Response, limit_bytes: int, patience_s: float) -> bytes:
    if response.status_code in (404, 410):
        return b""
    if response.status_code != 200:
        raise Unreachable(f"The store of logs answered {response.status_code}", "GitHub")
    chunks = _limit_time(response.iter_content(CHUNK_BYTES), patience_s)
    return head_and_tail(chunks, limit_bytes)


def _limit_time(chunks: Iterable[bytes], patience_s: float) -> Iterator[bytes]:
    deadline = time.monotonic() + patience_s
    for chunk in chunks:
        yield chunk
        if time.monotonic() > deadline:
            raise Unreachable(f"The log took longer than {patience_s:.0f} s", "GitHub")


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
