"""The mirror of package indexes: what it answers, what it refuses, and where it never asks."""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import ssl
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.adapters.sandbox.package_indexes import IndexAddress, PackageIndexes
from bot.adapters.sandbox.package_mirror import PackageMirror
from bot.adapters.sandbox.package_paths import BASE
from bot.adapters.sandbox.package_quota import MirrorLimits
from bot.adapters.sandbox.package_upstream import PackageUpstream
from tests.adapters.sandbox.local_index import (
    BYTES,
    HTML,
    JSON,
    SIMPLE_JSON,
    LocalIndex,
    Reply,
    serve_index,
)

# Addresses of this machine, of its network and of its cloud, as URLs can have them.
INNER = (
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.16689662"),
    *("127.1", "0.0.0.0", "0", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1"),
    *("[::1]", "[::]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]"),
    *("[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[fe80::1]", "[fd00:ec2::254]"),
    *("localhost", "x@127.0.0.1", "evil.example@[::1]"),
)
FOREIGN = [
    "/",
    "/etc/passwd",
    "/pypi/simple/",
    "/pypi/simple/tiny/?x=1",
    "/pypi/simple/tiny/#x",
    "/pypi/simple/../../etc/",
    "/pypi/simple/.hidden/",
    "/pypi/simple/a%2fb/",
    "/pypi/simple/a/b/",
    "/pypi/7/simple/tiny/",
    "/pypi/tiny/json",
    "/npm/-/v1/search",
    "/npm/-/npm/v1/security/advisories/bulk",
    "/npm/@org",
    "/npm/@org/a/b",
    "/npm/tiny/-/../../x.tgz",
    "/npm/tiny/-/tiny.js",
    "/npm/tiny/1.0.0",
    "/npm//tiny",
    "/crates/se/rd/../x",
    "/crates/serde",
    "/go/example.org/@v/../list",
    "/go/sumdb/sum.example.org/supported",
    "/go/@v/list",
    "/files/" + "0" * 32 + "/aHR0cDovLzEyNy4wLjAuMS8/x.whl",
    "/files/x/y/z",
    "http://example.org/npm/tiny",
    "http://169.254.169.254/latest/meta-data",
    "//example.org/npm/tiny",
    "*",
    "/npm/" + "a" * 300,
    "/npm/tiny%00",
    "/npm/ti%6ey",
    "/pypi/simple/t\xefny/",
]
KEY = "Basic dXNlcjpzZWNyZXQ="


@pytest.fixture
def index() -> Iterator[LocalIndex]:
    with serve_index() as served:
        yield served


@contextmanager
def open_mirror(folder: Path, index: LocalIndex, **limits: Any) -> Iterator[Client]:
    address = IndexAddress(index.url, KEY)
    simple = IndexAddress(f"{index.url}/simple", KEY)
    kinds = {"python": (simple,), "node": (address,), "crates": (address,), "go": (address,)}
    with PackageMirror(PackageIndexes(kinds), folder / "s", MirrorLimits(**limits)) as mirror:
        yield Client(folder / "s", mirror)


class Client:
    """Asks a mirror through its socket, as the bridge does."""

    def __init__(self, path: Path, mirror: PackageMirror) -> None:
        self.path, self.mirror = path, mirror

    def ask(self, path: str, method: str = "GET", **headers: Any) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.path))
        try:
            connection.request(method, path.removeprefix(BASE), headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.reason, answer.read()
        finally:
            connection.close()

    def send(self, text: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.path))
            client.sendall(text)
            client.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: client.recv(65_536), b""))


