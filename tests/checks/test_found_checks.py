"""What is found in repositories as people write them; `tests/checks/projects` has one in each file.

A file begins with what is expected: a line for each check with its commands, below it the line for
chosen files, its variables, its set-up and what keeps it from running; then the set-ups.
"""

from __future__ import annotations

import random
import string

import pytest

from bot.checks import find_project_checks
from bot.values import Machine, ProjectChecks, RepoConfig
from tests.checks.project_files import (
    FOLDER,
    find_checks_of,
    read_project,
    render_checks,
)

PROJECTS = sorted(path.name for path in FOLDER.glob("*.txt"))
SEEDS = range(40)


@pytest.mark.parametrize("name", PROJECTS)
def test_what_a_maintainer_types_is_found(name):
    """The set-up, the checks, and what is left out with the reason."""
    expected, files = read_project(name)

    assert expected == render_checks(find_checks_of(files))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_file_breaks_the_search(seed):
    """Whatever strangers write, something is found or nothing: it never raises."""
    chance = random.Random(seed)
    _, files = read_project(chance.choice(PROJECTS))
    spoilt = {path: _spoil(text, chance) for path, text in files.items()}

    assert isinstance(find_checks_of(spoilt), ProjectChecks)


def _spoil(text: str, chance: random.Random) -> str:
    """Cut, double and change pieces of a text."""
    for _ in range(chance.randrange(6)):
        start = chance.randrange(len(text) + 1)
        end = start + chance.randrange(30)
        piece = "".join(chance.choices(string.printable, k=chance.randrange(8)))
        text = text[:start] + chance.choice((piece, text[start:end] * 3, "")) + text[end:]
    return text


def test_endless_files_are_cut():
    """A script, a matrix and an expression of any size take a moment, not memory."""
    rows = ", ".join(str(number) for number in range(400))
    steps = "".join(f"      - run: pytest test_{number}.py\n" for number in range(500))
    workflow = (
        "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n"
        f"    strategy: {{matrix: {{a: [{rows}], b: [{rows}], c: [{rows}]}}}}\n"
        f"    steps:\n      - run: ${{{{ {'(' * 5_000} }}}}\n{steps}"
    )
    found = find_checks_of({".github/workflows/ci.yml": workflow, "Makefile": "a:\n" * 90_000})

    assert 40 == len(found.checks)


def test_a_machine_that_nothing_is_known_of_lacks_nothing():
    """Whoever only lists the checks gives no machine."""
    _, files = read_project("go.txt")
    found = find_project_checks(list(files), files, RepoConfig(), Machine())

    assert [""] * 3 == [check.obstacle for check in found.checks]


@pytest.mark.parametrize(
    ("python", "chosen"),
    [("3.9.2", "py3.9"), ("3.11.7", "py3.12"), ("3.13.0", "py3.13"), ("", "py3.9")],
)
def test_the_entry_of_the_matrix_nearest_to_the_machine_is_taken(python, chosen):
    """By the version of the language; on a machine without one, the first."""
    workflow = (
        "on: pull_request\njobs:\n  test:\n    runs-on: ${{ matrix.os }}\n    strategy:\n"
        "      matrix:\n        os: [windows-latest, ubuntu-latest]\n"
        "        python: ['3.9', '3.12', '3.13', pypy3.10]\n"
        "        exclude: [{os: ubuntu-latest, python: '3.8'}]\n"
        "    steps:\n      - run: tox -e py${{ matrix.python }}\n"
    )
    programs = {"python3": python} if python else {}
    texts = {".github/workflows/ci.yml": workflow}
    found = find_project_checks(list(texts), texts, RepoConfig(), Machine(programs))

    assert [f"tox -e {chosen}"] == [command for each in found.checks for command in each.commands]


def test_set_up_of_the_configuration_is_for_the_checks_that_are_found():
    """Who configures the set-up alone has the checks found all the same."""
    _, files = read_project("pip_with_extras.txt")
    found = find_checks_of(files, RepoConfig(setup=("make venv",), install_scripts=True))

    assert {("make venv",)} == {setup.commands for check in found.checks for setup in check.setups}
    assert [True] == [setup.runs_scripts for setup in found.setups]


def test_checks_of_the_configuration_have_the_set_up_that_is_found():
    """And who configures checks alone has the set-up found."""
    _, files = read_project("npm_alone.txt")
    config = RepoConfig(checks=())
    found = find_checks_of(files, config)

    assert ((), ("npm install",)) == (found.checks, found.setups[0].commands)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("", "python3"),
        (">=3.9", "python3"),
        (">=3.8,<4", "python3"),
        ("^3.10", "python3"),
        ("~=3.11", "python3"),
        ("==3.11.*", "python3"),
        (">=3.12", "python3.12"),
        (">=3.8,<3.11", "python3.9"),
        (">=3.12, !=3.12.*, <=3.13", "python3.13"),
        (">=3.14", ""),
    ],
)
def test_the_python_that_a_project_asks_for_is_taken(wanted, chosen):
    """The machine's own where it fits, else the nearest; none is an obstacle."""
    pythons = {f"python3.{minor}": f"3.{minor}.2" for minor in (9, 12, 13)}
    machine = Machine({"python3": "3.11.7", **pythons})
    manifest = f'[project]\nname = "pod"\nrequires-python = "{wanted}"\n[tool.pytest]\n'
    texts = {"pyproject.toml": manifest}
    found = find_project_checks(list(texts), texts, RepoConfig(), machine)
    programs = [program for setup in found.setups for program in setup.programs]

    assert [chosen] * bool(chosen) == programs
    assert bool(chosen) == (not found.checks[0].obstacle)
