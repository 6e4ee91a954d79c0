"""Tell which tools a job calls that neither the machine has nor the job installs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.checks.command_wrappers import strip_program_folder, unwrap
from bot.checks.job_checks import FolderCommand, JobPlan
from bot.checks.manifest_plans import Repository
from bot.checks.node_manifests import bring_manager
from bot.checks.runner_setup import ONE_TIME
from bot.checks.shell_lines import split_words

# Tools that pip brings, by the name of the program; the package is called the same but for these.
PYTHON_TOOLS = frozenset(
    {"uv", "tox", "nox", "poetry", "pdm", "hatch", "pipenv", "pytest", "ruff", "black", "flake8"}
    | {"mypy", "isort", "codespell", "pylint", "pyright", "bandit", "coverage", "yamllint"}
    | {"interrogate", "build", "twine", "pydocstyle", "pycodestyle", "vulture", "deptry", "djlint"}
    | {"sphinx-build", "mkdocs", "invoke", "poe", "stestr", "nose2", "pyflakes", "pip-sync"}
)
PACKAGES = {"sphinx-build": "sphinx", "poe": "poethepoet", "pip-sync": "pip-tools"}
MANAGERS = frozenset({"pnpm", "yarn", "bun"})
# What makes an environment of its own, in which the tool inside is installed.
INSIDE = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "uvx", "pipx", "npx"})


def list_missing_tools(
    plan: JobPlan, setup: Sequence[FolderCommand], repository: Repository
) -> tuple[str, ...]:
    """List the commands that install such tools."""
    machine = repository.machine.programs
    own = " ".join(command.text for command in setup if _installs(command.text))
    manifests = " ".join(
        text
        for path, text in repository.texts.items()
        if path.endswith((".toml", ".txt", ".cfg", ".py", ".in"))
    )
    places = [*setup, *(check.place for check in plan.checks)]
    python: dict[str, None] = {}
    node: dict[str, None] = {}
    for place in places:
        for name in _list_called(place.text):
            if name in MANAGERS and name not in machine and f" {name}" not in own:
                node |= dict.fromkeys(
                    bring_manager(name, place.folder, repository.texts, repository.machine)
                )
            is_brought = name in machine or _names(own, name) or _names(manifests, name)
            is_inside = name in INSIDE and not _names(own, name)
            if name in PYTHON_TOOLS and name not in machine and (is_inside or not is_brought):
                python[PACKAGES.get(name, name)] = None
    packages = f"pip install {' '.join(python)}"
    return (*((packages,) if python else ()), *node)


def _installs(text: str) -> bool:
    return re.search(r"\b(?:pip|pipx|npm|tool)\b.* (?:install|i|inject)\b", text) is not None


def _list_called(text: str) -> Iterator[str]:
    """List the first program of a command; with `python -m`, the module."""
    wrapped = unwrap(split_words(text))
    if wrapped.wrappers and wrapped.wrappers[0] in ONE_TIME:
        return
    names = [name[0] for name in wrapped.wrappers if name != ("python", "-m")]
    outer = [*names, *wrapped.words[:1]][:1]
    yield from map(strip_program_folder, outer)


def _names(text: str, name: str) -> bool:
    return (
        re.search(rf"(?<![\w/-]){re.escape(PACKAGES.get(name, name))}(?![\w-])", text) is not None
    )
