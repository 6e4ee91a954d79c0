"""Mirror package indexes on a unix socket, to be read alone: the only way out of a set-up.

It answers GET and HEAD for pages and files of packages. Credentials of an index stay here.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any, Self

import urllib3

from bot.adapters.sandbox.kept_wheels import KeptWheels
from bot.adapters.sandbox.package_indexes import PackageIndexes
from bot.adapters.sandbox.package_links import rewrite_html, rewrite_json
from bot.adapters.sandbox.package_paths import (
    BASE,
    IndexPage,
    PackagePaths,
    read_project,
    write_crates_configuration,
)
from bot.adapters.sandbox.package_quota import MirrorLimits, MirrorRefusal, PackageQuota
from bot.adapters.sandbox.package_upstream import PackageUpstream
from bot.ports import Unreachable

CONNECTIONS = 64  # that are served at once; others wait
IDLE_S = 60.0
PART_BYTES = 65_536
CONFIGURATION_BYTES = 65_536
READING = ("GET", "HEAD")
MISSING = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
PREFIXES = {"pypi": "python", "npm": "node", "crates": "crates", "go": "go"}
SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz")
CRATES_CONFIGURATION = "/crates/config.json"
# What a client may ask an index for, by the links of its pages; its own words go no further.
FORMATS = {
    "url": ("application/vnd.pypi.simple.v1+json", "text/html"),
    "tarball": ("application/vnd.npm.install-v1+json", "application/json"),
}


class PackageMirror:
    """Serves the indexes on a socket while its block lasts."""

    def __init__(
        self,
        indexes: PackageIndexes,
        address: Path,
        limits: MirrorLimits | None = None,
        wheels: KeptWheels | None = None,
    ) -> None:
        limits = limits or MirrorLimits()
        self.address = address
        self._wheels = wheels
        self.quota = PackageQuota(limits)
        self._allows_sources = limits.allows_sources
        self._indexes = indexes
        self._upstream = PackageUpstream(indexes)
        self._paths = PackagePaths(indexes, secrets.token_bytes(32))
        self._server = _MirrorServer(address, self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._upstream.close()

    def find_page(self, path: str) -> IndexPage:
        """Find the page that a path stands for. Raises MirrorRefusal, or Unreachable."""
        page = self._paths.read(path) or self._find_crate(path) or self._find_named(path)
        if not page:
            raise MirrorRefusal(403, "The mirror has package indexes alone: no such path is there.")
        # Go's modules are archives too, and nothing of them runs when they are installed.
        is_source = path.endswith(SOURCES) and not path.startswith("/go/")
        if is_source and not self._allows_sources:
            raise MirrorRefusal(
                403, "Only wheels are served: a source archive runs code to install."
            )
        if page.name:
            self.quota.check_name(page.name)
        return page

    def fetch(
        self, method: str, page: IndexPage, accept: str
    ) -> tuple[urllib3.BaseHTTPResponse, Iterator[bytes]]:
        """Fetch a page. Return the index's answer, and what of it is to be sent.

        Raises MirrorRefusal where there is no such page, and Unreachable.
        """
        formats = FORMATS.get(page.links, ("*/*",))
        wanted = formats[0] if formats[0] in accept else formats[-1]
        url, answer = self._upstream.fetch(method, page, wanted)
        if answer.status != HTTPStatus.OK:
            answer.close()  # with what was not read
            raise self._explain(answer.status, page)
        self.quota.count_name(page.name, is_found=True)
        parts = answer.stream(PART_BYTES, decode_content=bool(page.links))
        if not page.links:
            if self._wheels and method == "GET":
                parts = self._wheels.keep(url, answer.headers.get("Content-Length", ""), parts)
            return answer, parts
        if "html" in answer.headers.get("Content-Type", ""):
            return answer, rewrite_html(parts, lambda link: self._paths.write_link(page, url, link))
        return answer, rewrite_json(
            parts, page.links, lambda link: self._paths.write_link(page, url, link)
        )

    def check_kind(self, path: str) -> None:
        """Raise MirrorRefusal for a path of an index that is not known here."""
        kind = PREFIXES.get(path.split("/", 2)[1] if path.startswith("/") else "")
        if kind and kind not in self._indexes.addresses:
            raise MirrorRefusal(
                403, f"No index of {kind} is known here: GREENLIT_SANDBOX_INDEXES names one."
            )

    def _explain(self, status: int, page: IndexPage) -> MirrorRefusal:
        if status in MISSING:
            self.quota.count_name(page.name or page.url, is_found=False)
            return MirrorRefusal(404, "The package index has no such package or file.")
        return MirrorRefusal(502, f"The package index answered {status}.")

    def _find_crate(self, path: str) -> IndexPage | None:
        """Find the archive of a crate, by what the index of crates says of its archives."""
        indexes = self._indexes.addresses.get("crates", ())
        if not indexes or not path.startswith("/crates/dl/"):
            return None
        index = indexes[0]
        page = IndexPage(f"{index.url}/config.json", index.authorization)
        _, answer = self._upstream.fetch("GET", page, "application/json")
        try:
            with answer:
                document = json.loads(answer.read(CONFIGURATION_BYTES))
            return self._paths.read_crate(path, document["dl"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreachable("The index of crates does not say where they are.") from error

    def _find_named(self, path: str) -> IndexPage | None:
        """Find a file of Python's index by its name alone, as a lock has it, on its page."""
        file = path.removeprefix("/pypi/named/")
        page = self._paths.read(f"/pypi/simple/{read_project(file)}/") if file != path else None
        if not page:
            return None
        self.quota.check_name(page.name)
        link = re.compile(rf'{BASE}(/files/\w+/[\w-]+/{re.escape(file)})["#]'.encode())
        answer, parts = self.fetch("GET", page, "")
        with answer:
            for part in parts:
                if match := link.search(part):
                    return self._paths.read(match[1].decode())
        raise MirrorRefusal(404, "The package index has no such package or file.")


