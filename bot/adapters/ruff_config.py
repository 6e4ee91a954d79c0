"""Read what a repository tells ruff, or flake8 where it has no ruff, of the keys that we know."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

CONFIG_NAMES = (".ruff.toml", "ruff.toml", "pyproject.toml")  # the first of them is ruff's
LINT_KEYS = (
    "select",
    "extend-select",
    "ignore",
    "extend-ignore",
    "per-file-ignores",
    "extend-per-file-ignores",
    "isort",
    "pydocstyle",
    "mccabe",
    "pylint",
    "flake8-quotes",
    "flake8-bugbear",
    "pep8-naming",
    "external",
)
TOP_KEYS = (
    "line-length",
    "target-version",
    "exclude",
    "extend-exclude",
    "builtins",
    "src",
    "namespace-packages",
)
FLAKE8_NAMES = (".flake8", "setup.cfg", "tox.ini")
# Of flake8's codes those that are ruff's too: of pyflakes, bandit and bugbear.
SHARED_CODE = re.compile(r"F\d{0,3}|E9\d{0,2}|S\d{0,3}|B0\d\d")
MAX_EXTENDS = 5
DEFAULT_RULES = ("E4", "E7", "E9", "F")  # ruff's own, where a configuration selects none


def read_configs(files: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Read the configuration of each folder that has one; the root's stands under ""."""
    configs = {}
    for folder in dict.fromkeys(_folder_of(path) for path in files):
        if config := _read_folder(folder, files):
            configs[folder] = config
    if not configs and (config := _read_flake8(files)):
        configs[""] = config
    return configs


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _read_folder(folder: str, files: Mapping[str, str], depth: int = 0) -> dict[str, Any]:
    """Read the first of a folder's configurations that says something to ruff."""
    for name in CONFIG_NAMES:
        path = f"{folder}/{name}".lstrip("/")
        if document := _read_document(path, files):
            return _extend(folder, document, files, depth)
    return {}


def _read_document(path: str, files: Mapping[str, str]) -> dict[str, Any]:
    try:
        document = tomllib.loads(files.get(path, ""))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
    if path.endswith("pyproject.toml"):
        return _as_table(_as_table(document.get("tool")).get("ruff"))
    return document


def _extend(
    folder: str, document: dict[str, Any], files: Mapping[str, str], depth: int
) -> dict[str, Any]:
    """Lay a configuration over the one that it extends, where that is a file of the repository."""
    known = _keep_known_keys(document)
    extends = document.get("extend")
    if not isinstance(extends, str) or depth == MAX_EXTENDS:
        return known
    path = normpath(f"{folder}/{extends}".lstrip("/"))
    base_document = _read_document(path, files)
    if not base_document:
        return known
    base = _extend(_folder_of(path), base_document, files, depth + 1)
    return {**base, **known, "lint": {**base["lint"], **known["lint"]}}


def _as_table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _keep_known_keys(config: Mapping[str, Any]) -> dict[str, Any]:
    """Keep no `extend`, by which ruff would read a file of this machine.

    Ruff once had its lint keys at the top.
    """
    lint = {**config, **_as_table(config.get("lint"))}
    known: dict[str, Any] = {key: config[key] for key in TOP_KEYS if key in config}
    known["lint"] = {key: lint[key] for key in LINT_KEYS if key in lint}
    return known


def read_selected(theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """List the rules that a configuration selects; ruff's own where it names none."""
    if not theirs:
        return ()
    lint = theirs.get("lint", {})
    selected: list[str] = []
    for key in ("select", "extend-select"):
        codes = lint.get(key)
        if isinstance(codes, list):
            selected.extend(code for code in codes if isinstance(code, str))
    return tuple(selected) if isinstance(lint.get("select"), list) else (*DEFAULT_RULES, *selected)


# --- flake8 ---------------------------------------------------------------------------------------


def _read_flake8(files: Mapping[str, str]) -> dict[str, Any]:
    """Read which of the shared rules flake8 is told to ignore, and where it does not look."""
    for name in FLAKE8_NAMES:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(files.get(name, ""))
        except configparser.Error:
            continue
        if parser.has_section("flake8"):
            return _translate_flake8(dict(parser["flake8"]))
    return {}


def _translate_flake8(section: Mapping[str, str]) -> dict[str, Any]:
    options = {key.replace("_", "-"): value for key, value in section.items()}
    ignored = [*_list_codes(options.get("ignore")), *_list_codes(options.get("extend-ignore"))]
    lint = {
        "select": ["F", "E9"],
        "ignore": ignored,
        "per-file-ignores": dict(_read_ignores_by_file(options.get("per-file-ignores", ""))),
    }
    excluded = f"{options.get('exclude', '')},{options.get('extend-exclude', '')}"
    paths = [path.rstrip("/") for path in re.split(r"[,\s]+", excluded) if path]
    return {"extend-exclude": paths, "lint": lint}


def _list_codes(text: str | None) -> list[str]:
    return [code for code in re.split(r"[,\s]+", text or "") if SHARED_CODE.fullmatch(code)]


def _read_ignores_by_file(text: str) -> Iterator[tuple[str, list[str]]]:
    for paths, codes in re.findall(r"([^\s:][^:]*?)\s*:\s*([A-Z0-9, \t]+)", text):
        for path in re.split(r"[,\s]+", paths):
            yield path, _list_codes(codes)
