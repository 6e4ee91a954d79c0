"""`greenlit learn`, as people type it."""

from __future__ import annotations

import fcntl
import json
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.cli.commands import app
from bot.cli.learn_progress import show_learning
from tests.learn.corpus_scene import make_repository

# Keras 3.15 hands its variables to NumPy in a way that NumPy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def _make_source(seed):
    lines = (
        f"def get_{number * seed % 89}(self):\n    return self._{number}\n" for number in range(60)
    )
    return "\n\n".join(lines).encode()


def _type(home, *words):
    ended = CliRunner().invoke(
        app, words, env={"GREENLIT_HOME": str(home), "COLUMNS": "80"}, catch_exceptions=False
    )
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture
def home(tmp_path):
    """A home with a corpus of one repository."""
    files = {f"part_{seed}.py": _make_source(seed) for seed in (3, 5, 7, 11, 13)}
    folder = make_repository(tmp_path / "parts", files)
    code, _, problems = _type(tmp_path / "home", "corpus", "clone", str(folder))
    assert (0, "") == (code, problems)
    return tmp_path / "home"


def test_both_models_are_learnt_and_the_better_one_serves(home):
    """Each is judged, the better one is named, and each has its card and its README."""
    code, output, _ = _type(home, "learn", "--minutes", "0.1")

    lines = output.splitlines()
    assert 0 == code
    assert lines[0].startswith("Corpus: ")
    assert lines[1].startswith("n-gram: ")
    assert lines[2].startswith("LSTM: ")
    assert lines[3].startswith("Serves: ngram, with ")
    for name in ("ngram", "lstm"):
        card = json.loads((home / "models" / name / "card.json").read_text())
        assert name == card["kind"]
        assert "MIT" in (home / "models" / name / "README.md").read_text()
    assert (home / "models/lstm/curves.png").exists()
    assert 1 == len(list((home / "models/lstm/events").iterdir()))


class Screen(StringIO):
    """A terminal, as far as a program can tell."""

    def isatty(self):
        """Say that it is one."""
        return True


def test_what_is_printed_stands_on_a_line_of_its_own():
    """On a terminal the line that moves makes room for a sentence, and comes back below it."""
    screen = Screen()
    moving, plain = (
        Console(file=screen, width=80, highlight=False, _environ={"TERM": "xterm"})
        for _ in range(2)
    )
    with show_learning(moving) as progress:
        progress.begin("LSTM")
        progress.progress.refresh()
        progress.print_sentence(plain, "LSTM: 3.877 bits")

    assert any(line.endswith("\x1b[2KLSTM: 3.877 bits") for line in screen.getvalue().splitlines())


def test_no_corpus_is_told(tmp_path):
    """Where nothing was cloned, the command that does is named."""
    code, output, problems = _type(tmp_path, "learn")

    expected = "There is no corpus yet. Make one of repositories: greenlit corpus clone PATH\n"
    assert (1, "", expected) == (code, output, problems)


def test_two_processes_do_not_learn_at_once(home):
    """While another one learns into the folder, a sentence says so."""
    (home / "models").mkdir()
    with (home / "models" / "learning.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, problems = _type(home, "learn", "--only", "ngram")

    assert 1 == code
    assert problems.startswith("Another `greenlit learn` writes to ")


def test_models_are_their_users_alone(home):
    """A model can say private code again, so nobody else may read it."""
    code, _, _ = _type(home, "learn", "--only", "ngram")

    assert 0 == code
    assert 0o700 == (home / "models").stat().st_mode & 0o777


def test_a_corpus_that_changes_is_not_learnt_from(home):
    """While `corpus clone` writes, learning waits for another day; and while it reads, so does
    `corpus clone`.
    """
    with (home / "corpus/clone.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        learning = _type(home, "learn", "--only", "ngram")
        fcntl.flock(held, fcntl.LOCK_SH)
        cloning = _type(home, "corpus", "clone", "ada/engine")

    for code, _, problems in (learning, cloning):
        assert 1 == code
        assert problems.startswith("Another `greenlit corpus clone` or `greenlit learn` is at work")


def test_a_corpus_of_one_file_is_told(tmp_path):
    """One file cannot be learnt from and judged by."""
    folder = make_repository(tmp_path / "one", {"only.py": _make_source(3)})
    _type(tmp_path / "home", "corpus", "clone", str(folder))

    code, _, problems = _type(tmp_path / "home", "learn")

    assert 1 == code
    assert "learning needs two at least" in problems


def test_a_folder_that_cannot_be_made_is_told(home):
    """Where the models' folder is a file, a sentence names it."""
    (home / "models").write_text("no folder")

    code, _, problems = _type(home, "learn", "--only", "ngram")

    assert 1 == code
    assert problems.startswith(f"{home / 'models'}: File exists")


def test_a_broken_checkpoint_is_told_and_kept(home):
    """Training does not go on from what is no checkpoint, and deletes nothing."""
    checkpoint = home / "models/lstm/checkpoints/last.npz"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"\x80\x04N.")

    code, _, problems = _type(home, "learn", "--only", "lstm")

    assert 1 == code
    assert f"{checkpoint} cannot be read" in problems
    assert b"\x80\x04N." == checkpoint.read_bytes()
