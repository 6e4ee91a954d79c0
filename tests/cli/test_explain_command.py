"""What `greenlit explain` shows, and how it takes what people give it."""

from __future__ import annotations

import json
import os
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot.cli.commands import app
from bot.cli.reading_view import print_reading
from bot.logs import read_log
from tests.git_served import git
from tests.logs.reading import wrap_as_job

TRACEBACK = """\
Traceback (most recent call last):
  File "/x/app/cart.py", line 2, in total
    raise ValueError("no fruit")
ValueError: no fruit
"""
ODD_LINES = [f"src/a.c:{n}:1: error: bad \x07thing \u202eturned" for n in range(1, 60)]
CODE = "def total(names):\n    raise ValueError('no fruit')\n    return 0\n"


class Screen(StringIO):
    """A screen that can be read."""

    def isatty(self) -> bool:
        """Say that a person looks at it."""
        return True


def greenlit(*argv: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(
        app, ["explain", *argv], input=given, env={"COLUMNS": "80", "LINES": "24"}
    )


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with one module."""
    root = tmp_path_factory.mktemp("shop")
    (root / "app").mkdir()
    (root / "app" / "cart.py").write_text(CODE)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(
        root,
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "commit",
        "--quiet",
        "--message",
        "First",
    )
    return root


def test_a_page_shows_what_broke_with_its_code(repo: Path, tmp_path: Path):
    """What kind, what to do, error, place, and the line among its neighbours."""
    log = tmp_path / "ci.log"
    log.write_bytes(wrap_as_job(TRACEBACK))
    done = greenlit(str(log), "--repo", str(repo))

    assert 0 == done.exit_code
    assert [
        "crash: 1 failure, read as python. The code or its tests need a change.",
        "",
        "1. ValueError",
        "   no fruit",
        "   at app/cart.py:2 in total",
        "        1  def total(names):",
        "   >    2      raise ValueError('no fruit')",
        "        3      return 0",
    ] == done.stdout.splitlines()


def test_json_has_every_failure_from_standard_input(tmp_path: Path):
    """For programs: the documented keys, and the files from a list."""
    (tmp_path / "files").write_text("app/cart.py\n")
    shape = json.loads(
        greenlit("--json", "--files", str(tmp_path / "files"), given=wrap_as_job(TRACEBACK)).stdout
    )
    (failure,) = shape["failures"]

    assert ["category", "action", "tool", "failures", "excerpt", "confidence"] == list(shape)
    assert ("crash", "fix", "high") == (shape["category"], shape["action"], shape["confidence"])
    assert [{"file": "app/cart.py", "line": 2, "function": "total"}] == failure.pop("frames")
    assert {
        "test",
        "error",
        "message",
        "root_cause",
        "count",
        "jobs",
        "fingerprint",
        "log_line",
    } == set(failure)


def test_a_log_named_twice_is_read_once():
    """Standard input has an end."""
    ended = greenlit("-", "-", given=wrap_as_job(TRACEBACK))

    assert 0 == ended.exit_code
    assert "1 failure" in ended.stdout


def test_several_logs_are_one_reading(tmp_path: Path):
    """The same failure of two jobs is told once, with both."""
    logs = [tmp_path / "linux.log", tmp_path / "macos.log"]
    for log in logs:
        log.write_bytes(wrap_as_job(TRACEBACK))
    shape = json.loads(greenlit("--json", *map(str, logs)).stdout)

    assert [["linux.log", "macos.log"]] == [failure["jobs"] for failure in shape["failures"]]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nowhere.log"], "The log nowhere.log cannot be read: No such file or directory."),
        (["/"], "The log / cannot be read: Is a directory."),
        ([""], "The name of the log is empty: give a file, or - for standard input."),
        (
            ["-", "--files", "nowhere"],
            "The list nowhere cannot be read: No such file or directory.",
        ),
        (["-", "--repo", "/"], "/ is no git repository"),
        (["bot/__main__.py"], "bot/__main__.py is no log: its name is that of code, of a document"),
        (["README.md"], "README.md is no log: its name is that of code, of a document or of a"),
    ],
)
def test_wrong_use_is_told_in_words(argv: list[str], said: str):
    """What, where and why, on standard error; the exit code is 2."""
    done = greenlit(*argv)

    assert (2, "") == (done.exit_code, done.stdout)
    assert said in " ".join(done.stderr.split())


def test_what_a_log_says_commands_no_terminal(tmp_path: Path):
    """Escapes, bells and turned writing become signs."""
    shown = greenlit(given=wrap_as_job("\n".join(ODD_LINES))).stdout

    assert not {"\x07", "\x1b", "\u202e"} & set(shown)


def test_only_a_screen_cuts_the_list():
    """A file or a pipe gets every failure; a screen what fits, and how much more there is."""
    log = wrap_as_job("\n".join(ODD_LINES))
    screen = Screen()
    print_reading(
        Console(file=screen, width=80, height=24), read_log(log.splitlines(), ()), files_known=True
    )
    piped = greenlit(given=log).stdout

    assert 59 == piped.count("bad \N{REPLACEMENT CHARACTER}thing")
    assert " more; through a pipe, as in | less, all are shown." in screen.getvalue()
    assert len(screen.getvalue().splitlines()) <= 24


@pytest.mark.parametrize(
    "given", [b"", b"\x00\xff\xfe" * 5000, b"x" * 3_000_000, "größe\n".encode("utf-16")]
)
def test_what_is_no_log_is_read_all_the_same(given: bytes):
    """Empty, binary, one endless line, another encoding: nothing is claimed, nothing breaks."""
    done = greenlit("--json", given=given)

    assert (0, "") == (done.exit_code, done.stderr)
    assert "fix" != json.loads(done.stdout)["action"]


@pytest.mark.parametrize(
    "given", [b"", b"\n \n", b"\x00\xff\xfe" * 5000, "alles gut\n".encode("utf-16")]
)
def test_nothing_to_read_is_not_all_well(given: bytes):
    """An empty or a binary file says so, with low confidence."""
    assert "Whether anything failed is not known: this is empty," in " ".join(
        greenlit(given=given).stdout.split()
    )
    assert "low" == json.loads(greenlit("--json", given=given).stdout)["confidence"]


def test_a_named_pipe_is_read_as_a_file_is():
    """As a shell names one for `<(gh run view --log)`."""
    reader, writer = os.pipe()
    os.write(writer, wrap_as_job(TRACEBACK))
    os.close(writer)
    result = greenlit("--json", f"/dev/fd/{reader}")
    os.close(reader)

    assert "ValueError" == json.loads(result.stdout)["failures"][0]["error"]


def make_zip(path: Path, **texts: str) -> str:
    """Make a zip file of these texts, by the names of their jobs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (job, text) in enumerate(texts.items()):
            archive.writestr(f"{number}_{job}.txt", wrap_as_job(text))
            archive.writestr(f"{job}/1_Set up job.txt", "set up\n")
            archive.writestr(f"{job}/2_Run make test.txt", text)
    return str(path)


def test_the_logs_of_a_run_are_read_as_github_zips_them(tmp_path: Path):
    """Each job once, by its name: the same again step by step is passed over."""
    logs = make_zip(tmp_path / "logs.zip", unit=TRACEBACK, lint="src/a.c:3:9: error: expected ';'")

    told = json.loads(greenlit("--json", logs).stdout)

    assert [["unit"], ["lint"]] == [failure["jobs"] for failure in told["failures"]]


def test_a_zip_file_without_logs_or_a_damaged_one_is_told(tmp_path: Path):
    """In a sentence, with what was looked for."""
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("shot.png", b"x")
    damaged = tmp_path / "damaged.zip"
    whole = Path(make_zip(tmp_path / "whole.zip", unit=TRACEBACK)).read_bytes()
    damaged.write_bytes(whole[:60] + bytes(40) + whole[100:])

    results = [greenlit(str(empty)), greenlit(str(damaged))]

    assert [2, 2] == [result.exit_code for result in results]
    assert "There is no log in the zip file" in " ".join(results[0].stderr.split())
    assert "cannot be read" in " ".join(results[1].stderr.split())


def test_a_log_and_its_report_tell_a_test_once(tmp_path: Path):
    """The report may be one very long line; it says the place, and takes a guess's."""
    vague = "1 test failed, see the report"
    told = "=== short test summary info ===\nFAILED tests/test_a.py::test_x - assert 1 == 2\n"
    failure = '<failure message="assert 1 == 2">/r/tests/test_a.py:3: AssertionError</failure>'
    case = f'<testcase classname="tests.test_a" name="test_x">{failure}</testcase>'
    report = f"<testsuite><system-out>{'x' * 100_000}</system-out>{case}</testsuite>"
    (tmp_path / "junit.xml").write_text(f"<?xml version='1.0'?>{report}")
    for name, text in (("vague.log", vague), ("told.log", f"{told}=== 1 failed in 0.1s ===")):
        (tmp_path / name).write_bytes(wrap_as_job(text))
        result = greenlit(str(tmp_path / name), str(tmp_path / "junit.xml"), "--json")
        (failed,) = json.loads(result.stdout)["failures"]

        assert "test_x" in failed["test"]
        assert 3 == failed["frames"][-1]["line"]