def test_each_kind_of_index_is_served(index: LocalIndex, tmp_path: Path) -> None:
    """Pages, files and what lies beside them come through, in HTML and in JSON; links lead back."""
    wheel = index.put_wheel("tiny", "x = 1\n")
    index.put_tarball("@org/pad", "module.exports = 1\n")
    file = {"filename": "j-1.whl", "url": f"{index.url}{wheel}", "hashes": {}}
    index.pages["/simple/j/"] = Reply(json.dumps({"files": [file]}).encode(), SIMPLE_JSON)
    index.pages["/config.json"] = Reply(b'{"dl": "%s/dl"}' % index.url.encode(), JSON)
    index.pages["/se/rd/serde"] = Reply(b'{"name":"serde"}\n', "text/plain")
    index.pages["/dl/serde/1.0.0/download"] = Reply(b"crate", BYTES)
    index.pages["/example.org/!mod/@v/list"] = Reply(b"v1.0.0\n", "text/plain")
    index.pages["/example.org/!mod/@v/v1.0.0.zip"] = Reply(b"module", "application/zip")

    with open_mirror(tmp_path, index) as mirror:
        page = mirror.ask("/pypi/simple/tiny/")[2].decode()
        link = re.findall('href="([^"#]+)#sha256=[0-9a-f]{64}"', page)[0]
        beside = mirror.ask(f"{link}.metadata")[2]
        found = json.loads(mirror.ask("/pypi/simple/j/", Accept=SIMPLE_JSON)[2])["files"][0]["url"]
        packument = json.loads(mirror.ask("/npm/@org%2fpad")[2])
        tarball = packument["versions"]["1.0.0"]["dist"]["tarball"]

        assert index.pages[wheel].body == mirror.ask(link)[2] == mirror.ask(found)[2]
        assert b"Name: tiny" in beside
        assert f"{BASE}/npm/@org/pad/-/pad-1.0.0.tgz" == tarball
        assert b"\x1f\x8b" == mirror.ask(tarball)[2][:2]
        assert {"dl": f"{BASE}/crates/dl"} == json.loads(mirror.ask("/crates/config.json")[2])
        assert b'{"name":"serde"}\n' == mirror.ask("/crates/se/rd/serde")[2]
        assert b"crate" == mirror.ask("/crates/dl/serde/1.0.0/download")[2]
        assert b"v1.0.0\n" == mirror.ask("/go/example.org/!mod/@v/list")[2]
        assert b"module" == mirror.ask("/go/example.org/!mod/@v/v1.0.0.zip")[2]
        assert (200, "OK", b"") == mirror.ask(link, "HEAD")
        assert 404 == mirror.ask("/pypi/simple/none/")[0]
        assert "1 names not found, 0 requests refused." in mirror.mirror.quota.describe()


def test_nothing_is_written(index: LocalIndex, tmp_path: Path) -> None:
    """Whatever does more than read is answered 405, and the index hears nothing of it."""
    rest = b" /npm/tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ndata"
    with open_mirror(tmp_path, index) as mirror:
        for method in (b"POST", b"PUT", b"DELETE", b"PATCH", b"CONNECT", b"OPTIONS", b"X", b"GET"):
            answer = mirror.send(method + rest)

            assert answer.startswith(
                b"HTTP/1.1 405 The mirror is to be read: GET and HEAD alone are answered.\r\n"
            )
    assert [] == index.asked


def test_other_paths_are_refused(index: LocalIndex, tmp_path: Path) -> None:
    """What has no shape of an index's path is answered 403, and no index hears of it."""
    with open_mirror(tmp_path, index) as mirror:
        heads = {
            path: mirror.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"))[:40]
            for path in FOREIGN
        }

    assert dict.fromkeys(FOREIGN, b"HTTP/1.1 403 The mirror has package inde") == heads
    assert [] == index.asked


def test_keys_and_words_stay_on_their_side(index: LocalIndex, tmp_path: Path) -> None:
    """The index gets its key from the bot, and no word of the sandbox's; the sandbox gets no key."""
    index.put_wheel("tiny", "")
    with open_mirror(tmp_path, index) as mirror:
        told: dict[str, Any] = {
            "Authorization": "Basic stolen",
            "User-Agent": "data",
            "Cookie": "data",
        }
        page = mirror.ask("/pypi/simple/tiny/", Accept="data", **told)
        mirror.ask(re.findall('href="([^"#]+)', page[2].decode())[0])

    heads = [headers for _, headers in index.asked]

    assert [KEY, KEY] == [headers["Authorization"] for headers in heads]
    assert "data" not in str(heads)
    assert "stolen" not in str(heads)
    assert KEY not in str(page)


