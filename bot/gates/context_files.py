"""Name the unchanged files that the gates read beside a change: configurations, and neighbours."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.gates.changelog.changelog_places import list_changelog_context

# What the repository says of its linter, its packages and its licence.
CONTEXT_FILES = (
    "pyproject.toml",
    "ruff.toml",
    ".ruff.toml",
    ".flake8",
    "tox.ini",
    ".pre-commit-config.yaml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "package.json",
    "requirements.txt",
    "requirements-dev.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "LICENCE",
    "COPYING",
    "NOTICE",
)
LINTER_CONFIGS = ("pyproject.toml", "ruff.toml", ".ruff.toml")
NODE_MANIFESTS = ("package.json",)
SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx")
REQUIREMENTS = re.compile(r"(?:^|/)(?:requirements[\w-]*/)?[\w-]*requirements[\w-]*\.(?:txt|in)$")
IN_REQUIREMENTS = re.compile(r"^requirements/[\w-]+\.(?:txt|in)$")
MAX_CONFIGS = 60
MAX_NEIGHBOURS = 8  # of a folder
MAX_FOLDERS = 12


def list_context_files(changed: Collection[str], paths: Collection[str]) -> tuple[str, ...]:
    """List the files that configure what the gates judge by, those near the changed files too."""
    known = frozenset(paths)
    configs = dict.fromkeys(CONTEXT_FILES)
    for path in changed:
        if path.endswith((".py", ".pyi")):
            configs.update(dict.fromkeys(_list_configs_above(path, known, LINTER_CONFIGS)))
        elif path.endswith(SCRIPTS):
            configs.update(dict.fromkeys(_list_configs_above(path, known, NODE_MANIFESTS)))
    for path in paths:
        if REQUIREMENTS.search(path) or IN_REQUIREMENTS.match(path):
            configs.setdefault(path)
    chosen = tuple(configs)[:MAX_CONFIGS]
    return tuple(dict.fromkeys((*chosen, *list_changelog_context(paths))))


def _list_configs_above(path: str, known: Collection[str], names: Collection[str]) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    while folder:
        for name in names:
            if f"{folder}/{name}" in known:
                yield f"{folder}/{name}"
        folder = folder.rpartition("/")[0]


def list_neighbours(changed: Collection[str], paths: Collection[str]) -> tuple[str, ...]:
    """List some unchanged files that lie beside the changed ones and are of their kind."""
    wanted: dict[tuple[str, str], int] = {}
    for path in changed:
        wanted[_place_of(path)] = MAX_NEIGHBOURS
        if len(wanted) == MAX_FOLDERS:
            break
    neighbours = []
    for path in paths:
        place = _place_of(path)
        if wanted.get(place) and path not in changed:
            wanted[place] -= 1
            neighbours.append(path)
    return tuple(neighbours)


def _place_of(path: str) -> tuple[str, str]:
    """Return the folder and the ending of a path."""
    folder, _, name = path.rpartition("/")
    return folder, name.rpartition(".")[2]
