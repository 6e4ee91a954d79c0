"""List the files that an environment depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.checks.shell_lines import split_words

# Manifests and locks, by their names.
MANIFESTS = frozenset(
    {"pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile"}
    | {"Pipfile.lock", "pylock.toml", "tox.ini", "noxfile.py", ".python-version", "hatch.toml"}
    | {"package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"}
    | {"pnpm-workspace.yaml", "bun.lock", "bun.lockb", ".npmrc", ".yarnrc.yml", ".nvmrc"}
    | {"go.mod", "go.sum", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "pom.xml"}
    | {"build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"}
    | {"gradle.lockfile", "libs.versions.toml", "Gemfile", "Gemfile.lock", "composer.json"}
    | {"composer.lock", "mix.exs", "mix.lock"}
)
REQUIREMENTS = re.compile(
    r"(?:[\w.-]*(?:requirements|constraints)[\w.-]*|requirements/[\w.-]+)\.(?:txt|in)$"
)
OTHERS = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|fixtures?|testdata|templates?|examples?)/"
)
MOST_INPUTS = 200


def list_inputs(commands: Iterable[str], folder: str, paths: Iterable[str]) -> tuple[str, ...]:
    """List the manifests and locks, and the files that the commands name."""
    words = {word for command in commands for word in split_words(command)}
    named = {f"{folder}/{word.removeprefix('./')}".lstrip("/") for word in words}
    inputs = [path for path in paths if path in named or is_manifest(path)]
    return tuple(sorted(inputs, key=lambda path: (path.count("/"), path))[:MOST_INPUTS])


def is_manifest(path: str) -> bool:
    """Tell whether a file says what a project is made of, by its name and place."""
    if OTHERS.search(path):
        return False
    return path.rpartition("/")[2] in MANIFESTS or REQUIREMENTS.search(path) is not None
