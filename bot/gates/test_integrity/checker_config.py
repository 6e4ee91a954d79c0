"""Read the settings of checkers as names and values, whatever their files are written in."""

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
MAX_DEPTH = 12
FILE_NAMES = re.compile(
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
INI_NAMES = (".coveragerc", ".flake8", ".pylintrc", "pylintrc", ".bandit")
ASSIGNMENT = re.compile(r"""^\s*["'<]?([\w.@/-]+)["']?\s*(?:[:=>]|\s=>)\s*(.*?)[,;]?\s*$""")
QUOTED = re.compile(r"""["']([^"']+)["']""")


def is_checker_config(path: str) -> bool:
    """Tell by its path whether a file configures a checker or CI."""
    if FILE_NAMES.match(PurePosixPath(path).name):
        return True
    return "/workflows/" in path or path.startswith(".circleci/")


def read_settings(path: str, text: str | None) -> dict[str, tuple[str, ...]]:
    """Read values by dotted name.

    A list gives its items one by one, a table its entries under their own names, a text of several
    lines its lines.
    """
    if not text or len(text) > FILE_CHARS:
        return {}
    try:
        document = _parse(path, text)
    except (ValueError, yaml.YAMLError, configparser.Error, RecursionError):
        document = None
    entries = _read_lines(text) if document is None else _flatten("", document, 0)
    values: dict[str, list[str]] = {}
    for name, value in entries:
        values.setdefault(name, []).append(value)
    return {name: tuple(listed) for name, listed in values.items()}


def _parse(path: str, text: str) -> object:
    """Parse a file of a known format; None for any other."""
    suffix, name = PurePosixPath(path).suffix.lower(), PurePosixPath(path).name.lower()
    if suffix == ".toml":
        return tomllib.loads(text)
    if suffix in (".yml", ".yaml"):
        # Aliases can make a few lines larger than the memory.
        if re.search(r"[&*]\w+", text) or is_nested_deep(text):
            return None
        return yaml.safe_load(text)
    if suffix == ".json" or name in (".eslintrc", ".nycrc"):
        return json.loads(text)
    if suffix in (".ini", ".cfg") or name in INI_NAMES:
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        return {section: dict(parser[section]) for section in parser.sections()}
    return None


def _flatten(name: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth < MAX_DEPTH:
        for key, inner in value.items():
            yield from _flatten(f"{name}.{key}".lstrip("."), inner, depth + 1)
    elif isinstance(value, list) and depth < MAX_DEPTH:
        for inner in value:
            yield from _flatten(name, inner, depth + 1)
    elif not isinstance(value, str):
        yield name, json.dumps(value, default=str, skipkeys=True)  # dates, for one
    elif "\n" in value.strip():
        lines = [line.strip().rstrip(",") for line in value.split("\n") if line.strip()]
        yield from ((name, line) for line in lines)
    else:
        yield name, value.strip()


def _read_lines(text: str) -> Iterator[tuple[str, str]]:
    """Read code, and formats that are not parsed here, line by line.

    A line names something and gives it a value, or goes on with the value of the line before.
    """
    name = ""
    for line in keep_handwritten(text).split("\n"):
        plain = line.strip()
        assignment = ASSIGNMENT.match(line)
        if assignment:
            name, value = assignment.groups()
            items = QUOTED.findall(value) if value.startswith("[") else []
            for item in items or [value.strip("\"' ")]:
                yield name, item
        elif plain and not plain.startswith(("#", "//")):
            yield name, plain.strip(",\"' ")