def test_an_index_leads_nowhere_else(index: LocalIndex, tmp_path: Path) -> None:
    """A link or a redirect to an inner host is not followed; one to the index itself is."""
    with serve_index("127.0.0.2") as other:
        other.pages["/secret"] = Reply(b"secret")
        inner = (f"{other.url}/secret", "http://localhost:1/x", "file:///etc/passwd", "//[::1]/x")
        links = "".join(f"<a href='{link}'>x</a>" for link in inner)
        index.pages["/simple/bad/"] = Reply(links.encode())
        index.pages["/away"] = Reply(status=302, headers={"Location": f"{other.url}/secret"})
        index.pages["/loop"] = Reply(status=302, headers={"Location": "/loop"})
        index.pages["/near"] = Reply(status=302, headers={"Location": "/simple/tiny/"})
        index.put_wheel("tiny", "")
        with open_mirror(tmp_path, index) as mirror:
            paths = re.findall('href="([^"]+)"', mirror.ask("/pypi/simple/bad/")[2].decode())
            reasons = [mirror.ask(path)[:2] for path in (*paths, "/npm/away", "/npm/loop")]

            assert 200 == mirror.ask("/npm/near")[0]
            assert [] == other.asked

    assert [
        (502, "Nothing is fetched from 127.0.0.2: it is no public host."),
        (502, "Nothing is fetched from localhost: it is no public host."),
        (502, "The package index names an address that is none of the web."),
        (502, "Nothing is fetched from ::1: it is no public host."),
        (502, "Nothing is fetched from 127.0.0.2: it is no public host."),
        (502, "The package index redirects without end."),
    ] == reasons


def test_no_inner_address_is_public_however_it_is_written(
    index: LocalIndex, tmp_path: Path
) -> None:
    """Nothing is fetched from any, by a redirect and by the link of a page."""
    answers = []
    with open_mirror(tmp_path, index) as mirror:
        for number, host in enumerate(INNER):
            address = f"https://{host}/x.whl"
            index.pages[f"/away{number}"] = Reply(status=302, headers={"Location": address})
            index.pages[f"/simple/bad{number}/"] = Reply(f"<a href='{address}'>x</a>".encode())
            page = mirror.ask(f"/pypi/simple/bad{number}/")[2].decode()
            paths = (f"/npm/away{number}", *re.findall('href="([^"]+)"', page))
            answers += [(host, *mirror.ask(path)[:2]) for path in paths]

    refused = [host for host, status, why in answers if status == 502 and "no public host" in why]
    assert sorted((*INNER, *INNER)) == sorted(refused)


def test_a_name_is_judged_by_the_address_that_is_connected_to() -> None:
    """A name that leads elsewhere when it is looked up again (DNS rebinding) is not looked up again:
    the connection is to the address, and TLS still asks for the name.
    """
    upstream = PackageUpstream(PackageIndexes({"python": (IndexAddress("https://localhost:1"),)}))
    pool = upstream._open_pool(urlsplit("https://localhost:1/x"))
    upstream.close()

    assert ipaddress.ip_address(pool.host).is_loopback
    assert "localhost" == pool.conn_kw["server_hostname"]


def test_files_of_an_index_may_lie_under_another_name(tmp_path: Path) -> None:
    """The same address under another name is the same machine: its files are fetched, without a key."""
    with serve_index() as index:
        port = index.url.rpartition(":")[2]
        index.pages["/f/a-1-py3-none-any.whl"] = Reply(b"wheel", BYTES)
        link = f'<a href="http://localhost:{port}/f/a-1-py3-none-any.whl">a</a>'
        index.pages["/simple/a/"] = Reply(link.encode())
        with open_mirror(tmp_path, index) as mirror:
            page = mirror.ask("/pypi/simple/a/")[2].decode()

            assert b"wheel" == mirror.ask(re.findall('href="([^"]+)', page)[0])[2]
            assert "Authorization" not in index.asked[-1][1]


