"""What people expect of any command line: help, version, mistakes, pipes, terminals, exit codes."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.commands import EXIT_CODES, app
from tests.cli.terminal import open_terminal
from tests.cli.test_command_line import TRACEBACK, committed, environment, greenlit

COMMANDS = [
    ["demo"],
    ["doctor"],
    ["serve"],
    ["solve"],
    ["fill"],
    ["explain"],
    ["check"],
    ["checks"],
    ["run"],
    ["locate"],
    ["map"],
    ["apply"],
    ["merge"],
    ["schema"],
    ["refactor"],
    ["refactor", "rename"],
    ["refactor", "async"],
    ["refactor", "move"],
    ["corpus"],
    ["corpus", "find"],
    ["corpus", "clone"],
    ["corpus", "stats"],
    ["learn"],
    ["complete"],
]


def run_cli(*words: str, columns: int = 80, cwd: Path = Path()) -> Result:
    """Type a command in this process."""
    with contextlib.chdir(cwd):
        return CliRunner().invoke(app, words, env={"COLUMNS": str(columns)})


@pytest.mark.parametrize("command", [[], *COMMANDS])
@pytest.mark.parametrize("columns", [80, 40])
def test_every_command_explains_itself(command, columns):
    """With -h as with --help, in lines that fit the terminal."""
    short, long = (
        run_cli(*command, "-h", columns=columns),
        run_cli(*command, "--help", columns=columns),
    )

    assert (0, long.output) == (short.exit_code, short.output)
    assert "Usage: " in short.output
    assert [] == [line for line in short.output.splitlines() if len(line) > columns]


def test_the_list_of_commands_cuts_no_sentence():
    """What each does can be read at a glance."""
    assert "..." not in run_cli("-h").output.replace("[ARGS]...", "")


def test_exit_codes_are_told_in_help_and_readme():
    """The same in both, for those who write scripts."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")

    assert EXIT_CODES in " ".join(run_cli("-h").output.split())
    for code in ("| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 130 |"):
        assert code in readme


def test_the_version_is_told():
    """As packages have it."""
    assert f"greenlit {version('greenlit')}\n" == run_cli("--version").output
    assert run_cli("--version").output == run_cli("-V").output


