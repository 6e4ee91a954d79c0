"""`greenlit new`: from a wish to a project, on this machine, without GitHub."""

from __future__ import annotations

import errno
import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from typer.main import get_command

from bot.cli.commands import app
from bot.cli.demo.bot_process import program_path
from bot.cli.new import NewProject, build_ports, make_new_project
from bot.cli.new_demo import WISH
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script, ScriptTurn
from bot.forge.claude_stream import FailedRequest
from bot.ports import Unreachable
from bot.settings import SolveSettings
from tests.folder_sandbox import FolderSandbox

SETTINGS = SolveSettings.model_validate({"anthropic_api_key": "k"})
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
    ports = build_alone(settings, home, folder)
    return replace(ports, sandbox=FolderSandbox(ports.mirrors))


def build_alone(settings, home, folder):
    """Build the ports, without the indexes of packages."""
    ports = build_ports(settings, home, folder)
    return replace(ports, checkers=replace(ports.checkers, index=None))


class BrokenSandbox(FolderSandbox):
    """A sandbox that is there, and fails."""

    def run(self, job):
        raise Unreachable("All 8 user ids for sandboxes are in use.", "sandbox")


def build_broken(settings, home, folder):
    """Build the ports, with a sandbox that fails."""
    ports = build_alone(settings, home, folder)
    return replace(ports, sandbox=BrokenSandbox(ports.mirrors))


class FullFolder:
    """A folder on a disk that is full."""

    def __init__(self, folder, root):
        self.folder, self.root = folder, root

    def read(self, path):
        return self.folder.read(path)

    def write(self, files):
        raise OSError(errno.ENOSPC, "No space left on device", f"{self.root}/docs")


def build_full(settings, home, folder):
    """Build the ports, with a disk that is full."""
    ports = build_in_folders(settings, home, folder)
    return replace(ports, folder=FullFolder(ports.folder, folder))


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

    def start(*turns, pace=0, faults=None):
        script = Script.load(SAMPLE)
        if turns:
            script = Script(turns=turns)
        double = ClaudeDouble([script], pace=pace, faults=faults)
        server = serve_claude(double)
        servers.append(server)
        return Maker(server.__enter__(), double)

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def turn(*content, texts=(), results=()):
    """Make a turn of the model, and what it must have been told before."""
    expect = {"texts": texts, "results": results}
    return ScriptTurn.model_validate({"content": content, "expect": expect})


def call(tool, **given):
    """Make a call of a tool."""
    return {"tool": tool, "input": given}


def answer(tool, *contains, failed=False):
    """Expect the answer of a tool."""
    return {"tool": tool, "contains": contains, "failed": failed}


def specify(**given):
    """Make a specification of a small library."""
    return call(
        "submit_specification",
        **{
            "title": "Greeter",
            "overview": "It greets.",
            "language": "python",
            "runtime": "Python 3.11",
            "kind": "library",
            "features": ["It greets by name."],
            "files": [{"path": "greeter.py", "purpose": "greets"}],
            **given,
        },
    )


def plan(*paths, **execute):
    """Plan these files, in which a test imports the first one, and how they are tried."""
    first, *others = paths
    files = [{"path": path, "description": "A part of the greeter."} for path in others]
    for file in files:
        if file["path"].startswith("tests/"):
            file["imports"] = [{"path": first, "names": ["greet"]}]
    module = {"path": first, "description": "Greets by name.", "exports": ["greet"]}
    step = {"name": "execute", "command": "python3 -m greeter", "proof": "It greets.", **execute}
    check = {"name": "check", "command": "python3 -m unittest discover -s tests", "proof": "Green."}
    return call("submit_structure", files=[module, *files], entry_point=first, steps=[step, check])


def write(path, text):
    return call("write_file", path=path, text=text)


