"""The set-up and the checks that a repository names itself in `.github/greenlit.yml`."""

from __future__ import annotations

from bot.checks import find_project_checks
from bot.steps.repo_config import read_config
from bot.values import Machine

CONFIG = """\
setup: [pip install -e .]
checks:
  test: pytest
  lint: {run: ruff check src, folder: tools}
  types: {run: scripts/types.sh, only: "scripts/types.sh '{only}'"}
  vet: go vet ./...
install_scripts: true
"""
PATHS = ("pyproject.toml", "src/app.py", "tests/test_app.py")
MACHINE = Machine({"python3": "3.11.7"})


def test_what_is_configured_is_taken_as_it_is():
    """Kind and the line for chosen files are found out where they are not given."""
    found = find_project_checks(PATHS, {}, read_config(CONFIG), MACHINE)
    (setup,) = found.setups

    assert [
        ("test", "test", ("pytest",), "pytest {only}", ""),
        ("lint", "lint", ("ruff check src",), "ruff check {only}", "tools"),
        ("types", "types", ("scripts/types.sh",), "scripts/types.sh '{only}'", ""),
        ("vet", "lint", ("go vet ./...",), "go vet {only}", ""),
    ] == [(each.name, each.kind, each.commands, each.only, each.folder) for each in found.checks]
    assert (("pip install -e .",), ("pyproject.toml",), True) == (
        setup.commands,
        setup.inputs,
        setup.runs_scripts,
    )
    assert {(setup,)} == {check.setups for check in found.checks}


def test_what_the_machine_lacks_is_told_with_what_brings_it():
    """A check that cannot run here says why."""
    found = find_project_checks(PATHS, {}, read_config(CONFIG), MACHINE)
    obstacles = {check.name: check.obstacle for check in found.checks}

    assert {
        "test": "",
        "lint": "",
        "types": "",
        "vet": "There is no go on this machine. apt-get install golang-go brings it.",
    } == obstacles


def test_no_setup_and_no_checks_can_be_asked_for():
    """An empty list is a choice, and nothing is looked for then."""
    found = find_project_checks(PATHS, {}, read_config("setup: []\nchecks: {}\n"), MACHINE)

    assert ((), ()) == (found.setups, found.checks)
