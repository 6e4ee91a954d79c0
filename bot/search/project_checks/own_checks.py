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

import yaml

from bot.text.code_line import shorten_code_line
from bot.text.strict_yaml import YamlLimits, YamlMistake, parse_yaml

FILE_BYTES = 200_000
LINE_CHARS = 400
MAX_NAMES = 12
YAML = YamlLimits(depth=20, values=20_000, aliases=True, loader=yaml.CSafeLoader)

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
    tools = _as_table(document.get("tool"))
    if requires := _as_table(document.get("project")).get("requires-python"):
        yield f"versions: Python {requires}"
    for name, (purpose, keys) in PYTHON_TOOLS.items():
        if name in tools:
            yield f"{purpose}: {name}{_render_settings(_flatten(_as_table(tools[name])), keys)}"
    for name, table in (("poe", "tasks"), ("pdm", "scripts"), ("taskipy", "tasks")):
        tasks = _as_table(_as_table(tools.get(name)).get(table))
        yield from _render_names(f"{name} {table}", tasks)
    environments = _as_table(_as_table(tools.get("hatch")).get("envs"))
    for name, environment in environments.items():
        yield from _render_names(f"hatch {name}", _as_table(_as_table(environment).get("scripts")))
    if "tox" in tools:
        yield from _render_names("tox", _as_table(_as_table(tools["tox"]).get("env")), checks=False)


def _flatten(table: Mapping[str, object]) -> dict[str, object]:
    """Take in what stands in `ini_options` and `lint`."""
    inner = {**_as_table(table.get("ini_options")), **_as_table(table.get("lint"))}
    return {**table, **inner}


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
    document = _as_table(json.loads(text))
    manager = str(document.get("packageManager") or "npm").partition("@")[0]
    if node := _as_table(document.get("engines")).get("node"):
        yield f"versions: Node {node}"
    yield from _render_names(f"{manager} run", _as_table(document.get("scripts")))


def _read_composer_json(text: str) -> Iterator[str]:
    yield from _render_names("composer", _as_table(_as_table(json.loads(text)).get("scripts")))


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
    targets = dict.fromkeys(MAKE_TARGET.findall(text))
    yield from _render_names("make", targets)


def _read_just(text: str) -> Iterator[str]:
    yield from _render_names("just", dict.fromkeys(MAKE_TARGET.findall(text)))


def _read_nox(text: str) -> Iterator[str]:
    yield from _render_names("nox", dict.fromkeys(NOX_SESSION.findall(text)), checks=False)


def _read_pre_commit(text: str) -> Iterator[str]:
    _, document = parse_yaml(text, YAML)
    hooks = []
    for repo in _as_list(_as_table(document).get("repos")):
        hooks += [_as_table(hook).get("id") for hook in _as_list(_as_table(repo).get("hooks"))]
    names = [str(hook) for hook in hooks if hook]
    if names:
        yield f"pre-commit: {', '.join(dict.fromkeys(names))}"


def _read_taskfile(text: str) -> Iterator[str]:
    _, document = parse_yaml(text, YAML)
    yield from _render_names("task", dict.fromkeys(_as_table(_as_table(document).get("tasks"))))


def _read_go_mod(text: str) -> Iterator[str]:
    version = GO_VERSION.search(text)
    yield f"tests: go test ./..., go vet, gofmt{f'; go {version[1]}' if version else ''}"


def _read_cargo(text: str) -> Iterator[str]:
    document = tomllib.loads(text)
    package = _as_table(document.get("package"))
    shared = _as_table(_as_table(document.get("workspace")).get("package"))
    checks = ["tests: cargo test, cargo fmt, cargo clippy"]
    for key in ("edition", "rust-version"):
        value = package.get(key) or shared.get(key)
        if isinstance(value, str):
            checks.append(f"{key} {value}")
    yield "; ".join(checks)


def _as_table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


UNREADABLE = (tomllib.TOMLDecodeError, ValueError, RecursionError, IniError, YamlMistake)
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