MANIFEST = '[project]\nname = "greeter"\nversion = "0.1.0"\n'
TEST = """\
import unittest

from greeter import greet


class GreetTest(unittest.TestCase):
    def test_a_name_is_greeted(self):
        self.assertEqual("Hello, Ada", greet("Ada"))
"""


@pytest.mark.served
@pytest.mark.long
def test_a_wish_becomes_a_project_whose_tests_pass(play, tmp_path):
    """Specified, planned, written in batches, tried, mended where a test failed, and committed step
    by step; the end says what was built, how it is started and what it cost. Begun again, it is
    all in the record. A sandbox that fails is tried again then, and the model is not told of it.
    """
    maker, folder = play(), tmp_path / "new/expenses"
    broken, before = maker.make(WISH, folder, build=build_broken)
    code, after = maker.make("", folder)
    printed, asked = before + after, len(maker.double.requests)

    assert (1, 0) == (broken, code), printed
    assert "Not made. All 8 user ids for sandboxes are in use.\nGo on with: greenlit new" in before
    assert COMMITS == git(folder, "log", "--format=%s", "--reverse")
    assert FILES == git(folder, "ls-files")
    assert [] == git(folder, "status", "--porcelain")
    for words in (
        "\n- `report MONTH` sums up a month, such as 2026-11, by category, the largest first.\n",
        "- expenses/ledger.py: Keeps the expenses in a JSON file and sums them up.",
        "check failed in N s with exit status 1.",
        "check passed in N s: Ran 5 tests.",
        "Made. 9 files are written, and every step passed: compile, execute, check.",
        f"  cd {folder}\n  EXPENSES_FILE=/tmp/e.json python3 -m expenses add 4.50 coffee",
        "7 turns of claude-opus-5-5, $0.",
    ):
        assert words in re.sub(r"in \d+\.\d s", "in N s", printed)
    workflow = json.loads((folder / "docs/workflow.json").read_text())
    steps = [step["name"] for step in workflow["steps"]]
    assert ["init", "generate", "compile", "execute", "check"] == steps
    assert (0, asked) == (maker.make("", folder)[0], len(maker.double.requests))


@pytest.mark.served
@pytest.mark.long
def test_killed_it_goes_on_at_the_file_where_it_stood(play, tmp_path):
    """After kill -9 in the midst of the files, the next process takes what was done from the
    record, cuts off half a line of it, and asks for no recorded turn again. What could not be tried
    is tried once there is a sandbox.
    """
    maker, folder = play(pace=1), tmp_path / "expenses"
    command = [sys.executable, "-m", "bot", "new", WISH, "--in", str(folder), "--yes"]
    settings = {
        "GREENLIT_ANTHROPIC_API_KEY": "k",
        "GREENLIT_ANTHROPIC_URL": maker.url,
        "GREENLIT_SANDBOX": "none",
    }
    environment = {"PATH": program_path(), "HOME": str(tmp_path), **settings}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while len(maker.double.requests) < 4 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    with (folder / ".greenlit/record.jsonl").open("a") as record:
        record.write('{"step": "inspect_f')
    before = git(folder, "log", "--format=%s", "--reverse")
    code, printed = maker.make("", folder, build=build_alone)
    after = git(folder, "log", "--format=%s", "--reverse")

    assert 0 == code, printed
    assert "Going on where it stood: " in printed
    assert "Written, not tried. 9 files fit together, and nothing of it was run." in printed
    assert before == COMMITS[: len(before)]
    assert 2 <= len(before) < 6
    assert after == COMMITS[:6]
    assert FILES == git(folder, "ls-files")
    assert len(maker.double.requests) <= 6 + 1  # the one under way is asked again
    tried, printed = maker.make("", folder)
    assert 0 == tried, printed
    assert "Made. 9 files are written, and every step passed: compile, execute, check." in printed


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ("  ", "Say what you wish for."),
        ("🎉 🎉", "Say what you wish for."),
        ("app", "One word does not say what it is for."),
        ("Haushaltsbuchverwaltung!", "One word does not say what it is for."),
        ("an app " * 15_000, "The wish is too long: it has 104,999 characters"),
    ],
)
def test_what_is_no_wish_is_answered_in_a_sentence(tmp_path, wish, reason):
    """Nothing is asked, and nothing is written."""
    printed = StringIO()
    code = make_new_project(
        Console(file=printed, width=200), SolveSettings, NewProject(wish, tmp_path / "new")
    )

    assert (2, []) == (code, list(tmp_path.iterdir()))
    assert printed.getvalue().startswith(reason)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["a", "nice", "thing"], "(nice thing). Put what has blanks in it into quotes."),
        (["a nice thing", "--demo"], "The demo has a wish of its own: leave yours out."),
        (["a nice thing", "--in", ""], "Name the folder of the project; it may be `.`."),
    ],
)
def test_a_wish_that_would_be_lost_is_not(typed, words, capsys):
    """Nothing is begun of half a wish, or of another one."""
    with pytest.raises(SystemExit) as ended:
        get_command(app).main(["new", *typed])

    assert 2 == ended.value.code
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    """What is there is left alone; so is what cannot be made a folder."""
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    printed = StringIO()
    codes = [
        make_new_project(
            Console(file=printed, width=200), lambda: SETTINGS, NewProject(WISH, place)
        )
        for place in (tmp_path, notes, notes / "project")
    ]
    told = printed.getvalue()

    assert ([2, 2, 2], [notes]) == (codes, list(tmp_path.iterdir()))
    assert (
        "is not empty. Name a new folder; in a project that is there, use greenlit solve." in told
    )
    assert f"{notes} is a file, not a folder." in told
    assert f"{notes}/project cannot be written into: Not a directory." in told


