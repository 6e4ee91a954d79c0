"""Tell which tools a job calls that neither the machine has nor the job installs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.checks.command_wrappers import strip_program_folder, unwrap
from bot.checks.job_checks import FolderCommand
from bot.checks.manifest_plans import Repository
from bot.checks.node_manifests import bring_manager
from bot.checks.programs import BROUGHT
from bot.checks.python_manifests import strip_titles
from bot.checks.runner_setup import ONE_TIME
from bot.checks.shell_lines import split_words

# Tools that pip brings; the package is called as the program, but for those below.
PYTHON_TOOLS = frozenset(
    {"pytest", "ruff", "black", "flake8", "mypy", "isort", "codespell", "pylint", "pyright"}
    | {"bandit", "coverage", "yamllint", "interrogate", "build", "twine", "pydocstyle", "pyflakes"}
    | {"pycodestyle", "vulture", "deptry", "djlint", "sphinx-build", "mkdocs", "invoke", "poe"}
    | {"stestr", "nose2", "pip-sync", "pre-commit"}
)
PACKAGES = {"sphinx-build": "sphinx", "poe": "poethepoet", "pip-sync": "pip-tools"}
MANAGERS = frozenset({"pnpm", "yarn", "bun"})


@dataclass(frozen=True, slots=True)
class MissingTools:
    """Programs that are brought by their names, and commands that install others."""

    programs: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()  # commands that install what the job's own commands call
    packages: tuple[str, ...] = ()  # commands that install what only its checks call


def find_missing_tools(
    setup: Sequence[FolderCommand], checks: Sequence[FolderCommand], repository: Repository
) -> MissingTools:
    """Find such tools, by the programs that the commands of a job begin with."""
    own = " ".join(_read_installed(command.text) for command in setup)
    manifests = " ".join(_list_manifests(repository))
    called = [
        (name, place.folder)
        for place in [*setup, *checks]
        for name in _list_called(place.text)
        if name not in repository.machine.programs and not _names(own, name)
    ]
    packages = [
        PACKAGES.get(name, name)
        for name, _ in called
        if name in PYTHON_TOOLS and not _names(manifests, name)
    ]
    commands = [f"pip install {' '.join(dict.fromkeys(packages))}"] if packages else []
    managers: list[str] = []
    for name, folder in called:
        if name in MANAGERS:
            managers += bring_manager(name, folder, repository.texts, repository.machine)
    programs = dict.fromkeys(name for name, _ in called if name in BROUGHT)
    return MissingTools(tuple(programs), tuple(dict.fromkeys(managers)), tuple(commands))


def _list_manifests(repository: Repository) -> Iterable[str]:
    ends = (".toml", ".txt", ".cfg", ".py", ".in")
    texts = repository.texts.items()
    return (strip_titles(text) for path, text in texts if path.endswith(ends))


def _read_installed(text: str) -> str:
    """Read what a command installs, as it is written."""
    match = re.search(r"\b(?:pip|pipx|npm|tool)\b.* (?:install|i|inject)\b(.*)", text)
    return match[1] if match else ""


def _list_called(text: str) -> Iterator[str]:
    """List the first program of a command; with `python -m`, the module."""
    words = split_words(text)
    wrapped = unwrap(words)
    if wrapped.wrappers and wrapped.wrappers[0] in ONE_TIME:
        return
    if wrapped.words[:1] in (("sh",), ("bash",)) and "-c" in words:
        for line in words[-1].splitlines():
            yield from _list_called(line.strip())
        return
    names = [name[0] for name in wrapped.wrappers if name != ("python", "-m")]
    outer = [*names, *wrapped.words[:1]][:1]
    yield from map(strip_program_folder, outer)


def _names(text: str, name: str) -> bool:
    package = re.escape(PACKAGES.get(name, name))
    return re.search(rf"(?<![\w/-]){package}(?![\w-])", text) is not None
