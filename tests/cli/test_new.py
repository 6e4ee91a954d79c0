"""`greenlit new`: from a wish to a project, on this machine, without GitHub."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.cli.new import NewProject, build_ports, make_new_project
from bot.cli.new_demo import WISH
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import SolveSettings
from tests.folder_sandbox import FolderSandbox

SAMPLE = Path(str(files("bot.cli.demo").joinpath("new_project.yml")))
FILES = [
    ".github/workflows/test.yml",
    "README.md",
    "docs/spec.md",
    "docs/workflow.json",
    "expenses/__init__.py",
    "expenses/__main__.py",
    "expenses/commands.py",
    "expenses/ledger.py",
    "pyproject.toml",
    "tests/test_command.py",
    "tests/test_ledger.py",
]
COMMITS = [
    "Specify the project",
    "Plan the files and the workflow",
    "Write pyproject.toml, expenses/__init__.py, expenses/ledger.py and 1 more",
    "Write expenses/commands.py, tests/test_ledger.py",
    "Write expenses/__main__.py, tests/test_command.py",
    "Write README.md",
    "Mend expenses/ledger.py",
]


def git(folder, *asked):
    return subprocess.run(
        ["git", "-C", folder, *asked], check=True, capture_output=True, text=True
    ).stdout.splitlines()


def build_in_folders(settings, home, folder):
    """Build the ports, with a sandbox that runs jobs in folders."""
    ports = build_ports(settings, home, folder)
    return replace(ports, sandbox=FolderSandbox(ports.mirrors))


class Maker:
    """Makes projects with a scripted Claude."""

    def __init__(self, url, double):
        self.url, self.double = url, double

    def make(self, wish, folder, *, yes=True, build=build_in_folders, sandbox="none", **given):
        """Run the command; gives its exit code, and what it printed."""
        printed = StringIO()
        settings = SolveSettings(
            anthropic_api_key=SecretStr("k"), anthropic_url=self.url, sandbox=sandbox, **given
        )
        console = Console(file=printed, width=200)
        asked = NewProject(wish, folder, approves_all=yes)
        return make_new_project(console, lambda: settings, asked, build), printed.getvalue()


@pytest.fixture
def play():
    """Open a maker whose Claude plays these turns, or the sample's."""
    servers = []

    def start(*turns):
        script = Script.load(SAMPLE)
        if turns:
            script = Script(turns=turns)
        double = ClaudeDouble([script], pace=0)
        server = serve_claude(double)
        servers.append(server)
        return Maker(server.__enter__(), double)

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def list_answers(double):
    """List what the model was told, by its turns."""
    return [request.error for request in double.requests if request.error]


@pytest.mark.served
@pytest.mark.long
def test_a_wish_becomes_a_project_whose_tests_pass(play, tmp_path):
    """Specified, planned, written in batches, tried, mended where a test failed, and committed step
    by step; the end says what was built, how it is started and what it cost. Begun again, it is
    all in the record.
    """
    maker, folder = play(), tmp_path / "new/expenses"
    code, printed = maker.make(WISH, folder)
    asked = len(maker.double.requests)

    assert 0 == code, printed
    assert COMMITS == git(folder, "log", "--format=%s", "--reverse")
    assert FILES == git(folder, "ls-files")
    assert [] == git(folder, "status", "--porcelain")
    for words in (
        "report MONTH sums up a month",
        "check failed in 0.1 s with exit status 1.",
        "check passed in 0.1 s: Ran 5 tests.",
        "Made. 9 files are written, and every step passed: compile, execute, check.",
        f"  cd {folder}\n  EXPENSES_FILE=/tmp/e.json python3 -m expenses add 4.50 coffee",
        "7 turns of claude-opus-5-5, $0.",
    ):
        assert words in printed
    workflow = json.loads((folder / "docs/workflow.json").read_text())
    steps = [step["name"] for step in workflow["steps"]]
    assert ["init", "generate", "compile", "execute", "check"] == steps
    assert (0, asked) == (maker.make("", folder)[0], len(maker.double.requests))