@pytest.mark.parametrize(
    ("words", "message", "help_for"),
    [
        (["lcate"], "No such command 'lcate'. Did you mean 'locate'?", ""),
        (["refactor", "renam"], "No such command 'renam'. Did you mean 'rename'?", " refactor"),
        (["locate", "--ropo", "x"], "There is no option --ropo. Did you mean --repo?", " locate"),
        (["--repo", "x", "locate"], "There is no option --repo.", ""),
        (["-x"], "There is no option -x.", ""),
        (["locate", "--zzz"], "There is no option --zzz.", " locate"),
        (["solve"], "Missing option '--repo'.", " solve"),
        (["map", "--tokens", "many"], "give a whole number from 100 to 200,000.", " map"),
        (["locate", "--top", "201"], "give a whole number from 1 to 200.", " locate"),
        (["check", "--json", "--sarif"], "choose one of --json and --sarif.", " check"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(words, message, help_for):
    """With the nearest right word, and where help is; on standard error, with exit code 2."""
    ended = run_cli(*words)
    first, help_line = ended.stderr.splitlines()

    assert (2, "") == (ended.exit_code, ended.stdout)
    assert first.endswith(message)
    assert help_line.startswith("Help: ")
    assert help_line.endswith(f"{help_for} -h")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A folder that is no repository, with a file, an empty and a bare repository in it."""
    (tmp_path / "file").write_text("Greet more quietly\n")
    (tmp_path / "plain").mkdir()
    subprocess.run(["git", "init", "--quiet", tmp_path / "empty"], check=True)
    committed(tmp_path)
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", tmp_path / "greeter", tmp_path / "bare.git"],
        check=True,
    )
    return tmp_path


WITH_REPOSITORY = (
    ["solve", "--issue", "file", "--repo"],
    ["explain", "file", "--repo"],
    ["check", "--repo"],
    ["locate", "file", "--repo"],
    ["map", "--repo"],
)


@pytest.mark.parametrize("command", WITH_REPOSITORY, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere", "There is no folder nowhere."),
        ("file", "file is a file, not a folder."),
        ("plain", "plain is no git repository, nor does it lie in one."),
        ("empty", "empty has no commit yet: there is nothing to read."),
    ],
)
def test_one_mistake_has_one_wording(places, command, place, message):
    """Whichever command it is made at; nothing of git's own words."""
    ended = run_cli(*command, place, cwd=places)

    assert (2, f"{message}\n", "") == (ended.exit_code, ended.stderr, ended.stdout)


@pytest.mark.parametrize("command", WITH_REPOSITORY, ids=lambda words: words[0])
def test_a_damaged_repository_is_no_fault_of_ours(places, command):
    """Git's reason without its prefix, and what tells more."""
    shutil.rmtree(places / "greeter/.git/objects")
    (places / "greeter/.git/objects").mkdir()
    ended = run_cli(*command, "greeter", cwd=places)

    assert 2 == ended.exit_code
    assert "git fsck tells what is damaged" in ended.stderr
    assert "fatal:" not in ended.stderr


def test_a_cache_that_cannot_be_kept_is_told_once(places):
    """A file in its place is a mistake; a folder that cannot be made is done without."""
    mistaken = run_cli("map", "--repo", "greeter", "--cache", "file", cwd=places)
    kept = run_cli("map", "--repo", "greeter", "--cache", "/dev/null/x", cwd=places)

    assert (2, "file is a file, not a folder.\n") == (mistaken.exit_code, mistaken.stderr)
    assert 0 == kept.exit_code
    assert 1 == kept.stderr.count("Nothing can be kept in /dev/null/x")


@pytest.mark.parametrize(
    "command", [["apply", "--root"], ["refactor", "rename", "a", "b", "--repo"]]
)
@pytest.mark.parametrize(
    ("place", "message"),
    [("nowhere", "There is no folder nowhere."), ("file", "file is a file, not a folder.")],
)
def test_folders_that_are_none_are_told_alike(places, command, place, message):
    """Also by the commands that need no repository."""
    ended = run_cli(*command, place, cwd=places)

    assert (2, f"{message}\n") == (ended.exit_code, ended.stderr)


@pytest.mark.served
@pytest.mark.parametrize(
    ("words", "noun"),
    [
        (["explain"], "log"),
        (["apply"], "edit"),
        (["locate", "--repo", "greeter"], "request"),
    ],
)
def test_who_has_to_type_is_told_so(tmp_path, words, noun):
    """Or the command would seem to hang."""
    committed(tmp_path)
    command = [sys.executable, "-m", "bot", *words]
    with open_terminal(command, tmp_path, environment(tmp_path)) as terminal:
        text = terminal.read_until("Ctrl-D")
        terminal.press("\x04")
        terminal.read_all()

    assert f"Reading the {noun} from standard input; end it with Ctrl-D." in text


@pytest.mark.served
def test_a_closed_standard_input_is_told(tmp_path):
    """As a service or a cron job may have it."""
    ended = subprocess.run(
        f"{sys.executable} -m bot explain <&-",
        shell=True,
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (2, "There is no standard input to read the log from: name a file.\n") == (
        ended.returncode,
        ended.stderr,
    )


@pytest.mark.served
@pytest.mark.parametrize("words", ["schema", "map --repo greeter", "-h", "locate --repo greeter f"])
def test_a_reader_that_goes_away_is_no_fault(tmp_path, words):
    """As with `| head`: nothing is complained of."""
    committed(tmp_path)
    (tmp_path / "f").write_text("Greet more quietly\n")
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -u -m bot {words} | true; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert "" == ended.stderr
    assert ended.returncode in {0, 141}


@pytest.mark.served
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full is of Linux")
def test_a_disk_that_is_full_is_told_in_a_sentence(tmp_path):
    """As `> /dev/full` has it: what was to be printed there is lost, and nothing of it is shown."""
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "schema"],
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert 1 == ended.returncode
    assert "cannot be written: No space left on device.\n" == ended.stderr.rpartition(", ")[2]


@pytest.mark.served
@pytest.mark.parametrize(("closing", "printed"), [(">&-", ""), ("2>&-", "greenlit ")])
def test_a_stream_that_is_closed_is_no_fault(tmp_path, closing, printed):
    """As `>&-` leaves it: what would be written there goes nowhere."""
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m bot --version {closing}"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (ended.returncode, ended.stderr)
    assert printed == ended.stdout[: len("greenlit ")]


@pytest.mark.served
def test_colours_are_for_terminals_that_want_them(tmp_path):
    """NO_COLOR is obeyed, and a pipe gets none."""
    committed(tmp_path)
    (tmp_path / "greeter" / "greeting.py").write_text("def greet(:\n")
    command = [sys.executable, "-m", "bot", "check", "--repo", "greeter"]
    piped = greenlit(tmp_path, "check", "--repo", "greeter")
    raw = {}
    for name, env in {"colour": {}, "plain": {"NO_COLOR": "1"}}.items():
        with open_terminal(command, tmp_path, environment(tmp_path) | env) as terminal:
            terminal.read_all()
            raw[name] = terminal.raw

    assert (1, False) == (piped.returncode, "\x1b" in piped.stdout + piped.stderr)
    assert "\x1b[1;31m" in raw["colour"]
    assert "\x1b[1;31m" not in raw["plain"]


@pytest.mark.served
def test_a_fault_of_our_own_is_told_apart_from_an_answer(tmp_path):
    """Exit code 3 and the name of a file with the traceback, which is not shown."""
    code = (
        "import bot.__main__ as cli, bot.cli.commands as commands\n"
        "@commands.app.command()\n"
        "def fail() -> None:\n"
        "    raise LookupError('x')\n"
        "cli.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "fail"],
        cwd=tmp_path,
        env=environment(tmp_path) | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    (kept,) = tmp_path.glob("greenlit-fault-*.txt")

    assert 3 == ended.returncode
    assert "A fault of Greenlit's own, not of yours: LookupError." in ended.stderr
    assert TRACEBACK not in ended.stderr
    assert TRACEBACK in kept.read_text()


@pytest.mark.served
def test_ctrl_c_at_once_shows_no_traceback(tmp_path):
    """While the commands are still loaded, which takes its time on a busy machine."""
    code = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_where):\n"
        "        if name == 'bot.cli.commands':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "import bot.__main__ as cli\n"
        "cli.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "explain"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (130, "", "") == (ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.served
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(tmp_path, shell):
    """As the script that --show-completion prints asks for them."""
    asked = {
        "bash": {"COMP_WORDS": "greenlit lo", "COMP_CWORD": "1"},
        "zsh": {"_TYPER_COMPLETE_ARGS": "greenlit lo"},
        "fish": {"_TYPER_COMPLETE_ARGS": "greenlit lo", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv[0] = 'greenlit'; from bot.__main__ import main; main()",
        ],
        cwd=tmp_path,
        env=environment(tmp_path) | asked[shell] | {"_GREENLIT_COMPLETE": f"complete_{shell}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "locate" in ended.stdout
