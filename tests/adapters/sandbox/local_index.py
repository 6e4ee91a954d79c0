"""A package index of our own on loopback: a few tiny packages, and pages that misbehave."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML, JSON, BYTES = "text/html", "application/json", "application/octet-stream"
SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Reply:
    """What the index answers."""

    body: bytes = b""
    kind: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class LocalIndex:
    """Serves pages by path; what is asked is kept, with its headers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Reply] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [path for path, _ in self.asked]

    def put_wheel(self, name: str, module: str, version: str = "1.0") -> str:
        """Add a wheel with one module, and return its path."""
        file = f"{name}-{version}-py3-none-any.whl"
        path = f"/packages/{file}"
        self.pages[path] = Reply(make_wheel(name, version, module), BYTES)
        self.pages[f"{path}.metadata"] = Reply(make_metadata(name, version), BYTES)
        digest = hashlib.sha256(self.pages[path].body).hexdigest()
        link = f'<a href="../..{path}#sha256={digest}">{file}</a>'
        self.pages[f"/simple/{name}/"] = Reply(f"<html><body>{link}</body></html>".encode())
        return path

    def put_tarball(self, name: str, script: str, version: str = "1.0.0") -> str:
        """Add a package of npm with one script; return the digest that a lock names."""
        manifest = {"name": name, "version": version, "main": "index.js"}
        body = make_tarball({"package.json": json.dumps(manifest), "index.js": script})
        path = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
        dist = {"tarball": f"{self.url}{path}", "integrity": integrity}
        document = {
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: manifest | {"dist": dist}},
        }
        self.pages[path] = Reply(body, BYTES)
        self.pages[f"/{name.replace('/', '%2F')}"] = Reply(json.dumps(document).encode(), JSON)
        return integrity


def make_metadata(name: str, version: str) -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()


def make_wheel(name: str, version: str, module: str) -> bytes:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": module.encode(),
        f"{info}/METADATA": make_metadata(name, version),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in (files | {f"{info}/RECORD": record.encode()}).items():
            archive.writestr(path, text)
    return content.getvalue()


def make_tarball(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"package/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return gzip.compress(content.getvalue(), mtime=0)


@contextmanager
def serve_index(
    address: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> Iterator[LocalIndex]:
    """Serve an index while the block lasts, over TLS where a context is given."""
    server = ThreadingHTTPServer((address, 0), _Handler)
    scheme = "http"
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    server.index = LocalIndex(f"{scheme}://{address}:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.index  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the page."""
        index: LocalIndex = self.server.index  # type: ignore[attr-defined]
        index.asked.append((self.path, dict(self.headers)))
        reply = index.pages.get(self.path, Reply(b"none", status=404))
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(reply.body)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""
