"""Small repositories as texts: what is expected of each, then its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.checks import find_project_checks, list_check_files
from bot.values import Machine, ProjectChecks, RepoConfig

FOLDER = Path(__file__).parent / "projects"
FILE_MARK = "---- "
MACHINE = Machine(
    {"python3": "3.11.7", "node": "20.11.0", "npm": "10.2.4", "make": "4.3", "cmake": "3.25.1"}
    | {"cargo": "1.80.0", "java": "17.0.9"}
)


def read_project(name: str) -> tuple[str, dict[str, str]]:
    """Read the lines that are expected of a project, and its files by path."""
    expected, *sections = f"\n{(FOLDER / name).read_text()}".split(f"\n{FILE_MARK}")
    files = {}
    for section in sections:
        path, _, text = section.partition("\n")
        files[path] = text
    return expected.strip("\n"), files


def find_checks_of(files: Mapping[str, str], config: RepoConfig | None = None) -> ProjectChecks:
    """Find the checks of a repository with these files."""
    texts = {path: files[path] for path in list_check_files(files)}
    return find_project_checks(list(files), texts, config or RepoConfig(), MACHINE)


def render_checks(found: ProjectChecks) -> str:
    """Render what was found, a line for each check, set-up and sentence."""
    return "\n".join([*_render_checks(found), *_render_setups(found), *_render_left_out(found)])


def _render_checks(found: ProjectChecks) -> Iterator[str]:
    for check in found.checks:
        folder = f" in {check.folder}" if check.folder else ""
        variables = " ".join(f"{name}={value}" for name, value in check.environment.items())
        places = ",".join(str(found.setups.index(setup)) for setup in check.setups)
        yield f"{check.name}{folder} | {' ; '.join(check.commands)}"
        details = [check.only, variables, f"set-up {places}" if places else "", check.obstacle]
        yield from (f"    {detail}" for detail in details if detail)


def _render_setups(found: ProjectChecks) -> Iterator[str]:
    for number, setup in enumerate(found.setups):
        folder = f" in {setup.folder}" if setup.folder else ""
        yield f"set-up {number}{folder} | {', '.join(setup.programs)} | {', '.join(setup.inputs)}"
        yield from (f"    {command}" for command in setup.commands)


def _render_left_out(found: ProjectChecks) -> Iterator[str]:
    return (f"left out | {sentence}" for sentence in found.left_out)
