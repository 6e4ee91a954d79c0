"""`greenlit checks` and `greenlit run`: what they print of a folder's own checks, and what comes of
running them.
"""

from __future__ import annotations

import json
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from rich.console import Console
from typer.main import get_command

from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.cli.checked_folder import OpenSandbox
from bot.cli.commands import app
from bot.cli.list_checks import list_checks
from bot.cli.run_locally import RunOptions, run_checks
from bot.ports import NoSandbox, Sandbox
from bot.values import Machine, SandboxState
from tests.tier_required import require_tier

FILES = {
    ".github/greenlit.yml": (
        "setup: []\n"
        "checks:\n"
        "  test: {run: python3 -m unittest discover, only: 'python3 -m unittest {only}'}\n"
        "  lint: test ! -e bad.py\n"
        "  vet: go vet ./...\n"
    ),
    "cart.py": "def total(prices):\n    return sum(prices)\n",
    "test_cart.py": (
        "import unittest\n\nimport cart\n\n\nclass TestCart(unittest.TestCase):\n"
        "    def test_total(self):\n        self.assertEqual(3, cart.total([1, 2]))\n"
    ),
}
WORKFLOW = """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: sudo apt-get install -y graphviz
      - run: pip install -r requirements.txt
      - run: pytest tests
      - run: go vet ./...
"""


class KnownMachine(NoSandbox):
    """A machine with Python 3.11 alone, and no sandbox."""

    def find_machine(self) -> Machine:
        """Return Python."""
        return Machine({"python3": "3.11.7"})


class SandboxWithPython(LocalSandbox):
    """The real sandbox, which asks no program for its version."""

    def find_machine(self) -> Machine:
        """Return Python."""
        return Machine({"python3": "3.11.7"})


def make_repository(root: Path, files: dict[str, str]) -> Path:
    """Commit the files in a new repository."""
    write(root, files)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for words in (("init", "--quiet"), ("add", "."), (*who, "commit", "--quiet", "-m", "Cart")):
        subprocess.run(["git", "-C", root, *words], check=True, capture_output=True)
    return root