@pytest.mark.parametrize(
    ("path", "target", "reason"),
    [
        (".git", "theirs", "is no folder of its own"),
        (".greenlit", "theirs", "is no folder of its own"),
        (".greenlit/record.jsonl", "key", "is no file of its own"),
        (".greenlit/.gitignore", "key", "is no file of its own"),
        (".greenlit/lock", "theirs", "is no file of its own"),
    ],
)
def test_what_is_kept_in_a_folder_leads_nowhere_else(tmp_path, path, target, reason):
    """Through a link nothing is cut, and nothing written; a folder's own `.git` is no link."""
    key, theirs, place = tmp_path / "key", tmp_path / "theirs", tmp_path / "new" / path
    key.write_text("without an end of line")
    theirs.mkdir()
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / target)
    printed = StringIO()
    code = make_new_project(
        Console(file=printed, width=200), lambda: SETTINGS, NewProject(WISH, tmp_path / "new")
    )

    assert (2, []) == (code, list(theirs.iterdir()))
    assert "without an end of line" == key.read_text()
    assert f"{place} {reason}. Name a new folder." in printed.getvalue()


@pytest.mark.parametrize(
    "setting", ["filter.evil.clean", "filter.evil.process", "include.path", "hook.evil.command"]
)
def test_a_repository_that_names_programs_is_refused(tmp_path, setting):
    """Git would run them when it commits, whatever its environment says."""
    git(tmp_path, "init", "--quiet", "new")
    git(tmp_path / "new", "config", setting, "canary")
    printed = StringIO()
    code = make_new_project(
        Console(file=printed, width=200), lambda: SETTINGS, NewProject(WISH, tmp_path / "new")
    )

    assert 2 == code
    assert f"names programs that git would run ({setting})" in printed.getvalue()


def test_a_record_that_a_crash_left_empty_needs_a_wish(tmp_path):
    """Nobody pays for a project of no wish."""
    record = tmp_path / ".greenlit/record.jsonl"
    record.parent.mkdir()
    record.touch()
    printed = StringIO()
    code = make_new_project(
        Console(file=printed, width=200), lambda: SETTINGS, NewProject("", tmp_path)
    )

    assert 2 == code
    assert printed.getvalue().startswith("Say what you wish for.")


