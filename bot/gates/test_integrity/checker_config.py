"""Here lives the reading of the settings of checkers, whatever their files are written in, as names
and values.
"""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml

from bot.gates.change import keep_handwritten
from bot.gates.syntax import is_nested_deep

FILE_CHARS = 200_000
DEPTH = 12
NAMES = re.compile(
    r"^(?:pyproject\.toml|setup\.cfg|tox\.ini|pytest\.ini|\.?coveragerc|\.coveragerc"
    r"|mypy\.ini|\.mypy\.ini|\.?ruff\.toml|\.flake8|\.?pylintrc|\.bandit|noxfile\.py"
    r"|\.eslintrc[\w.]*|eslint\.config\.\w+|tslint\.json|biome\.jsonc?|\.?stylelintrc[\w.]*"
    r"|tsconfig[\w.-]*\.json|jest\.config\.\w+|vitest\.config\.\w+|vite\.config\.\w+"
    r"|karma\.conf\.js|\.mocharc[\w.]*|\.?nycrc[\w.]*|\.c8rc[\w.]*|package\.json"
    r"|\.golangci\.ya?ml|clippy\.toml|\.?clippy\.toml|Cargo\.toml|\.rubocop[\w-]*\.yml"
    r"|\.rspec|phpunit[\w.]*\.xml[\w.]*"
    r"|phpstan\.neon[\w.]*|psalm\.xml|\.?codecov\.ya?ml|sonar-project\.properties"
    r"|Makefile|justfile|\.pre-commit-config\.ya?ml|\.gitlab-ci\.yml|azure-pipelines.*\.ya?ml"
    r"|\.travis\.yml|Jenkinsfile|build\.gradle(?:\.kts)?|pom\.xml|\.editorconfig"
    r"|pyrightconfig\.json|conftest\.py|\.swiftlint\.yml|detekt\.ya?ml|checkstyle\.xml)$",
    re.IGNORECASE,
)
LINE = re.compile(r"""^\s*["'<]?([\w.@/-]+)["']?\s*(?:[:=>]|\s=>)\s*(.*?)[,;]?\s*$""")


def is_settings(path: str) -> bool:
    return (
        bool(NAMES.match(PurePosixPath(path).name))
        or "/workflows/" in path
        or path.startswith(".circleci/")
    )


def settings(path: str, text: str | None) -> dict[str, tuple[str, ...]]:
    """Values by dotted name; a list's items one by one, a table's under their own names, a text's
    lines as they are.
    """
    if not text or len(text) > FILE_CHARS:
        return {}
    suffix = PurePosixPath(path).suffix.lower()
    try:
        read = _read(suffix, PurePosixPath(path).name.lower(), text)
    except (ValueError, yaml.YAMLError, configparser.Error, RecursionError):
        read = None
    if read is None:
        return _by_lines(text)
    found: dict[str, list[str]] = {}
    for name, value in _flat("", read, 0):
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _read(suffix: str, name: str, text: str) -> object:
    if suffix == ".toml":
        return tomllib.loads(text)
    if suffix in (".yml", ".yaml"):
        if re.search(r"[&*]\w+", text) or is_nested_deep(
            text
        ):  # aliases can make a few lines larger than the memory
            return None
        return yaml.safe_load(text)
    if suffix == ".json" or name in (".eslintrc", ".nycrc"):
        return json.loads(text)
    if suffix in (".ini", ".cfg") or name in (
        ".coveragerc",
        ".flake8",
        ".pylintrc",
        "pylintrc",
        ".bandit",
    ):
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        return {section: dict(parser[section]) for section in parser.sections()}
    return None


def _flat(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth < DEPTH:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}".lstrip("."), inner, depth + 1)
    elif isinstance(value, list) and depth < DEPTH:
        for inner in value:
            yield from _flat(name, inner, depth + 1)
    elif isinstance(value, str) and "\n" in value.strip():
        for line in value.strip().split("\n"):
            if line.strip():
                yield name, line.strip().rstrip(",")
    else:
        yield name, json.dumps(value) if not isinstance(value, str) else value.strip()


def _by_lines(text: str) -> dict[str, tuple[str, ...]]:
    """Of code, and of formats that nobody reads here: each line that names something and gives it a
    value.
    """
    found: dict[str, list[str]] = {}
    key = ""
    for line in keep_handwritten(text).split("\n"):
        named = LINE.match(line)
        if named:
            key = named[1]
            inside = (
                re.findall(r"""["']([^"']+)["']""", named[2]) if named[2].startswith("[") else []
            )
            found.setdefault(key, []).extend(inside or [named[2].strip("\"' ")])
        elif line.strip() and not line.strip().startswith(("#", "//")):
            found.setdefault(key, []).append(line.strip().strip(",\"' "))
    return {name: tuple(values) for name, values in found.items()}
