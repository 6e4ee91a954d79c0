"""The command line as a stranger meets it, without this process's settings; what lives, in its own
process.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.adapters.dbos.sqlite import lock_home
from bot.cli.commands import app
from bot.cli.demo.bot_process import program_path
from bot.forge.claude_double import ClaudeDouble, serve_claude
from tests.crash.forked_bot import name_variables, run_forked, run_forked_bot
from tests.run_record import count_ended
from tests.stage import BEGIN, END, GOOD, REPO, forged, script, settings_for

NOWHERE = "http://127.0.0.1:9"
TRACEBACK = "Traceback (most recent call last)"


def environment(home, settings=None):
    """What a command sees, and nothing else."""
    mine = name_variables(settings or {})
    root = str(Path(__file__).parents[2])
    return {
        "PATH": program_path(),
        "HOME": str(home),
        "PYTHONPATH": root,
        "PYTHONUTF8": "1",
        "COLUMNS": "200",
        **mine,
    }


def greenlit(home, *typed, **env):
    """Type a command and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *typed],
        cwd=home,
        env=environment(home) | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def serve(home, settings, **env):
    """Type `greenlit serve` and wait for its end."""
    return run_forked(home, environment(home, settings) | env, ["serve"])


@pytest.fixture
def settings(tmp_path, checked):
    """Settings of a bot that could serve."""
    with forged(tmp_path, checked) as (_, keys, url):
        yield settings_for(keys, url, NOWHERE, tmp_path / "bot", port=0, page_port=0)


@pytest.fixture
def typed(tmp_path):
    """Type a command that needs no process of its own, where nothing is set."""
    unset = {name: None for name in os.environ if name.startswith(("GREENLIT_", "ANTHROPIC_"))}  # noqa: TID251

    def act(*words, given="", **env):
        with contextlib.chdir(tmp_path):
            return CliRunner().invoke(app, words, input=given, env={**unset, **env})

    return act


def test_a_choice_that_is_none_is_told_with_those_that_are(typed):
    """Without a word of the library's that reads it."""
    ended = typed("migrate", "--from", "mysql")

    assert 2 == ended.exit_code
    assert "Invalid value for '--from': 'mysql' is not one of 'sqlite'." in ended.stderr


def test_without_a_command_it_says_what_there_is(typed):
    """Every command with its sentence."""
    shown = typed().output

    assert [] == [
        name for name in ("serve", "demo", "solve", "doctor", "schema") if name not in shown
    ]


@pytest.mark.parametrize(
    "wrong", [["frobnicate"], ["solve"], ["solve", "--repo"], ["demo", "--fast"]]
)
def test_what_cannot_be_meant_is_wrong_use(typed, wrong):
    """Exit code 2."""
    assert 2 == typed(*wrong).exit_code


@pytest.mark.parametrize(
    "command", [["serve"], ["solve", "--repo", "greeter", "--issue", "-"], ["demo", "--live"]]
)
def test_missing_settings_are_told_before_anything_starts(typed, tmp_path, command):
    """All by name, at once, with exit code 2; nothing is left behind."""
    committed(tmp_path)
    ended = typed(*command, given="Greet\n")

    wanted = "GREENLIT_ANTHROPIC_API_KEY is not set"
    if command == ["serve"]:
        wanted = "   GREENLIT_ANTHROPIC_API_KEY=sk-ant-...\n   GREENLIT_APP_ID=123456\n"
    assert 2 == ended.exit_code
    assert wanted in ended.output
    assert ("GREENLIT_WEBHOOK_SECRET" in ended.output) == (command == ["serve"])
    assert ["greeter"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("repo", "issue", "sentence"),
    [
        ("nowhere", "request.md", "There is no folder nowhere."),
        ("request.md", "request.md", "request.md is a file, not a folder."),
        (".", "request.md", ". is no git repository, nor does it lie in one."),
        ("greeter", "none.md", "The request none.md cannot be read: No such file or directory."),
    ],
)
def test_paths_are_looked_at_before_a_key_is_asked_for(typed, tmp_path, repo, issue, sentence):
    """Nobody gets a key to learn that a name was mistyped."""
    committed(tmp_path)
    (tmp_path / "request.md").write_text("Greet\n")
    ended = typed("solve", "--repo", repo, "--issue", issue)

    assert (2, f"{sentence}\n") == (ended.exit_code, ended.output)


