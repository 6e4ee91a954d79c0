"""`greenlit demo`, as a stranger starts it: its own process, its own HOME, nothing set, no key."""

import os
import re
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from rich.console import Console

import bot.cli.demo
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.cli.demo import DemoOptions, play_demo
from bot.cli.demo.bot_process import program_path
from tests.cli.terminal import open_terminal
from tests.tier_required import require_tier

INTERNAL_WORDS = (
    "submit_plan",
    "read_file",
    "edit_file",
    "slot",
    "command/",
    "report_failure",
    "use_tools",
)
DEMO = [sys.executable, "-m", "bot", "demo", "--keep", "kept"]


def environment(home, columns=80, sandbox="none"):
    """What the demo sees, and nothing else. Whatever would go out through a proxy ends at once."""
    nowhere = "http://127.0.0.1:9"
    proxies = {
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "ALL_PROXY": nowhere,
        "NO_PROXY": "127.0.0.1,localhost",
    }
    mine = {
        "PATH": program_path(),
        "HOME": str(home),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONUTF8": "1",
    }
    return {**mine, **proxies, "COLUMNS": str(columns), "GREENLIT_SANDBOX": sandbox}


def left(home):
    """Processes whose command line or working folder is below the home, or whose HOME it is."""
    shown = subprocess.run(
        ["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, check=False
    ).stdout
    if not shown:  # procps has the environment behind another letter
        shown = subprocess.run(
            ["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True
        ).stdout
    return [
        line
        for line in shown.splitlines()
        if str(home) in line and int(line.split()[0]) != os.getpid()
    ]


def fetch(url):
    """Fetch a page as a browser would."""
    with urlopen(url, timeout=20) as response:
        return response.read().decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_ends_by_itself_with_a_green_pull_request(tmp_path):
    """Who plays Claude, the red attempt and why, the green one, the pull request, in this order; no
    process stays. Without a sandbox it is CI that finds the fault.
    """
    done = subprocess.run(
        DEMO,
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    first, *rest = done.stdout.splitlines()
    assert "A conversation written by hand plays Claude's part; all else is real." == first
    story = " ".join(" ".join(rest).split())
    told = (
        "issue #1 of acme/orders",
        "adds the label autogen",
        "plans",
        "app/requests.py: new: the requests under way",
        "[lint] `app.reports.UnknownMonth` imported but unused",
        "nothing keeps it back",
        "✗ test failure",
        "app.reports.UnknownMonth: there are no orders",
        "✓ test success",
        "#2, ready for review",
        "@ada reviews #2 and requests changes",
        "Question, app/requests.py, line 7: Does anything ever remove a request?",
        "Suggestion, README.md, line 11: A report can fail, too.",
        "suggestions 1 thread applied",
        "to its own branch",
        "answers thread 1",
        "✓ test success",
        "review 1 thread resolved",
        "Question, app/requests.py, open Nothing does, until the service restarts",
        "Suggestion, README.md, ✓ resolved Applied in ",
        "Pull request #2 is open, and CI is green",
        "Its review: 2 of 2 threads answered, 1 resolved; @ada is asked again.",
        "git -C",
        "diff main...greenlit/1",
        "Try it on your own repository",
        "Nothing is left running",
    )
    place = 0
    for words in told:
        place = story.find(words, place)
        assert place >= 0, words
    assert [] == [line for line in done.stdout.splitlines() if line.endswith(" ")]
    assert 1 == story.count("the requests under way and their reports, by id")
    assert [] == [word for word in INTERNAL_WORDS if word in story]
    assert [] == left(tmp_path)
    assert (tmp_path / "kept" / "bot.log").is_file()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_on_a_terminal_it_stays_up_until_ctrl_c(tmp_path):
    """Its last screen fits 24 lines of 80 columns, and what it names is there until the end. With a
    sandbox the fault is shown there, and one push is enough.
    """
    with open_terminal(DEMO, tmp_path, environment(tmp_path, sandbox="auto")) as terminal:
        screen = terminal.read_until("until you press Ctrl-C")
        lines = screen[screen.rindex("Pull request #2 is open") :].splitlines()
        pages = {url: fetch(url) for url in re.findall(r"http://\S+", "\n".join(lines))}
        diff = re.search(r"git -C (\S+) diff (\S+)", "\n".join(lines))
        changed = subprocess.run(
            ["git", "-C", diff[1], "diff", "--stat", diff[2]], capture_output=True, check=True
        )
        terminal.press("\x03")
        ending = terminal.read_all()
        exit_code = terminal.exit_code

    assert 0 == exit_code
    assert "Nothing is left running" in ending
    assert sum(1 + len(line) // 80 for line in lines) <= 22
    pull = "/acme/orders/pull/2"
    assert [pull, pull, pull, "/acme/orders/issues/1", "/"] == [urlsplit(url).path for url in pages]
    page, question, suggestion = [url for url in pages if "/pull/2" in url]
    assert "Reports are built in the background" in pages[page]
    assert f'id="{urlsplit(question).fragment}"' in pages[page]
    assert f'id="{urlsplit(suggestion).fragment}"' in pages[page]
    assert b"app/requests.py" in changed.stdout
    assert "Traceback" not in screen + ending
    assert [] == left(tmp_path)
    require_tier(Bubblewrap())
    story = " ".join(screen.split())
    assert "AssertionError: assert 200 == 202" in story
    assert "test_service.py::test_report_of_a_month fails without the change" in story
    assert 1 == story.count("to its own branch", 0, story.index("@ada reviews #2"))
    assert "assert 200 == 202" in pages[page]


@pytest.mark.slow
def test_stopped_in_the_middle_it_leaves_nothing_running(tmp_path):
    """Told to end, twice: no traceback, and the bot, the forge and CI's jobs end with it."""
    with subprocess.Popen(
        DEMO,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        for line in process.stdout:
            if "what CI is there" in line:
                break
        assert len(left(tmp_path)) >= 2  # or it would not see what stays
        os.killpg(process.pid, signal.SIGTERM)
        os.killpg(process.pid, signal.SIGTERM)
        out, err = process.communicate(timeout=60)

    assert (130, "") == (process.returncode, err)
    assert "Stopped." in out
    assert [] == left(tmp_path)


@pytest.mark.slow
def test_a_closed_terminal_ends_it(tmp_path):
    """Nothing stays, and nothing is reported as a fault."""
    env = environment(tmp_path) | {"TMPDIR": str(tmp_path)}
    with open_terminal(DEMO, tmp_path, env) as terminal:
        terminal.read_until("check out")
        terminal.close()
        exit_code = terminal.exit_code

    assert exit_code in {130, 141}
    assert [] == left(tmp_path)
    assert [] == list(tmp_path.glob("greenlit-fault-*"))


@pytest.mark.slow
def test_a_conversation_that_does_not_fit_fails_and_says_what_differs(tmp_path):
    """Which turn, what it expected, and what came: in the terminal, not only in a log."""
    written = (Path(bot.cli.demo.__file__).parent / "sample/polling/conversation.yml").read_text()
    written = re.sub("^tools:.*", "", written, flags=re.MULTILINE)  # there may be a sandbox
    changed = tmp_path / "conversation.yml"
    changed.write_text(re.sub("BOOKKEEPING_S", "bookkeeping_minutes", written, count=1))
    told = StringIO()

    code = play_demo(
        Console(file=told, width=80),
        DemoOptions(keep=tmp_path / "kept", conversation=changed),
    )

    story = " ".join(told.getvalue().split())
    assert 1 == code
    assert "The conversation written by hand no longer fits what the bot says." in story
    assert "turn 2: expected the answer of read_file to hold 'bookkeeping_minutes'" in story