class _MirrorServer(ThreadingMixIn, UnixStreamServer):
    """The socket of a mirror, with a bounded number of threads."""

    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(self, address: Path, mirror: PackageMirror) -> None:
        self.mirror = mirror
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(str(address), _MirrorRequest)
        address.chmod(0o666)  # the sandbox has a user of its own; the folder decides who reaches it

    def process_request(self, request: Any, client_address: Any) -> None:
        """Wait for a free place, then serve the connection in a thread."""
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection, and free its place."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class _MirrorRequest(BaseHTTPRequestHandler):
    """One connection, with its requests."""

    protocol_version = "HTTP/1.1"
    server_version = "greenlit"
    sys_version = ""
    timeout = IDLE_S
    server: _MirrorServer

    def parse_request(self) -> bool:
        """Read a request; refuse whatever does more than read."""
        if not super().parse_request():
            return False
        sends = {"Content-Length", "Transfer-Encoding"} & set(self.headers)
        if self.command in READING and not sends:
            return True
        self.close_connection = True
        self._refuse(
            MirrorRefusal(405, "The mirror is to be read: GET and HEAD alone are answered.")
        )
        return False

    def do_GET(self) -> None:
        """Answer a request."""
        mirror = self.server.mirror
        try:
            mirror.quota.count_request()
            mirror.check_kind(self.path)
            if self.path == CRATES_CONFIGURATION:
                self._send_all(200, write_crates_configuration())
                return
            page = mirror.find_page(self.path)
            answer, parts = mirror.fetch(self.command, page, self.headers.get("Accept", ""))
        except MirrorRefusal as refusal:
            self._refuse(refusal)
        except Unreachable as error:
            self._refuse(MirrorRefusal(502, str(error)))
        else:
            with answer:
                self._stream(answer, parts, is_whole=not page.links)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def _stream(
        self, answer: urllib3.BaseHTTPResponse, parts: Iterator[bytes], *, is_whole: bool
    ) -> None:
        """Send an answer as it comes. The connection ends in the midst where something fails."""
        length = answer.headers.get("Content-Length", "") if is_whole else ""
        try:
            self.server.mirror.quota.count_bytes(0, int(length or 0))
        except (MirrorRefusal, ValueError) as error:
            self._refuse(MirrorRefusal(403, str(error)))
            return
        self.send_response(200)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        if length:
            self.send_header("Content-Length", length)
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "GET":
            self._send_parts(parts if length else _write_chunks(parts))

    def _send_parts(self, parts: Iterator[bytes]) -> None:
        sent = 0
        quota = self.server.mirror.quota
        try:
            for part in parts:
                quota.count_bytes(len(part), sent)
                self.wfile.write(part)
                sent += len(part)
        except MirrorRefusal as refusal:
            quota.count_refusal(str(refusal))
            self.close_connection = True
        except (urllib3.exceptions.HTTPError, OSError):
            self.close_connection = True

    def _refuse(self, refusal: MirrorRefusal) -> None:
        """Answer with the reason, where pip and npm show it too: in the line of the status."""
        if refusal.status not in MISSING:
            self.server.mirror.quota.count_refusal(str(refusal))
        with suppress(OSError):
            self._send_all(refusal.status, str(refusal).encode(), str(refusal))

    def _send_all(self, status: int, body: bytes, reason: str | None = None) -> None:
        self.send_response(status, reason)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing: what was asked is counted."""


def _write_chunks(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Write the parts as chunks of HTTP, so that a client sees where an answer broke off."""
    for part in parts:
        if part:
            yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"
