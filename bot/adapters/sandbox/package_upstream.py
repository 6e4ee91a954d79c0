"""Fetch from package indexes: over https, and from no host that they do not name themselves."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable
from itertools import chain
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3

from bot.adapters.sandbox.package_indexes import PackageIndexes
from bot.adapters.sandbox.package_paths import IndexPage
from bot.ports import Unreachable

REDIRECTS = 5
CONNECTIONS = 16  # kept open to a host
PATIENCE = urllib3.Timeout(connect=10, read=60)
# Networks of IPv6 that lead to addresses of IPv4, inner ones too (RFC 4291, 6052, 3056).
CARRIERS = tuple(map(ipaddress.ip_network, ("::/96", "64:ff9b::/96", "2002::/16")))
DEFAULT_PORTS = {"https": 443, "http": 80}
Address = tuple[str, int]  # as numbers, with the port


class PackageUpstream:
    """Fetches pages and files. A host that is no index's must be public, and speak https.

    A name is looked up once, judged, and connected to as it was judged: no name can lead to
    another address afterwards.
    """

    def __init__(self, indexes: PackageIndexes) -> None:
        urls = [index.url for index in chain.from_iterable(indexes.addresses.values())]
        self._hosts = {(parts.scheme, parts.netloc) for parts in map(urlsplit, urls)}
        self._authorities = indexes.authorities
        self._pools: dict[tuple[str, str], urllib3.HTTPConnectionPool] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    def fetch(
        self, method: str, page: IndexPage, accept: str
    ) -> tuple[str, urllib3.BaseHTTPResponse]:
        """Fetch a page, and return where it was found, with the answer to be streamed.

        Raises Unreachable where the index does not answer, or leads to where nothing is fetched.
        """
        url, authorization = page.url, page.authorization
        for _ in range(REDIRECTS):
            answer = self._ask(method, url, authorization, accept)
            target = answer.get_redirect_location()
            if not target:
                return url, answer
            answer.close()  # with what was not read
            previous, url = url, urljoin(url, target)
            if urlsplit(previous)[:2] != urlsplit(url)[:2]:
                authorization = ""
        raise Unreachable("The package index redirects without end.")

    def _ask(
        self, method: str, url: str, authorization: str, accept: str
    ) -> urllib3.BaseHTTPResponse:
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, "Accept": accept, "User-Agent": "greenlit"}
        if authorization:
            headers["Authorization"] = authorization
        target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        try:
            return self._open_pool(parts).urlopen(
                method,
                target,
                headers=headers,
                preload_content=False,
                decode_content=False,
                redirect=False,
                retries=urllib3.Retry(connect=2, read=1, redirect=False, other=0),
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise Unreachable(f"{parts.hostname} does not answer.") from error

    def _open_pool(self, parts: SplitResult) -> urllib3.HTTPConnectionPool:
        key = (parts.scheme, parts.netloc)
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._make_pool(parts)
            return self._pools[key]

    def _make_pool(self, parts: SplitResult) -> urllib3.HTTPConnectionPool:
        host, port = self._judge(parts)
        if parts.scheme == "http":
            return urllib3.HTTPConnectionPool(host, port, timeout=PATIENCE, maxsize=CONNECTIONS)
        context = ssl.create_default_context()
        if self._authorities:
            context.load_verify_locations(self._authorities)
        return urllib3.HTTPSConnectionPool(
            host,
            port,
            timeout=PATIENCE,
            maxsize=CONNECTIONS,
            ssl_context=context,
            server_hostname=parts.hostname,
            assert_hostname=parts.hostname,
        )

    def _judge(self, parts: SplitResult) -> Address:
        """Return the address to connect to. Raises Unreachable where none is allowed."""
        addresses = _resolve(parts)
        if (parts.scheme, parts.netloc) in self._hosts:
            return addresses[0]
        # An index inside an organisation may keep its files under another name of one machine.
        known = {
            address
            for scheme, host in self._hosts
            for address in _resolve_known(urlsplit(f"{scheme}://{host}"))
        }
        allowed = [
            address for address in addresses if address in known or _is_public(parts, address)
        ]
        if not allowed:
            raise Unreachable(f"Nothing is fetched from {parts.hostname}: it is no public host.")
        return allowed[0]


def _resolve(parts: SplitResult) -> list[Address]:
    """Look up a host. Raises Unreachable where it has no address, or the address no sense."""
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise Unreachable("The package index names an address that is none of the web.")
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        answers = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise Unreachable(f"{parts.hostname} has no address.") from error
    return [(str(answer[4][0]), port) for answer in answers]


def _resolve_known(parts: SplitResult) -> Iterable[Address]:
    try:
        return _resolve(parts)
    except Unreachable:
        return ()


def _is_public(parts: SplitResult, address: Address) -> bool:
    host = ipaddress.ip_address(address[0])
    is_carrier = any(host in network for network in CARRIERS)
    return parts.scheme == "https" and host.is_global and not is_carrier
