"""Here lives the asking of package indexes: whether a name is there, and since when. Off until an
address is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from bot.adapters.bounded_http import read_bounded
from bot.values import Package

PATIENCE_S = 8.0
LIMIT_BYTES = 8_000_000  # what a large package's whole history comes to


class HttpPackageIndex:
    """The port Index, over the JSON pages of Python's index and of node's. A kind without an
    address is not asked.
    """

    def __init__(self, addresses: Mapping[str, str], patience_s: float = PATIENCE_S) -> None:
        self._addresses = addresses
        self._patience_s = patience_s

    def look(self, kind: str, name: str) -> Package | None:
        """None where there is no address, no answer in time, or one that makes no sense."""
        base = self._addresses.get(kind)
        if not base:
            return None
        safe = quote(name, safe="@")
        address = (
            f"{base.rstrip('/')}/pypi/{safe}/json"
            if kind == "python"
            else f"{base.rstrip('/')}/{safe}"
        )
        try:
            status, said = self._get(address)
        except (httpx2.TransportError, ValueError):
            return None
        if status in (404, 410):
            return Package(exists=False)
        return _package(kind, said) if status == httpx2.codes.OK else None

    def _get(self, address: str) -> tuple[int, Any]:
        """Redirects are not followed: an index says what it has itself."""
        with (
            httpx2.Client(timeout=self._patience_s, trust_env=False) as client,
            client.stream("GET", address) as reply,
        ):
            body = read_bounded(reply, LIMIT_BYTES)
        parsed = httpx2.Response(reply.status_code, content=body)
        return reply.status_code, parsed.json() if reply.status_code == httpx2.codes.OK else None


def _package(kind: str, said: Any) -> Package | None:
    try:
        if kind == "python":
            files = [file for release in said["releases"].values() for file in release]
            dates = [file["upload_time_iso_8601"] for file in files]
            return Package(
                exists=True, first=min(dates, default=""), releases=len(said["releases"])
            )
        times = said.get("time", {})
        return Package(
            exists=True, first=str(times.get("created", "")), releases=len(said.get("versions", {}))
        )
    except (KeyError, TypeError, AttributeError):
        return None
