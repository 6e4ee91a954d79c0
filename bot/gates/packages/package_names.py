"""Here live the packages that a change names anew, in manifests and in imports."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from bot.gates.change import Change
from bot.search.source_files import kind_of

REQUIREMENTS = re.compile(
    r"^(?:[\w.-]*requirements[\w.-]*|constraints[\w.-]*)\.(?:txt|in)$|^requirements$", re.IGNORECASE
)
MANIFESTS = re.compile(
    r"requirements|constraints|^pyproject\.toml$|^setup\.(?:py|cfg)$|^Pipfile$|^environment\.ya?ml$|^package\.json$"
)
NAME = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?=$|[<>=!~;@,\s#])")
IMPORT = re.compile(r"^\s*(?:import\s+([\w.]+(?:\s*,\s*[\w.]+)*)|from\s+(\w[\w.]*)\s+import\b)")
REQUIRE = re.compile(
    r"""(?:\bfrom\s+|\brequire\(\s*|\bimport\s*\(?\s*)["'](@[\w.-]+/[\w.-]+|[A-Za-z][\w.-]*)(?:/[^"']*)?["']"""
)
NODE_OWN = frozenset(
    re.findall(
        r"\S+",
        """
    assert buffer child_process cluster console crypto dgram dns events fs http http2 https module net os path
    perf_hooks process punycode querystring readline repl stream string_decoder test timers tls tty url util v8 vm
    worker_threads zlib
        """,
    )
)
# Modules that are installed under another name.
ALIASES = MappingProxyType(
    {
        "attr": "attrs",
        "bs4": "beautifulsoup4",
        "crypto": "pycryptodome",
        "cv2": "opencv",
        "dateutil": "python-dateutil",
        "docx": "python-docx",
        "dotenv": "python-dotenv",
        "fitz": "pymupdf",
        "git": "gitpython",
        "github": "pygithub",
        "jwt": "pyjwt",
        "magic": "python-magic",
        "mysqldb": "mysqlclient",
        "openssl": "pyopenssl",
        "pil": "pillow",
        "pkg_resources": "setuptools",
        "serial": "pyserial",
        "skimage": "scikit-image",
        "sklearn": "scikit-learn",
        "yaml": "pyyaml",
        "zmq": "pyzmq",
    }
)


@dataclass(frozen=True, slots=True)
class Named:
    """A package by the name under which it is installed, and where the change names it."""

    kind: str  # "python" or "node": whose index it is in
    name: str
    path: str
    line: int
    declared: bool  # in a manifest; else only imported


def new_names(change: Change) -> tuple[Named, ...]:
    """The packages that no manifest named before; of imports, those that are neither declared nor
    of the repository.
    """
    old = {_same(name) for path, text in change.before.items() for _, name in _declared(path, text)}
    manifests = {
        path: text for path, text in {**change.around, **change.after}.items() if _is_manifest(path)
    }
    found: dict[tuple[str, str], Named] = {}
    for path, text in change.after.items():
        for kind, name in _declared(path, text):
            if _same(name) not in old:
                found.setdefault(
                    (kind, _same(name)),
                    Named(kind, name, path, _line(change, path, name), declared=True),
                )
    said = _same(" ".join(text for text in manifests.values() if text))
    for one in _imported(change):
        if manifests and _same(one.name) not in said and (one.kind, _same(one.name)) not in found:
            found[one.kind, _same(one.name)] = one
    return tuple(found.values())


def _is_manifest(path: str) -> bool:
    return bool(MANIFESTS.search(PurePosixPath(path).name))


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def _line(change: Change, path: str, name: str) -> int:
    return next((number for number, line in change.written(path) if name in line), 0)


# --- manifests
# ----------------------------------------------------------------------------------------------------


def _declared(path: str, text: str | None) -> Iterator[tuple[str, str]]:
    """Kind and name of each package that a manifest asks for."""
    name = PurePosixPath(path).name
    if not text:
        return
    try:
        if REQUIREMENTS.match(name):
            yield from (("python", found) for found in _requirements(text.splitlines()))
        elif name == "pyproject.toml":
            yield from (("python", found) for found in _pyproject(tomllib.loads(text)))
        elif name == "package.json":
            yield from (("node", found) for found in _package_json(json.loads(text)))
    except (ValueError, RecursionError):  # what does not parse is told by the gate "syntax"
        return


def _requirements(lines: list[str]) -> Iterator[str]:
    for line in lines:
        found = NAME.match(line) if isinstance(line, str) else None
        if found and "://" not in line.partition("#")[0]:
            yield found[1]


def _pyproject(read: Mapping[str, Any]) -> Iterator[str]:
    project, tool = _table(read.get("project")), _table(read.get("tool"))
    lists = [project.get("dependencies"), _table(read.get("build-system")).get("requires")]
    lists += [
        *_table(project.get("optional-dependencies")).values(),
        *_table(read.get("dependency-groups")).values(),
    ]
    for listed in lists:
        yield from _requirements(listed if isinstance(listed, list) else [])
    poetry = _table(tool.get("poetry"))
    groups = [_table(group).get("dependencies") for group in _table(poetry.get("group")).values()]
    for table in (poetry.get("dependencies"), poetry.get("dev-dependencies"), *groups):
        yield from (
            name for name, how in _table(table).items() if name != "python" and not _is_local(how)
        )


def _package_json(read: object) -> Iterator[str]:
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, version in _table(_table(read).get(key)).items():
            if not _is_local(version):
                yield name


def _is_local(how: object) -> bool:
    """A path, an address or another name: no index is asked for it."""
    if isinstance(how, dict):
        return bool({"path", "git", "url"} & how.keys())
    return isinstance(how, str) and bool(
        re.match(r"(?:file|link|workspace|git|https?|npm|github)[:+]", how)
    )


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


# --- imports
# ------------------------------------------------------------------------------------------------------


def _imported(change: Change) -> Iterator[Named]:
    own = {part for path in (*change.paths, *change.after) for part in _modules(path)}
    for path in change.after:
        if kind_of(path) not in ("code", "test"):
            continue
        for number, line in change.written(path):
            for kind, name in _imports(path, line):
                if kind == "node" or name not in own:
                    yield Named(
                        kind, ALIASES.get(name.casefold(), name), path, number, declared=False
                    )


def _modules(path: str) -> Iterator[str]:
    """The names under which Python may import a file of the repository."""
    yield from (part.partition(".")[0] for part in path.split("/"))


def _imports(path: str, line: str) -> Iterator[tuple[str, str]]:
    if path.endswith((".py", ".pyi")):
        found = IMPORT.match(line)
        names = re.split(r"\s*,\s*", found[1] or found[2]) if found else []
        tops = (name.partition(".")[0] for name in names)
        yield from (("python", top) for top in tops if top and top not in sys.stdlib_module_names)
    elif path.endswith((".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx")):
        yield from (("node", name) for name in REQUIRE.findall(line) if name not in NODE_OWN)
