"""Ask package indexes whether a name is there, and since when. Off until an address is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from bot.adapters.bounded_http import read_bounded
from bot.values import Package

PATIENCE_S = 8.0
LIMIT_BYTES = 8_000_000  # what a large package's whole history comes to
GONE_STATUSES = (httpx2.codes.NOT_FOUND, httpx2.codes.GONE)


class HttpPackageIndex:
    """The port PackageIndex, over the JSON pages of Python's index and of Node's.

    `addresses` are by kind of index; a kind without an address is not asked.
    """

    def __init__(self, addresses: Mapping[str, str], patience_s: float = PATIENCE_S) -> None:
        self._addresses = addresses
        self._patience_s = patience_s

    def look(self, kind: str, name: str) -> Package | None:
        """Return None where there is no address, no answer in time, or one that makes no sense."""
        base = self._addresses.get(kind)
        if not base:
            return None
        page = quote(name, safe="@")
        if kind == "python":
            page = f"pypi/{page}/json"
        try:
            status, document = self._get(f"{base.rstrip('/')}/{page}")
        except (httpx2.TransportError, ValueError):
            return None
        if status in GONE_STATUSES:
            return Package(exists=False)
        return _read_package(kind, document) if status == httpx2.codes.OK else None

    def _get(self, address: str) -> tuple[int, Any]:
        """Fetch a page without following redirects: an index says what it has itself."""
        with (
            httpx2.Client(timeout=self._patience_s, trust_env=False) as client,
            client.stream("GET", address) as reply,
        ):
            body = read_bounded(reply, LIMIT_BYTES)
        if reply.status_code != httpx2.codes.OK:
            return reply.status_code, None
        return reply.status_code, httpx2.Response(reply.status_code, content=body).json()


def _read_package(kind: str, document: Any) -> Package | None:
    try:
        return _read_python(document) if kind == "python" else _read_node(document)
    except (KeyError, TypeError, AttributeError):
        return None


def _read_python(document: Any) -> Package:
    releases = document["releases"]
    dates = [file["upload_time_iso_8601"] for files in releases.values() for file in files]
    return Package(exists=True, first=min(dates, default=""), releases=len(releases))


def _read_node(document: Any) -> Package:
    first = str(document.get("time", {}).get("created", ""))
    return Package(exists=True, first=first, releases=len(document.get("versions", {})))