@pytest.mark.parametrize(
    "command",
    [["solve", "--repo", "greeter", "--issue", "-"], ["demo", "--live"], ["serve"], ["doctor"]],
)
def test_a_folders_own_env_file_sets_nothing(typed, tmp_path, command):
    """A .env file where somebody works could send the key to an address of its author's."""
    lines = "GREENLIT_ANTHROPIC_API_KEY=k\nGREENLIT_ANTHROPIC_URL=http://127.0.0.1:9\n"
    (committed(tmp_path) / ".env").write_text(lines)
    (tmp_path / ".env").write_text(lines)

    wanted = "not set up yet" if command == ["serve"] else "GREENLIT_ANTHROPIC_API_KEY is not set"
    assert wanted in typed(*command, given="Greet\n").output


@pytest.mark.parametrize(
    ("place", "command"),
    [(".greenlit/.env", []), ("bot/.env", []), ("any.env", ["--env-file", "any.env"])],
)
def test_an_env_file_of_the_bots_own_is_read(typed, tmp_path, place, command):
    """The one in GREENLIT_HOME, or the one that is named."""
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("GREENLIT_ANTHROPIC_API_KEY=k\n")
    home = {"GREENLIT_HOME": "bot"} if place.startswith("bot") else {}
    output = typed("serve", *command, **home).output

    assert "GREENLIT_ANTHROPIC_API_KEY" not in output
    assert "GREENLIT_APP_ID is not set" in output


def test_an_env_file_that_is_not_there_is_wrong_use(typed):
    """A name that was mistyped is told, and no other file is read instead."""
    ended = typed("doctor", "--env-file", "nowhere.env")

    assert 2 == ended.exit_code
    assert "nowhere.env is not a file" in " ".join(ended.output.split())