def test_limits_are_told_in_words(index: LocalIndex, tmp_path: Path) -> None:
    """Names that no index has, requests, sizes of files and of all: each limit says what it is."""
    for name, size in (("a", 600), ("c", 1_500)):
        index.pages[f"/{name}/-/{name}.tgz"] = Reply(b"x" * size, BYTES)
    limits = {"requests": 9, "total_bytes": 1_000, "file_bytes": 1_000, "missing_names": 2}
    with open_mirror(tmp_path, index, **limits) as mirror:
        assert (403, "A package may have 0 MB.") == mirror.ask("/npm/c/-/c.tgz")[:2]
        assert 600 == len(mirror.ask("/npm/a/-/a.tgz")[2])
        for name in ("none1", "none2", "none1"):
            assert 404 == mirror.ask(f"/npm/{name}")[0]
        assert (403, "2 packages were asked for that no index has; no more are.") == mirror.ask(
            "/npm/none3"
        )[:2]
        with pytest.raises(http.client.HTTPException):  # it broke off: it is never taken as whole
            mirror.ask("/npm/a/-/a.tgz")
        for _ in range(2):
            mirror.ask("/nothing")
        assert (429, "A set-up may ask for 9 pages and files.") == mirror.ask("/npm/a")[:2]
        assert "10 requests, 0 MB fetched, 2 names not found, 6 requests refused. " in (
            mirror.mirror.quota.describe()
        )


def test_sources_are_served_only_where_packages_may_run_code(
    index: LocalIndex, tmp_path: Path
) -> None:
    """A source archive of Python's is refused with its reason, unless the set-up allows it."""
    index.pages["/simple/s/"] = Reply(b'<a href="/s-1.tar.gz">s</a>')
    index.pages["/s-1.tar.gz"] = Reply(b"source", BYTES)
    answers = []
    for number, allows in enumerate((False, True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_mirror(folder, index, allows_sources=allows) as mirror:
            page = mirror.ask("/pypi/simple/s/")[2].decode()
            answers.append(mirror.ask(re.findall('href="([^"]+)', page)[0])[1:])

    assert [
        "Only wheels are served: a source archive runs code to install.",
        "OK",
    ] == [reason for reason, _ in answers]
    assert b"source" == answers[1][1]


def test_index_that_fails_is_told(index: LocalIndex, tmp_path: Path) -> None:
    """An index that is down, or answers with an error of its own, is named to the client."""
    index.pages["/broken"] = Reply(status=500)
    with open_mirror(tmp_path, index) as mirror:
        assert (502, "The package index answered 500.") == mirror.ask("/npm/broken")[:2]
        assert (502, "The index of crates does not say where they are.") == mirror.ask(
            "/crates/dl/serde/1.0.0/download"
        )[:2]
    with serve_index() as gone:
        pass
    (tmp_path / "gone").mkdir()
    with open_mirror(tmp_path / "gone", gone) as mirror:
        assert (502, "127.0.0.1 does not answer.") == mirror.ask("/npm/tiny")[:2]


@pytest.mark.long
def test_large_files_stream_in_little_memory(index: LocalIndex, tmp_path: Path) -> None:
    """A large file and a large page pass through without being held."""
    size = 8_000_000
    index.pages["/big/-/big.tgz"] = Reply(b"x" * size, BYTES)
    links = b'<a href="/f/pkg-1.0-py3-none-any.whl">pkg</a><br/>\n' * 20_000
    index.pages["/simple/big/"] = Reply(links, HTML)
    with open_mirror(tmp_path, index) as mirror, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "s"))
        tracemalloc.start()
        try:
            received = 0
            request = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
            for path, least in ((b"npm/big/-/big.tgz", size), (b"pypi/simple/big/", 2_000_000)):
                client.sendall(request % path)
                while received < least:
                    received += len(client.recv(65_536))
                received = 0
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert mirror.mirror.quota is not None

    assert peak < 2_000_000


