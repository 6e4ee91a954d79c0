"""List how a repository checks itself, by the configuration files at its root."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from contextlib import suppress
from types import MappingProxyType

from bot.text.code_line import shorten_code_line
from bot.text.strict_yaml import LENIENT, YamlMistake, parse_yaml

FILE_BYTES = 200_000
LINE_CHARS = 400
MAX_NAMES = 12

# Scripts, targets and sessions that check something, by their names.
CHECK_NAME = re.compile(
    r"(?:^|[-_:.])(tests?|unit|spec|e2e|lint|check|fmt|format|style|types?|typecheck|typing|tsc|mypy"
    r"|ruff|vet|ci|verify|validate|build|docs?|cover(?:age)?|bench|quick|all)(?:$|[-_:.])",
    re.IGNORECASE,
)
MAKE_TARGET = re.compile(r"^([A-Za-z][\w.-]*)\s*:(?!=)", re.MULTILINE)
NOX_SESSION = re.compile(r"@(?:nox\.)?session\b[^\n]*\n(?:[ \t@)\]][^\n]*\n){0,20}def (\w+)")
GO_VERSION = re.compile(r"^go\s+([\d.]+)", re.MULTILINE)
# What a section of pyproject.toml says that is worth a word, and what it is for.
PYTHON_TOOLS = MappingProxyType(
    {
        "pytest": ("tests", ("testpaths", "addopts")),
        "ruff": ("lint", ("line-length", "select", "extend-select", "ignore")),
        "black": ("format", ("line-length",)),
        "isort": ("format", ("profile",)),
        "flake8": ("lint", ("max-line-length",)),
        "pylint": ("lint", ()),
        "mypy": ("types", ("strict", "files")),
        "pyright": ("types", ("typeCheckingMode", "include")),
        "ty": ("types", ()),
        "coverage": ("tests", ()),
        "codespell": ("lint", ()),
        "interrogate": ("lint", ("fail-under",)),
        "towncrier": ("release notes", ("directory",)),
    }
)
# Files whose being there is all that is told.
PLAIN_FILES = MappingProxyType(
    {
        ".flake8": "lint: flake8",
        ".pylintrc": "lint: pylint",
        "mypy.ini": "types: mypy",
        ".mypy.ini": "types: mypy",
        "pyrightconfig.json": "types: pyright",
        "ruff.toml": "lint: ruff",
        ".ruff.toml": "lint: ruff",
        "pytest.ini": "tests: pytest",
        "tsconfig.json": "types: tsc",
        "eslint.config.js": "lint: eslint",
        "eslint.config.mjs": "lint: eslint",
        "eslint.config.ts": "lint: eslint",
        ".eslintrc": "lint: eslint",
        ".eslintrc.js": "lint: eslint",
        ".eslintrc.cjs": "lint: eslint",
        ".eslintrc.json": "lint: eslint",
        ".eslintrc.yml": "lint: eslint",
        ".prettierrc": "format: prettier",
        ".prettierrc.json": "format: prettier",
        "prettier.config.js": "format: prettier",
        "biome.json": "lint and format: biome",
        "deno.json": "lint, format and tests: deno",
        ".golangci.yml": "lint: golangci-lint",
        ".golangci.yaml": "lint: golangci-lint",
        "rustfmt.toml": "format: rustfmt",
        ".rustfmt.toml": "format: rustfmt",
        "clippy.toml": "lint: clippy",
        ".rubocop.yml": "lint: rubocop",
        ".rspec": "tests: rspec",
        "phpunit.xml": "tests: phpunit",
        "phpunit.xml.dist": "tests: phpunit",
        "phpstan.neon": "types: phpstan",
        "phpstan.neon.dist": "types: phpstan",
        ".clang-format": "format: clang-format",
        ".clang-tidy": "lint: clang-tidy",
        "CMakeLists.txt": "build: cmake",
        "pom.xml": "build and tests: maven",
        "build.gradle": "build and tests: gradle",
        "build.gradle.kts": "build and tests: gradle",
        "build.sbt": "build and tests: sbt",
        "mix.exs": "tests: mix test",
        "Package.swift": "build and tests: swift",
        ".markdownlint.json": "lint: markdownlint",
        ".changeset/config.json": "release notes: changesets",
    }
)


def list_own_checks(files: Mapping[str, bytes]) -> list[str]:
    """List a line for each tool or set of commands, with the file that says so.

    `files` are those of CHECK_FILES that the repository has. What cannot be read is passed over.
    """
    lines: list[str] = []
    for path, read in READERS.items():
        data = files.get(path, b"")
        if data and len(data) <= FILE_BYTES:
            with suppress(*UNREADABLE):
                descriptions = read(data.decode("utf-8", "replace"))
                lines += [f"{' '.join(line.split())} ({path})" for line in descriptions]
    lines += [f"{tool} ({path})" for path, tool in PLAIN_FILES.items() if path in files]
    return [shorten_code_line(line, LINE_CHARS) for line in dict.fromkeys(lines)]


def _read_pyproject(text: str) -> Iterator[str]:
    document = tomllib.loads(text)
    tools = _read_table(document, "tool")
    if requires := _read_table(document, "project").get("requires-python"):
        yield f"versions: Python {requires}"
    for name, (purpose, keys) in PYTHON_TOOLS.items():
        if name in tools:
            yield f"{purpose}: {name}{_render_settings(_flatten(_read_table(tools, name)), keys)}"
    for name, table in (("poe", "tasks"), ("pdm", "scripts"), ("taskipy", "tasks")):
        yield from _render_names(f"{name} {table}", _read_table(tools, name, table))
    environments = _read_table(tools, "hatch", "envs")
    for name in environments:
        yield from _render_names(f"hatch {name}", _read_table(environments, name, "scripts"))
    yield from _render_names("tox", _read_table(tools, "tox", "env"), checks=False)


def _flatten(table: Mapping[str, object]) -> dict[str, object]:
    """Take in what stands in `ini_options` and `lint`."""
    return {**table, **_read_table(table, "ini_options"), **_read_table(table, "lint")}


def _render_settings(table: Mapping[str, object], keys: tuple[str, ...]) -> str:
    settings = [f"{key} {_render_value(table[key])}" for key in keys if key in table]
    return f", {', '.join(settings)}" if settings else ""


def _render_value(value: object) -> str:
    if isinstance(value, list):
        items = [str(item) for item in value[:MAX_NAMES]]
        if len(value) > MAX_NAMES:
            items.append("...")
        return " ".join(items)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _render_names(
    title: str, commands: Mapping[str, object], *, checks: bool = True
) -> Iterator[str]:
    """Name the commands that check, with what they run where that is a text."""
    names = [name for name in commands if not checks or CHECK_NAME.search(name)]
    rendered = []
    for name in names[:MAX_NAMES]:
        command = commands[name]
        text = shorten_code_line(" ".join(command.split()), 70) if isinstance(command, str) else ""
        rendered.append(f"{name} = {text}" if text else name)
    if rendered:
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        yield f"{title}: {'; '.join(rendered)}{more}"


def _read_package_json(text: str) -> Iterator[str]:
    document = _read_table(json.loads(text))
    manager = str(document.get("packageManager") or "npm").partition("@")[0]
    if node := _read_table(document, "engines").get("node"):
        yield f"versions: Node {node}"
    yield from _render_names(f"{manager} run", _read_table(document, "scripts"))


def _read_composer_json(text: str) -> Iterator[str]:
    yield from _render_names("composer", _read_table(json.loads(text), "scripts"))


def _read_ini(text: str) -> Iterator[str]:
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    parser.read_string(text)
    for section in parser.sections():
        name = section.removeprefix("tool:")
        if name in PYTHON_TOOLS:
            purpose, keys = PYTHON_TOOLS[name]
            yield f"{purpose}: {name}{_render_settings(dict(parser[section]), keys)}"
    if "tox" in parser:
        tox = parser["tox"]
        yield f"tox: environments {_join(tox.get('envlist') or tox.get('env_list'))}"
    if "testenv" in parser:
        yield f"tox runs: {_join(parser['testenv'].get('commands'))}"


def _join(text: str | None) -> str:
    return shorten_code_line(" ".join((text or "as its file says").split()), LINE_CHARS // 2)


def _read_make(text: str) -> Iterator[str]:
    yield from _render_names("make", dict.fromkeys(MAKE_TARGET.findall(text)))


def _read_just(text: str) -> Iterator[str]:
    yield from _render_names("just", dict.fromkeys(MAKE_TARGET.findall(text)))


def _read_nox(text: str) -> Iterator[str]:
    yield from _render_names("nox", dict.fromkeys(NOX_SESSION.findall(text)), checks=False)


def _read_pre_commit(text: str) -> Iterator[str]:
    _, document = parse_yaml(text, LENIENT)
    hooks = []
    for repo in _as_list(_read_table(document).get("repos")):
        hooks += [_read_table(hook).get("id") for hook in _as_list(_read_table(repo).get("hooks"))]
    names = [str(hook) for hook in hooks if hook]
    if names:
        yield f"pre-commit: {', '.join(dict.fromkeys(names))}"


def _read_taskfile(text: str) -> Iterator[str]:
    _, document = parse_yaml(text, LENIENT)
    yield from _render_names("task", dict.fromkeys(_read_table(document, "tasks")))


def _read_go_mod(text: str) -> Iterator[str]:
    version = GO_VERSION.search(text)
    yield f"tests: go test ./..., go vet, gofmt{f'; go {version[1]}' if version else ''}"


def _read_cargo(text: str) -> Iterator[str]:
    document = tomllib.loads(text)
    package = _read_table(document, "package")
    shared = _read_table(document, "workspace", "package")
    checks = ["tests: cargo test, cargo fmt, cargo clippy"]
    for key in ("edition", "rust-version"):
        value = package.get(key) or shared.get(key)
        if isinstance(value, str):
            checks.append(f"{key} {value}")
    yield "; ".join(checks)


def _read_table(value: object, *keys: str) -> Mapping[str, object]:
    """Read the table at the keys, one inside the other; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


# A mistake in TOML or JSON is a ValueError.
UNREADABLE = (ValueError, RecursionError, IniError, YamlMistake)
READERS: Mapping[str, Callable[[str], Iterator[str]]] = MappingProxyType(
    {
        "pyproject.toml": _read_pyproject,
        "setup.cfg": _read_ini,
        "tox.ini": _read_ini,
        "noxfile.py": _read_nox,
        "package.json": _read_package_json,
        "composer.json": _read_composer_json,
        "go.mod": _read_go_mod,
        "Cargo.toml": _read_cargo,
        "Makefile": _read_make,
        "GNUmakefile": _read_make,
        "justfile": _read_just,
        "Justfile": _read_just,
        "Taskfile.yml": _read_taskfile,
        "Taskfile.yaml": _read_taskfile,
        ".pre-commit-config.yaml": _read_pre_commit,
    }
)
CHECK_FILES = (*READERS, *PLAIN_FILES)
