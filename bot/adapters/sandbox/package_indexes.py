"""Find the package indexes that this machine's own tools use, with the keys that they ask for."""

from __future__ import annotations

import re
import tomllib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired
from urllib.parse import unquote, urlsplit, urlunsplit

from bot.adapters.child_guard import run_guarded

PATIENCE_S = 20.0
WEB = ("https://", "http://")
# Which kind of index a program installs from.
KINDS = {
    **dict.fromkeys(("python", "python3", "pip", "uv", "poetry", "tox", "nox"), "python"),
    **dict.fromkeys(("node", "npm", "npx", "pnpm", "yarn"), "node"),
    **dict.fromkeys(("cargo", "rustc"), "crates"),
    "go": "go",
}
_PIP_DEFAULT = re.compile(r"Base URL of the Python Package Index \(default (https?://[^\s)]+)\)")
_NPM_KEY = re.compile(
    r"^//(?P<base>\S+?)/?:(?P<what>_authToken|_auth)\s*=\s*(?P<key>\S+)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class IndexAddress:
    """The address of an index, without a slash at its end, and what it is authorised with."""

    url: str
    authorization: str = field(default="", repr=False)  # a header; it never goes into a sandbox


@dataclass(frozen=True, slots=True)
class PackageIndexes:
    """The indexes by kind: python, node, crates, go. Python alone may have several, in order."""

    addresses: Mapping[str, tuple[IndexAddress, ...]] = field(default_factory=dict)
    authorities: str = ""  # a file of certificates to trust besides the machine's own

    def select(self, kinds: Sequence[str]) -> PackageIndexes:
        """Return these indexes without those of other kinds."""
        chosen = {kind: indexes for kind, indexes in self.addresses.items() if kind in kinds}
        return PackageIndexes(chosen, self.authorities)


def find_package_indexes(
    configured: Mapping[str, str], python: Path, home: Path | None = None
) -> PackageIndexes:
    """Return the indexes that are configured, by kind; else those that pip, npm, Go and Cargo use.

    `python` has the pip to ask; `home` is the folder of this user, with `.npmrc` and `.cargo`.
    """
    home = home or Path.home()
    pip = _ask_pip(python)
    finders: dict[str, Callable[[], Sequence[str]]] = {
        "python": lambda: (pip["index-url"], *pip["extra-index-url"].split()),
        "node": lambda: (_ask(("npm", "config", "get", "registry")),),
        "crates": lambda: (_read_cargo(home),),
        "go": lambda: re.split(r"[,|]", _ask(("go", "env", "GOPROXY")))[:1],
    }
    npm_keys = _read_npm_keys(home)
    addresses = {}
    for kind, find in finders.items():
        urls = configured[kind].split() if kind in configured else find()
        indexes = tuple(_read_address(url, npm_keys) for url in urls if url.startswith(WEB))
        if indexes:
            addresses[kind] = indexes
    return PackageIndexes(addresses, pip["cert"])


def _ask_pip(python: Path) -> dict[str, str]:
    """Ask pip for its configuration; without an index in it, for the one that is built in."""
    answer = dict.fromkeys(("index-url", "extra-index-url", "cert"), "")
    for line in _ask((str(python), "-m", "pip", "config", "list")).splitlines():
        name, _, value = line.partition("=")
        # `global.index-url='...'`, and `:env:.index-url='...'` for PIP_INDEX_URL.
        option = name.rpartition(".")[2]
        if option in answer:
            answer[option] = value.strip("'\"").replace("\\n", " ")
    if not answer["index-url"]:
        text = " ".join(_ask((str(python), "-m", "pip", "install", "--help")).split())
        match = _PIP_DEFAULT.search(text)
        answer["index-url"] = match[1] if match else ""
    return answer


def _ask(command: Sequence[str]) -> str:
    """Return what a tool prints; nothing where it is missing or fails."""
    try:
        # From the root: no project's own configuration is read.
        answer = run_guarded(command, PATIENCE_S, cwd="/")
    except (OSError, TimeoutExpired):
        return ""
    return answer.stdout.decode(errors="replace").strip() if answer.returncode == 0 else ""


def _read_cargo(home: Path) -> str:
    """Read which index replaces that of crates.io; Cargo does not tell its built-in one."""
    document: dict[str, dict[str, dict[str, str]]] = {}
    with suppress(OSError, ValueError):
        document = tomllib.loads((home / ".cargo/config.toml").read_text("utf-8"))
    sources = document.get("source", {})
    replacement = sources.get("crates-io", {}).get("replace-with", "crates-io")
    registries = document.get("registries", {})
    places = (sources.get(replacement, {}), registries.get(replacement, {}))
    urls = [place.get("registry", "") or place.get("index", "") for place in places]
    return next((url.removeprefix("sparse+") for url in urls if url.startswith("sparse+")), "")


def _read_npm_keys(home: Path) -> dict[str, str]:
    """Read the authorization of each registry, by its address without the scheme."""
    with suppress(OSError, ValueError):
        text = (home / ".npmrc").read_text("utf-8")
        schemes = {"_authToken": "Bearer", "_auth": "Basic"}
        return {m["base"]: f"{schemes[m['what']]} {m['key']}" for m in _NPM_KEY.finditer(text)}
    return {}


def _read_address(url: str, keys: Mapping[str, str]) -> IndexAddress:
    """Take an address apart: its user and password become a header."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    if not parts.username:
        return IndexAddress(bare, keys.get(bare.partition("//")[2], ""))
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return IndexAddress(bare, f"Basic {b64encode(pair.encode()).decode()}")