def test_file_of_a_lock_is_found_by_its_name(index: LocalIndex, tmp_path: Path) -> None:
    """A lock names files alone: the page of the project tells where one lies, or that there is none."""
    index.put_wheel("tiny_pack", "x = 1\n")
    index.pages["/simple/tiny-pack/"] = index.pages["/simple/tiny_pack/"]
    with open_mirror(tmp_path, index) as mirror:
        found = mirror.ask("/pypi/named/tiny_pack-1.0-py3-none-any.whl")
        missing = [
            mirror.ask(f"/pypi/named/{file}")[:2]
            for file in ("tiny_pack-2.0-py3-none-any.whl", "none-1.0.tar.gz", "..", "a/b-1.whl")
        ]

    assert index.pages["/packages/tiny_pack-1.0-py3-none-any.whl"].body == found[2]
    assert [404, 404, 403, 403] == [status for status, _ in missing]


def test_archives_of_crates_lie_where_their_index_says(index: LocalIndex, tmp_path: Path) -> None:
    """The template of the index is filled with the crate's name, its version and its folders."""
    template = f"{index.url}/{{lowerprefix}}/{{prefix}}/{{crate}}-{{version}}.crate"
    index.pages["/config.json"] = Reply(json.dumps({"dl": template}).encode(), JSON)
    with open_mirror(tmp_path, index) as mirror:
        for name in ("a", "ab", "Abc", "Abcd"):
            mirror.ask(f"/crates/dl/{name}/1.0.0/download")
        assert 403 == mirror.ask("/crates/dl/a/../download")[0]

    assert [
        "/1/1/a-1.0.0.crate",
        "/2/2/ab-1.0.0.crate",
        "/3/a/3/A/Abc-1.0.0.crate",
        "/ab/cd/Ab/cd/Abcd-1.0.0.crate",
    ] == [path for path in index.paths if path != "/config.json"]


def test_index_over_tls_must_have_the_name_that_it_was_asked_by(tmp_path: Path) -> None:
    """An address is connected to as it was judged, and still has to prove its name."""
    certificate, key = write_certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    answers = []
    with serve_index(context=context) as index:
        index.pages["/tiny"] = Reply(b"{}", JSON)
        for number, (host, authorities) in enumerate(
            (("localhost", certificate), ("127.0.0.1", certificate), ("localhost", ""))
        ):
            url = index.url.replace("127.0.0.1", host)
            indexes = PackageIndexes({"node": (IndexAddress(url),)}, str(authorities))
            with PackageMirror(indexes, tmp_path / str(number)) as mirror:
                answers.append(Client(tmp_path / str(number), mirror).ask("/npm/tiny")[:2])

    assert [
        (200, "OK"),
        (502, "127.0.0.1 does not answer."),
        (502, "localhost does not answer."),
    ] == answers


def write_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate for a name, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


def test_index_that_is_not_known_is_told(index: LocalIndex, tmp_path: Path) -> None:
    """Where no index of a kind is known, the refusal says how to name one."""
    indexes = PackageIndexes({"node": (IndexAddress(index.url),)})
    with PackageMirror(indexes, tmp_path / "s") as mirror:
        answers = [
            Client(tmp_path / "s", mirror).ask(path)[:2]
            for path in ("/crates/config.json", "/pypi/simple/tiny/", "/npm/tiny")
        ]

    assert [
        (403, "No index of crates is known here: GREENLIT_SANDBOX_INDEXES names one."),
        (403, "No index of python is known here: GREENLIT_SANDBOX_INDEXES names one."),
        (404, "The package index has no such package or file."),
    ] == answers
