"""The paths that the mirror of packages answers, and which page of an index each one stands for."""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Literal
from urllib.parse import urljoin, urlsplit

from bot.adapters.sandbox.package_indexes import IndexAddress, PackageIndexes
from bot.adapters.sandbox.tier import PACKAGE_PORT

BASE = f"http://127.0.0.1:{PACKAGE_PORT}"  # of the mirror, as the tools inside see it
LinkKey = Literal["", "url", "tarball"]  # the name of links in an index's JSON

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
_NPM_NAME = r"(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]{0,199}/)?[A-Za-z0-9_~][A-Za-z0-9._~-]{0,199}"
_VERSION = r"[A-Za-z0-9!][A-Za-z0-9!.+_~-]{0,199}"
_MODULE = r"(?:[A-Za-z0-9!_~-][A-Za-z0-9!._~-]{0,99}/){1,20}"
_CRATE_FOLDER = r"(?:1|2|3/[a-z0-9]|[a-z0-9][a-z0-9_-]/[a-z0-9_-]{1,2})"
_PYTHON = re.compile(rf"/pypi(?:/(?P<number>\d))?/simple/(?P<name>{_NAME})/?")
_NODE = re.compile(rf"/npm/(?P<name>{_NPM_NAME})(?P<file>/-/{_NPM_NAME}\.tgz)?")
_CRATE = re.compile(rf"/crates/(?P<page>{_CRATE_FOLDER}/[a-z0-9_-]{{1,64}})")
_CRATE_FILE = re.compile(rf"/crates/dl/(?P<name>{_NAME})/(?P<version>{_VERSION})/download")
_GO = re.compile(rf"/go/(?P<page>{_MODULE}(?:@latest|@v/list|@v/{_VERSION}\.(?:info|mod|zip)))")
_FILE = re.compile(r"/files/(?P<seal>[0-9a-f]{32})/(?P<url>[A-Za-z0-9_-]+)/(?P<name>[^/]+)")

_MIRRORED = re.compile(rf"{re.escape(BASE)}/files/[0-9a-f]{{32}}/(?P<url>[A-Za-z0-9_-]+)/[^\s\"']+")


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page or a file to fetch. `links` names those to be rewritten; empty: it is passed on."""

    url: str
    authorization: str = ""
    links: LinkKey = ""
    name: str = ""  # of the package that is asked for


class PackagePaths:
    """Reads the paths that the mirror may be asked for, and writes those of the files it names.

    A file is served only if a page of an index named it: its path carries a seal of this object.
    """

    def __init__(self, indexes: PackageIndexes, key: bytes) -> None:
        self._indexes = indexes
        self._key = key

    def read(self, path: str) -> IndexPage | None:
        """Return the page that a path stands for; None where it has no shape of an index."""
        path = path.replace("%2f", "/").replace("%2F", "/")
        if match := _PYTHON.fullmatch(path):
            index = self._find_index("python", int(match["number"] or 0))
            return _join(index, f"{match['name']}/", match["name"], "url")
        if match := _NODE.fullmatch(path):
            index = self._find_index("node")
            page = path.removeprefix("/npm/").replace("/", "%2F", 0 if match["file"] else 1)
            return _join(index, page, match["name"], "" if match["file"] else "tarball")
        for pattern, kind in ((_CRATE, "crates"), (_GO, "go")):
            if match := pattern.fullmatch(path):
                index = self._find_index(kind)
                return _join(index, match["page"], match["page"].partition("/@")[0])
        return self._read_file(path)

    def read_crate(self, path: str, template: str) -> IndexPage | None:
        """Return the archive of a crate, by the template in its index's configuration."""
        match = _CRATE_FILE.fullmatch(path)
        return IndexPage(_fill(template, match["name"], match["version"])) if match else None

    def write_link(self, page: IndexPage, url: str, link: str) -> str:
        """Write the path in the mirror for a link on a page. `url` is where the page was found."""
        target, mark, fragment = urljoin(url, link).partition("#")
        index = self._find_index("node")
        if page.links == "tarball" and index and target.startswith(f"{index.url}/"):
            path = target.replace(index.url, "/npm", 1)
            if _NODE.fullmatch(path):
                return f"{BASE}{path}"
        name = urlsplit(target).path.rpartition("/")[2] or "file"
        packed = urlsafe_b64encode(target.encode()).decode().rstrip("=")  # which pip would escape
        return f"{BASE}/files/{self._seal(target)}/{packed}/{name}{mark}{fragment}"

    def _read_file(self, path: str) -> IndexPage | None:
        match = _FILE.fullmatch(path)
        if not match:
            return None
        try:
            url = urlsafe_b64decode(match["url"] + "==").decode()
        except (Base64Error, UnicodeDecodeError):
            return None
        if not hmac.compare_digest(match["seal"], self._seal(url)):
            return None
        # What a wheel says of itself lies beside it.
        suffix = ".metadata" if match["name"].endswith(".metadata") else ""
        return IndexPage(f"{url}{suffix}", self._find_authorization(url))

    def _find_index(self, kind: str, number: int = 0) -> IndexAddress | None:
        indexes = self._indexes.addresses.get(kind, ())
        return indexes[number] if number < len(indexes) else None

    def _find_authorization(self, url: str) -> str:
        """Find what a file needs: what its index needs, where it lies on the same host."""
        for index in chain.from_iterable(self._indexes.addresses.values()):
            if urlsplit(index.url)[:2] == urlsplit(url)[:2]:
                return index.authorization
        return ""

    def _seal(self, url: str) -> str:
        return hmac.new(self._key, url.encode(), sha256).hexdigest()[:32]


def read_project(file: str) -> str:
    """Read from the name of a file of Python's index which project it is of."""
    is_wheel = file.endswith(".whl")
    name = file.partition("-")[0] if is_wheel else file.rpartition("-")[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def name_upstream(text: str, indexes: PackageIndexes) -> str:
    """Name in a text, in place of the mirror, the files and the indexes that it stands for.

    A file that a lock named before any page did keeps its address in the mirror.
    """
    text = _MIRRORED.sub(_unpack, text)
    for kind, path in (("python", "/pypi/simple"), ("node", "/npm")):
        if addresses := indexes.addresses.get(kind):
            text = text.replace(f"{BASE}{path}", addresses[0].url)
    return text


def _unpack(match: re.Match[str]) -> str:
    try:
        return urlsafe_b64decode(match["url"] + "==").decode()
    except (Base64Error, UnicodeDecodeError):
        return match[0]


def write_crates_configuration() -> bytes:
    """Write the configuration of the mirror's index of crates."""
    return json.dumps({"dl": f"{BASE}/crates/dl"}).encode()


def _join(
    index: IndexAddress | None, page: str, name: str, links: LinkKey = ""
) -> IndexPage | None:
    if not index:
        return None
    return IndexPage(f"{index.url}/{page}", index.authorization, links, name)


def _fill(template: str, name: str, version: str) -> str:
    """Fill the template of https://doc.rust-lang.org/cargo/reference/registry-index.html."""
    if "{" not in template:
        return f"{template.rstrip('/')}/{name}/{version}/download"
    prefix = {1: "1", 2: "2", 3: f"3/{name[0]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")
    parts = {"crate": name, "version": version, "prefix": prefix, "lowerprefix": prefix.lower()}
    for part, value in parts.items():
        template = template.replace(f"{{{part}}}", value)
    return template