def test_a_record_without_its_commits_is_not_believed(tmp_path):
    """Nothing is called made that is not there: the record was copied, or the project deleted."""
    record = tmp_path / ".greenlit/record.jsonl"
    record.parent.mkdir()
    steps = [{"format": 1, "wish": WISH}, {"step": "keep_files", "result": "Specify the project"}]
    record.write_text("".join(f"{json.dumps(step)}\n" for step in steps))
    printed = StringIO()
    code = make_new_project(
        Console(file=printed, width=200), lambda: SETTINGS, NewProject("", tmp_path)
    )

    assert 2 == code
    assert (
        "its record tells of commits, and there are none. Name a new folder." in printed.getvalue()
    )


def test_a_demo_goes_on_as_a_demo(tmp_path):
    """The words to go on with need no key either."""

    def stop():
        raise KeyboardInterrupt

    printed = StringIO()
    asked = NewProject(WISH, tmp_path / "a", is_demo=True)
    code = make_new_project(Console(file=printed, width=200), stop, asked)

    assert 130 == code
    assert f"Go on with: greenlit new --demo --in {tmp_path}/a\n" in printed.getvalue()


@pytest.mark.served
def test_a_wish_that_cannot_be_met_leaves_nothing(play, tmp_path):
    """The model says why, in the language of the wish; a wish without blanks is one, too. A folder
    that was there stays, and those that were made for it go. A model that cannot be reached is
    asked again.
    """
    reason = "Das widerspricht sich: offline und live zugleich. Eines von beiden kann es geben."
    maker = play(turn(call("decline_wish", reason=reason)), faults={0: FailedRequest(500)})
    code, printed = maker.make("离线又联网的记账应用", tmp_path / "new/and/deep")
    git(tmp_path, "init", "--quiet", "empty")
    (tmp_path / "mine").mkdir()
    in_repository, _ = maker.make("离线又联网的记账应用", tmp_path / "empty")
    in_own, _ = maker.make("离线又联网的记账应用", tmp_path / "mine")

    assert (1, 1, 1) == (code, in_repository, in_own)
    assert [tmp_path / "empty/.git"] == [*tmp_path.glob("*/*")]
    assert ["empty", "mine"] == sorted(path.name for path in tmp_path.iterdir())
    assert f"Not made. {reason}" in printed


@pytest.mark.served
def test_what_may_be_spent_is_said_by_this_machine(play, tmp_path):
    """A record that says otherwise, such as a stranger's, is heard in all but that. A full disk is
    told in a sentence, and what was recorded stays.
    """
    maker, folder = (
        play(
            turn(specify()),
            turn(plan("greeter.py"), results=[answer("submit_specification")], texts=["approved"]),
        ),
        tmp_path / "a",
    )
    first, _ = maker.make("a greeter for people", folder, yes=False)
    record = folder / ".greenlit/record.jsonl"
    rich = re.sub(r'"usd": ?5.0', '"usd": 5000.0', record.read_text())
    record.write_text(rich)
    full, told = maker.make("", folder, build=build_full)
    code, printed = maker.make("", folder, usd_per_run=0.001)

    assert (1, 1, 1) == (first, full, code)
    assert '"usd": 5000.0' in rich
    assert (
        f"{folder}/docs cannot be written: No space left on device. What was recorded is kept. "
        f"Go on with: greenlit new --in {folder}"
    ) in told
    assert "Not made. I reached the budget of less than $0.01 for one run" in printed


