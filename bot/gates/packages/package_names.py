"""Find the packages that a change names anew, in manifests and in imports."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bot.gates.change import Change
from bot.search.source_files import kind_of

REQUIREMENTS = re.compile(
    r"^(?:[\w.-]*requirements[\w.-]*|constraints[\w.-]*)\.(?:txt|in)$|^requirements$", re.IGNORECASE
)
MANIFESTS = re.compile(
    r"requirements|constraints|^pyproject\.toml$|^setup\.(?:py|cfg)$|^Pipfile$"
    r"|^environment\.ya?ml$|^package\.json$"
)
PIP_EXTRAS = re.compile(r"(?:^|\s)#.*|\s--?\w.*|\s*\\\s*$")  # comment, options, next line
IMPORT = re.compile(r"^\s*(?:import\s+([\w.]+(?:\s*,\s*[\w.]+)*)|from\s+(\w[\w.]*)\s+import\b)")
NODE_IMPORT = re.compile(
    r"""(?:\bfrom\s+|\brequire\(\s*|\bimport\s*\(?\s*)"""
    r"""["'](@[\w.-]+/[\w.-]+|[A-Za-z][\w.-]*)(?:/[^"']*)?["']"""
)
NO_REGISTRY = re.compile(r"(?:file|link|workspace|git|https?|npm|github)[:+]")
NODE_MODULES = """
assert buffer child_process cluster console crypto dgram dns events fs http http2 https module net
os path perf_hooks process punycode querystring readline repl stream string_decoder test timers tls
tty url util v8 vm worker_threads zlib
"""
NODE_BUILTINS = frozenset(NODE_MODULES.split())
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
class NamedPackage:
    """A package by the name under which it is installed, and where the change names it."""

    kind: str  # "python" or "node": whose index it is in
    name: str
    path: str
    line: int
    declared: bool  # in a manifest; else only imported
    module: str = ""  # by which it is imported


def find_new_packages(change: Change) -> tuple[NamedPackage, ...]:
    """Find the packages that no manifest named before.

    Of imports, those that are neither declared nor of the repository.
    """
    packages: dict[tuple[str, str], NamedPackage] = {}
    for package in (*_find_new_declared(change), *_find_undeclared_imports(change)):
        packages.setdefault((package.kind, canonicalize_name(package.name)), package)
    return tuple(packages.values())


def _find_new_declared(change: Change) -> Iterator[NamedPackage]:
    old: set[str] = set()
    for path, text in change.before.items():
        old.update(canonicalize_name(name) for _, name in _read_manifest(path, text))
    for path, text in change.after.items():
        for kind, name in _read_manifest(path, text):
            if canonicalize_name(name) not in old:
                yield NamedPackage(kind, name, path, _find_line(change, path, name), declared=True)


def _find_line(change: Change, path: str, name: str) -> int:
    for number, line in change.handwritten_lines(path):
        if name in line:
            return number
    return 0


def _find_undeclared_imports(change: Change) -> Iterator[NamedPackage]:
    """Yield the imports whose names stand in no manifest, however it is written."""
    files = {**change.context, **change.after}
    manifests = [text for path, text in files.items() if MANIFESTS.search(PurePosixPath(path).name)]
    declared = canonicalize_name(" ".join(text for text in manifests if text))
    for package in _find_imports(change) if manifests else ():
        if canonicalize_name(package.name) not in declared:
            yield package


# --- manifests ------------------------------------------------------------------------------------


def _read_manifest(path: str, text: str | None) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each package that a manifest asks for."""
    file_name = PurePosixPath(path).name
    if not text:
        return
    try:
        if REQUIREMENTS.match(file_name):
            names = _read_requirements(text.splitlines())
        elif file_name == "pyproject.toml":
            names = _read_pyproject(tomllib.loads(text))
        elif file_name == "package.json":
            names = _read_package_json(json.loads(text))
        else:
            return
    except (ValueError, RecursionError):  # what does not parse is told by the gate "syntax"
        return
    kind = "node" if file_name == "package.json" else "python"
    for name in names:
        yield kind, name


def _read_requirements(requirements: Iterable[object]) -> Iterator[str]:
    """Yield the names that an index is asked for; what pip cannot read it cannot install either."""
    for requirement in requirements:
        if not isinstance(requirement, str):
            continue
        try:
            parsed = Requirement(PIP_EXTRAS.sub("", requirement))
        except InvalidRequirement:
            continue
        if not parsed.url:
            yield parsed.name


def _read_pyproject(document: Mapping[str, Any]) -> Iterator[str]:
    project, tool = _as_table(document.get("project")), _as_table(document.get("tool"))
    build = _as_table(document.get("build-system"))
    optional = _as_table(project.get("optional-dependencies"))
    groups = _as_table(document.get("dependency-groups"))
    lists = (
        project.get("dependencies"), build.get("requires"), *optional.values(), *groups.values()
    )  # fmt: skip
    for requirements in lists:
        if isinstance(requirements, list):
            yield from _read_requirements(requirements)
    yield from _read_poetry(_as_table(tool.get("poetry")))


def _read_poetry(poetry: Mapping[str, Any]) -> Iterator[str]:
    groups = [_as_table(group) for group in _as_table(poetry.get("group")).values()]
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [group.get("dependencies") for group in groups]
    for table in tables:
        for name, source in _as_table(table).items():
            if name != "python" and not _is_local(source):
                yield name


def _read_package_json(document: object) -> Iterator[str]:
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        for name, version in _as_table(_as_table(document).get(key)).items():
            if not _is_local(version):
                yield name


def _is_local(source: object) -> bool:
    """Tell whether it is a path, an address or another name, for which no index is asked."""
    if isinstance(source, dict):
        return bool({"path", "git", "url"} & source.keys())
    return isinstance(source, str) and bool(NO_REGISTRY.match(source))


def _as_table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


# --- imports --------------------------------------------------------------------------------------


def _find_imports(change: Change) -> Iterator[NamedPackage]:
    # The names under which Python may import a file of the repository.
    own: set[str] = set()
    for path in (*change.paths, *change.after):
        own.update(part.partition(".")[0] for part in path.split("/"))
    for path in change.after:
        if kind_of(path) not in ("code", "test"):
            continue
        for number, line in change.handwritten_lines(path):
            if path.endswith((".py", ".pyi")):
                modules = [name for name in _read_python_import(line) if name not in own]
                kind = "python"
            elif path.endswith((".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx")):
                modules = [name for name in NODE_IMPORT.findall(line) if name not in NODE_BUILTINS]
                kind = "node"
            else:
                break
            for name in modules:
                installed = ALIASES.get(name.casefold(), name)
                yield NamedPackage(kind, installed, path, number, declared=False, module=name)


def _read_python_import(line: str) -> Iterator[str]:
    """Yield the top-level names of an import that are not of the standard library."""
    imported = IMPORT.match(line)
    if not imported:
        return
    for module in re.split(r"\s*,\s*", imported[1] or imported[2]):
        name = module.partition(".")[0]
        if name and name not in sys.stdlib_module_names:
            yield name
