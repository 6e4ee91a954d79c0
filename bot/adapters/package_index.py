"""Ask package indexes whether a name is there, and since when. Off until an address is set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2

from bot.adapters.bounded_http import read_bounded
from bot.values import Package

PATIENCE_S = 8.0
LIMIT_BYTES = 8_000_000  # what a large package's whole history comes to
DATE_CHARS = len("2026-11-30")
LICENCE_CHARS = 60
GONE_STATUSES = (httpx2.codes.NOT_FOUND, httpx2.codes.GONE)


class HttpPackageIndex:
    """The port PackageIndex, over the JSON pages of Python's index, of Node's, and a proxy of Go's.

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
        address = f"{base.rstrip('/')}/{_name_page(kind, name)}"
        try:
            status, document = self._get(address)
        except httpx2.TransportError:
            return None
        except ValueError:  # the history of some of Node's is too long; what is newest is not
            return self._look_at_newest(address) if kind == "node" else None
        if status in GONE_STATUSES:
            return Package(exists=False)
        return _read_package(kind, document) if status == httpx2.codes.OK else None

    def _look_at_newest(self, address: str) -> Package | None:
        """Look at the newest version of Node's alone, which tells no dates."""
        try:
            status, document = self._get(f"{address}/latest")
        except (httpx2.TransportError, ValueError):
            return None
        if status != httpx2.codes.OK or not isinstance(document, dict):
            return None
        version = str(document.get("version", ""))
        return Package(exists=True, version=version, licence=_name_licence(document))

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


def _name_page(kind: str, name: str) -> str:
    match kind:
        case "python":
            return f"pypi/{quote(name, safe='')}/json"
        case "go":  # a capital is written as ! and the small letter
            escaped = re.sub("[A-Z]", lambda letter: f"!{letter[0].lower()}", name)
            return f"{quote(escaped, safe='/!')}/@latest"
        case _:
            return quote(name, safe="@")


def _read_package(kind: str, document: Any) -> Package | None:
    readers = {"python": _read_python, "node": _read_node, "go": _read_go}
    try:
        return readers[kind](document)
    except (KeyError, TypeError, AttributeError):
        return None


def _read_python(document: Any) -> Package:
    releases = document["releases"]
    dates = [file["upload_time_iso_8601"] for files in releases.values() for file in files]
    about = document.get("info") or {}
    newest = [file["upload_time_iso_8601"] for file in releases.get(about.get("version"), ())]
    return Package(
        exists=True,
        first=min(dates, default=""),
        releases=len(releases),
        version=str(about.get("version") or ""),
        released=max(newest, default="")[:DATE_CHARS],
        licence=_read_python_licence(about),
    )


def _read_python_licence(about: Any) -> str:
    """Read the SPDX expression, else what is classified, else a name that is no whole licence."""
    named = about.get("license_expression") or ""
    classified = [
        text.rpartition(" :: ")[2]
        for text in about.get("classifiers") or ()
        if text.startswith("License :: ")
    ]
    written = str(about.get("license") or "").strip()
    is_name = "\n" not in written and len(written) <= LICENCE_CHARS
    return named or ", ".join(classified) or (written if is_name else "")


def _read_node(document: Any) -> Package:
    times = document.get("time", {})
    newest = str(document.get("dist-tags", {}).get("latest", ""))
    versions = document.get("versions", {})
    return Package(
        exists=True,
        first=str(times.get("created", "")),
        releases=len(versions),
        version=newest,
        released=str(times.get(newest, ""))[:DATE_CHARS],
        licence=_name_licence(versions.get(newest) or document),
    )


def _name_licence(about: Any) -> str:
    """Name the licence of a package of Node's; old ones have it in an object."""
    licence = about.get("license") or ""
    return licence if isinstance(licence, str) else str(licence.get("type", ""))


def _read_go(document: Any) -> Package:
    """Read the newest version; the proxy tells neither licence nor history."""
    released = str(document.get("Time", ""))[:DATE_CHARS]
    return Package(exists=True, version=str(document["Version"]), released=released)