@pytest.mark.served
def test_a_specification_waits_for_whom_nobody_asks(play, tmp_path):
    """Without a terminal it stands in docs/spec.md; edited there, it is what holds when the run
    goes on. A model that stops then is told to go on, and given up; begun again, it is tried
    once more.
    """
    told = "It greets by name, and loudly."
    first = turn(specify(libraries=[{"name": "rich", "why": "colours"}]))
    second = turn({"text": "No."}, texts=[told], results=[answer("submit_specification")])
    nudged = turn({"text": "No."}, texts=["The project is not finished"])
    maker, folder = play(first, second, *[nudged] * 4), tmp_path / "my greeter"
    code, printed = maker.make("a greeter for people", folder, yes=False)
    page = folder / "docs/spec.md"
    waiting = page.read_text()
    page.write_text(waiting.replace("It greets by name.", told))
    later, gone_on = maker.make("", folder)
    asked = len(maker.double.requests)
    again, _ = maker.make("", folder)

    assert (1, 1, 1) == (code, later, again)
    assert (4, 6) == (asked, len(maker.double.requests))
    assert "Your turn. The specification is written and waits for your approval" in printed
    assert f"go on: greenlit new --in '{folder}' --yes" in printed
    assert "`rich`: colours (it could not be looked up)" in waiting
    assert told in page.read_text()
    assert ["Specify the project"] == git(folder, "log", "--format=%s")
    assert "Not made. Claude stopped halfway, although it was told to go on." in gone_on


@pytest.mark.served
@pytest.mark.long
def test_what_is_not_right_is_asked_for_again(play, tmp_path):
    """A plan with a hole is not kept; a file that nobody planned, that comes before what it imports
    or that does not parse is none; a service that answers otherwise than promised is mended.
    """
    paths = ("greeter.py", "pyproject.toml", "README.md")
    planned = plan(
        *paths, "tests/test_greeter.py", url="http://127.0.0.1:8765/", expected_output="Hello, you"
    )
    service = (
        "from http.server import BaseHTTPRequestHandler, HTTPServer\n\n\n"
        "class Greeter(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200)\n"
        "        self.end_headers()\n"
        "        self.wfile.write(greet('me').encode())\n\n\n"
        "def greet(name):\n"
        "    return 'Hello, ' + name\n\n\n"
        "if __name__ == '__main__':\n"
        "    HTTPServer(('127.0.0.1', 8765), Greeter).serve_forever()\n"
    )
    maker, folder = (
        play(
            turn(specify(kind="service")),
            turn(plan(*paths), results=[answer("submit_specification")], texts=["approved"]),
            turn(
                planned,
                results=[answer("submit_structure", "no test", "Give as `url`", failed=True)],
            ),
            turn(
                write("other.py", "A = 1\n"),
                write("tests/test_greeter.py", TEST),
                write("greeter.py", service.replace("return 'Hello, '", "return 'Hello, ")),
                write("pyproject.toml", MANIFEST),
                results=[answer("submit_structure", "The plan is accepted: 4 files")],
                texts=["Write next"],
            ),
            turn(
                call("edit_file", path="greeter.py", old="return 'Hello, ", new="return 'Hello, '"),
                results=[
                    answer("write_file", "other.py is not planned", failed=True),
                    answer("write_file", "imports greeter.py: write that first", failed=True),
                    answer("write_file", "does not parse"),
                    answer("write_file"),
                ],
                texts=["These files are not right yet", "greeter.py:12 [syntax]"],
            ),
            turn(
                write("tests/test_greeter.py", TEST),
                results=[answer("edit_file")],
                texts=["Write next, whole:\n- tests/test_greeter.py"],
            ),
            turn(
                write("README.md", "# Greeter\n"), results=[answer("write_file")], texts=["README"]
            ),
            turn(
                call("edit_file", path="greeter.py", old="greet('me')", new="greet('you')"),
                results=[answer("write_file", "execute failed", "Hello, me", "did not print")],
            ),
        ),
        tmp_path / "greeter",
    )
    code, printed = maker.make("a greeter for people", folder)

    assert 0 == code, printed
    assert "Made. 4 files are written, and every step passed: execute, check." in printed
    assert "Mend greeter.py" == git(folder, "log", "-1", "--format=%s")[0]