def write(root: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def open_nothing(_mirrors: GitMirrors) -> Sandbox:
    """Open a sandbox that runs nothing."""
    return KnownMachine()


def show_list(folder: Path, *, width: int = 80) -> tuple[int, str]:
    """Show the checks of a folder; return the exit code and what is printed."""
    out = StringIO()
    code = list_checks(Console(file=out, width=width), open_nothing, folder, as_json=False)
    return code, out.getvalue()


def test_checks_are_listed_with_their_sources(tmp_path):
    """Name, command, where it was found, what keeps it from running, and the set-up."""
    folder = make_repository(
        tmp_path, {".github/workflows/ci.yml": WORKFLOW, "requirements.txt": ""}
    )
    code, page = show_list(folder)

    assert 1 == code
    assert (
        snapshot("""\
test    pytest tests
        .github/workflows/ci.yml, job test
lint    go vet ./...
        .github/workflows/ci.yml, job test
        Cannot run here. There is no go on this machine. apt-get install
        golang-go brings it.

Set-up for test, with python3
    .github/workflows/ci.yml, job test
    pip install -r requirements.txt
    pip install pytest

Left out
    .github/workflows/ci.yml, job test: “sudo apt-get install -y graphviz” is
    not run: it changes the machine.

Nothing is run here. No sandbox is set up here.
""")
        == page
    )


def test_a_folder_without_checks_says_how_to_name_them(tmp_path):
    """Nothing found is told, with the next step."""
    code, page = show_list(make_repository(tmp_path, {"README": "Hello"}))

    assert 1 == code
    assert (
        snapshot("""\
No check was found: no workflow and no manifest tells of one.
Name them under `checks:` in .github/greenlit.yml.

Nothing is run here. No sandbox is set up here.
""")
        == page
    )


def test_the_list_is_there_for_programs(tmp_path, capsys):
    """With --json: set-ups are named by their places."""
    folder = make_repository(
        tmp_path, {".github/workflows/ci.yml": WORKFLOW, "requirements.txt": ""}
    )
    code = list_checks(Console(file=StringIO()), open_nothing, folder, as_json=True)
    listed = json.loads(capsys.readouterr().out)

    assert 1 == code
    assert ["test", "lint"] == [check["name"] for check in listed["checks"]]
    assert [[0], []] == [check["setups"] for check in listed["checks"]]
    assert ["pip install -r requirements.txt"] == listed["setups"][0]["commands"][:1]
    assert "none" == listed["sandbox"]["tier"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({".github/greenlit.yml": "checks: 3\n"}, "`checks` cannot be `3`."),
        ({".github/greenlit.yml": "sandbox: off\n"}, "`sandbox: off` in .github/greenlit.yml"),
        ({"a.py": ""}, "Nothing is run here. No sandbox is set up here."),
    ],
)
def test_what_cannot_be_run_is_told(tmp_path, capsys, files, told):
    """A wrong configuration, a repository that forbids it, and a machine without a sandbox."""
    folder = make_repository(tmp_path, files)
    code = run_checks(Console(file=StringIO()), open_nothing, folder, RunOptions())

    assert 2 == code
    assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("typed", "check", "only"),
    [
        ("-- a.py b.py", "", ("a.py", "b.py")),
        ("--log --repo . -- a.py", "", ("a.py",)),
        ("lint -- a.py --b.py", "lint", ("a.py", "--b.py")),
        ("lint a.py -- b.py", "lint", ("a.py", "b.py")),
        ("lint", "lint", ()),
        ("", "", ()),
    ],
)
def test_what_stands_behind_two_dashes_is_no_check(typed, check, only):
    """The tests are meant where none is named before them."""
    run = get_command(app).commands["run"]
    read = run.make_context("run", typed.split()).params

    assert (check, only) == (read["check"], tuple(read["only"] or ()))


@pytest.mark.served
@pytest.mark.long
def test_checks_run_on_the_files_as_they_lie_there(tmp_path, capsys):
    """Committed or not: passed is 0, failed is 1 with what failed, what cannot run is 2."""
    require_tier(Bubblewrap())
    folder = make_repository(tmp_path / "cart", FILES)
    open_sandbox = open_bubblewrap(tmp_path / "sandbox")

    def run(*words: str, only: tuple[str, ...] = ()) -> tuple[int, str]:
        out = StringIO()
        options = RunOptions(" ".join(words), only)
        code = run_checks(Console(file=out, width=80), open_sandbox, folder, options)
        return code, f"{out.getvalue()}{capsys.readouterr().err}"

    passed = run()
    write(folder, {"cart.py": "def total(prices):\n    return len(prices)\n", "bad.py": ""})
    failed = run("test", only=("test_cart.TestCart.test_total",))
    (folder / "bad.py").write_bytes(b"\0")
    everything = run("all")
    impossible, unknown, several = run("vet"), run("tests"), run("lint", only=("cart.py",))

    assert (0, "test passed.") == (passed[0], passed[1][:12])
    assert (1, 1, 2, 2, 2) == tuple(
        each[0] for each in (failed, everything, impossible, unknown, several)
    )
    assert "AssertionError: 3 != 2" in failed[1]
    assert "Not taken along, since they hold no text: bad.py." in everything[1]
    assert "There is no go on this machine." in impossible[1]
    assert "There is no check tests. Its checks: test, lint, vet." in unknown[1]
    assert "lint can only run as a whole" in several[1]


def open_bubblewrap(folder: Path) -> OpenSandbox:
    """Open the real sandbox, in a tier that other tests try attacks in."""
    state = SandboxState("bubblewrap")
    return lambda mirrors: SandboxWithPython(folder, mirrors, lambda: (Bubblewrap(), state))