def test_the_demo_does_not_write_among_other_files(typed, tmp_path):
    """A place that is not empty is wrong use, and stays as it is."""
    (tmp_path / "mine").touch()

    assert 2 == typed("demo", "--keep", ".").exit_code
    assert ["mine"] == [found.name for found in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("PRIVATE_KEY", "x" * 4000, "neither a key in PEM form nor the path"),
        ("PRIVATE_KEY", "/", "the file / is a folder"),
        ("PRICES", "{", "that is not JSON"),
        ("PORT", "http", "that is not a whole number"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(typed, name, wrong, said):
    """In words, whatever was set."""
    told = typed("serve", **{f"GREENLIT_{name}": wrong})

    assert 2 == told.exit_code
    output = " ".join(told.output.split())
    assert f"GREENLIT_{name} is set" in output
    assert said in output


def test_doctor_says_what_is_missing_with_exit_code_1(typed):
    """On a machine where nothing is set yet."""
    told = typed("doctor")

    assert 1 == told.exit_code
    assert "GREENLIT_APP_ID is not set" in told.output


def test_a_machine_without_git_or_room_for_the_grammars_is_told_so(tmp_path, settings):
    """By the doctor and by what needs it. The grammars are unpacked below HOME."""
    asked = greenlit(tmp_path, "doctor", PATH="/nowhere", HOME="/dev/null")
    served = serve(tmp_path, settings, PATH="/nowhere")
    filled = greenlit(tmp_path, "fill", "a.py:1", PATH="/nowhere")

    assert "none is on PATH" in asked.stdout
    assert "SEMBLE_GRAMMARS_CACHE_DIR" in asked.stdout
    assert 1 == served.returncode
    assert "none is on PATH" in served.stderr
    assert (2, "git 2.33 or newer is needed, and none is on PATH.\n") == (
        filled.returncode,
        filled.stderr,
    )
    assert TRACEBACK not in asked.stderr + served.stderr


def test_a_request_may_come_from_standard_input(typed, tmp_path):
    """And an empty one is wrong use."""
    committed(tmp_path)
    told = typed(
        "solve", "--repo", "greeter", "--issue", "-", given=" ", GREENLIT_ANTHROPIC_API_KEY="k"
    )

    assert 2 == told.exit_code
    assert "The request on standard input is empty." in told.output


def test_a_port_in_use_is_told(tmp_path, settings):
    """In one sentence, with who holds it and what to do, before anything else starts."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = serve(tmp_path, settings | {"port": port})

    assert 1 == told.returncode
    assert f"Port {port} on 127.0.0.1 is taken by process {os.getpid()} (" in told.stderr
    assert told.stderr.endswith("stop it, or set GREENLIT_PORT to another port.\n")
    assert "" == told.stdout
    assert not (tmp_path / "bot").exists()


def test_a_home_in_use_is_told(tmp_path, settings):
    """Two processes would repeat each other's steps."""
    with lock_home(tmp_path / "bot"):
        told = serve(tmp_path, settings)

    assert 1 == told.returncode
    assert "in use by another process" in told.stderr
    assert TRACEBACK not in told.stderr


def test_a_home_that_cannot_be_made_is_told(tmp_path, settings):
    """A file stands in its way."""
    told = serve(tmp_path, settings | {"home": "/dev/null/home"})

    assert 1 == told.returncode
    assert "Greenlit cannot start: /dev/null/home cannot be used: Not a directory." in told.stderr


def test_a_record_that_is_no_database_is_told(tmp_path, settings):
    """With what can be done; nothing of it is written over."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "engine.sqlite").write_text("no database")
    told = serve(tmp_path, settings)

    assert 1 == told.returncode
    assert "engine.sqlite cannot be used: file is not a database (restore it" in told.stderr
    assert "no database" == (tmp_path / "bot" / "engine.sqlite").read_text()


def test_an_unreachable_github_is_a_warning(tmp_path, settings):
    """It listens all the same: GitHub may come back, and webhooks are proof that it has."""
    env = name_variables(settings | {"github_api_url": NOWHERE})
    with run_forked_bot(tmp_path, env) as bot:
        until(lambda: "missed deliveries cannot be asked for" in bot.log.read_text())
        assert [] == bot.list_runs()

    assert 0 == bot.process.poll()
    assert TRACEBACK not in bot.log.read_text()


def test_ctrl_c_ends_it_without_a_traceback(tmp_path, settings):
    """Exit code 0: it did what it was told."""
    with run_forked_bot(tmp_path, name_variables(settings)) as bot:
        bot.process.send_signal(signal.SIGINT)
        assert 0 == bot.process.wait(60)

    assert TRACEBACK not in bot.log.read_text()


@contextmanager
def slow_bot(home, checked, pace):
    """A bot whose Claude takes its time."""
    play = script(*BEGIN, [GOOD], END)
    slow = play.model_copy(
        update={"turns": tuple(turn.model_copy(update={"pace_s": 1.0}) for turn in play.turns)}
    )
    with ExitStack() as stack:
        forge, keys, url = stack.enter_context(forged(home, checked))
        double = ClaudeDouble(slow, pace=pace)
        claude = stack.enter_context(serve_claude(double))
        settings = settings_for(keys, url, claude, home / "bot", port=0, page_port=0)
        yield forge, keys, double, name_variables(settings)


@pytest.mark.slow
@pytest.mark.parametrize(("pace", "paid_again"), [(1.5, False), (60, True)])
def test_sigterm_during_a_run_ends_within_seconds_and_the_run_goes_on(
    tmp_path, checked, pace, paid_again
):
    """A turn that ends soon is waited for; one that does not is left, and asked for again at the
    next start.
    """
    with slow_bot(tmp_path, checked, pace) as (forge, keys, double, env):
        with run_forked_bot(tmp_path, env) as bot:
            forge.set_webhook_url(keys, bot.webhook_url)
            forge.add_label(
                REPO,
                forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts."),
                "autogen",
                "ada",
            )
            until(lambda: double.paid_turns[0])
            bot.process.terminate()
            assert 0 == bot.process.wait(40)
        assert TRACEBACK not in bot.log.read_text()
        double._pace = 0
        with run_forked_bot(tmp_path, env) as bot:
            forge.set_webhook_url(keys, bot.webhook_url)
            until(lambda: count_ended(tmp_path / "bot", "solve_issue"))

        assert [False] == [pull.draft for pull in forge.list_pulls(REPO)]
        assert paid_again == (double.paid_turns[0] > 1)


def test_ctrl_c_ends_solve_in_the_middle_of_a_turn(tmp_path, checked):
    """At once, without a traceback, and with what it cost so far."""
    committed(tmp_path)
    (tmp_path / "request.md").write_text("Greet more quietly\n")
    turns = script(*BEGIN).turns
    slow = script(*BEGIN).model_copy(
        update={
            "about": "",
            "turns": tuple(turn.model_copy(update={"pace_s": 60.0}) for turn in turns),
        }
    )
    double = ClaudeDouble(slow, pace=1)
    with serve_claude(double) as url:
        settings = {"anthropic_url": url, "anthropic_api_key": "k"}
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "solve", "--repo", "greeter", "--issue", "request.md"],
            cwd=tmp_path,
            env=environment(tmp_path, settings),
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            until(lambda: double.paid_turns[0])
            time.sleep(0.5)  # it waits for more
            process.send_signal(signal.SIGINT)
            try:
                _, told = process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                # A signal in the middle of a C callback can be lost: whoever waits presses again.
                process.send_signal(signal.SIGINT)
                _, told = process.communicate(timeout=60)

    assert 130 == process.returncode
    assert "in all" in told
    assert TRACEBACK not in told


def committed(home):
    """A folder with something to build on."""
    folder = home / "greeter"
    folder.mkdir()
    (folder / "greeting.py").write_text('def greet(name):\n    return "Hello " + name\n')
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for asked in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "-m", "Greet"]):
        subprocess.run(["git", "-C", folder, *asked], check=True)
    return folder


def until(true, patience_s=60):
    """Wait until it is."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_who_serves_without_any_setting_is_told_the_three_steps(typed):
    """Where to make an App and with what, the four things to set, and the doctor."""
    told = typed("serve")

    assert 2 == told.exit_code
    assert "1. Make a GitHub App: https://github.com/settings/apps/new" in told.output
    assert "Pull requests: read and write" in told.output
    assert "Issue comment" in told.output
    assert "   GREENLIT_APP_ID=123456" in told.output
    assert "3. Ask what is still missing: greenlit doctor" in told.output
    lines = told.output.splitlines()
    assert [] == [line for line in lines if len(line) > 80 and ".env" not in line]


def test_who_has_begun_to_set_it_up_is_told_what_is_missing(typed):
    """And what is misspelt; the steps would say again what was done."""
    told = typed("serve", GREENLIT_APPID="12")
    told_begun = typed("serve", GREENLIT_APPID="12", GREENLIT_APP_ID="12")

    assert "Did you mean GREENLIT_APP_ID?" in " ".join(told.output.split())
    assert "Three steps" in told.output
    assert "Three steps" not in told_begun.output
    assert "GREENLIT_APP_ID is not set" not in told_begun.output
    assert "GREENLIT_WEBHOOK_SECRET is not set" in told_begun.output
    assert "What else is missing? Ask: greenlit doctor" in told_begun.output
