"""`greenlit complete` as it is typed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
import requests
from typer.testing import CliRunner

from bot.cli.commands import app
from bot.learning.learn_ngram import learn_ngram
from bot.learning.split_corpus import split_corpus
from tests.learn.text_folder import write_texts

CODE = "import os\n\n\ndef read_lines(path):\n    with open(path) as file:\n        return list(file)\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with an n-gram model of some small repositories."""
    folder = tmp_path_factory.mktemp("home")
    files = {f"acme/r{number}": [CODE * 3] for number in range(6)}
    learn_ngram(split_corpus(write_texts(folder, files)), folder / "models" / "ngram")
    return folder


def run(home, *words):
    """Type the command in this process."""
    environment = {"GREENLIT_HOME": str(home), "COLUMNS": "200"}
    return CliRunner().invoke(app, ["complete", *words], env=environment)


@pytest.mark.slow
def test_model_is_served_until_ctrl_c(home):
    """It says which model serves and where; page and endpoint answer; Ctrl-C ends it with 0."""
    before = sorted(home.rglob("*"))
    command = [sys.executable, "-m", "bot", "complete", "--port", "0"]
    environment = {**os.environ, "GREENLIT_HOME": str(home)}  # noqa: TID251 - a process of its own
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        lines = [process.stdout.readline() for _ in range(3)]
        address = re.search(r"http://127\.0\.0\.1:\d+/", lines[1])[0]
        question = {"path": "a.py", "before": "import os\n\n\ndef read_li"}
        answers = [requests.post(f"{address}complete", json=question, timeout=30) for _ in "ab"]
        page = requests.get(address, timeout=30)
        process.send_signal(signal.SIGINT)

    assert 0 == process.returncode
    assert re.match(r"Model: ngram, with [\d.]+ bits per character on held-out files\.$", lines[0])
    assert answers[1].json()["suggestions"][0]["text"].startswith("nes")
    assert "ngram" in page.text
    assert before == sorted(home.rglob("*"))


def test_taken_port_is_told(home):
    """A port that is taken is named, and who holds it; the exit code is 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(home, "--port", str(port))

    assert 1 == ended.exit_code
    assert f"Port {port} on 127.0.0.1 is taken by" in ended.stderr
    assert "set --port to another port" in ended.stderr


def test_missing_models_are_told(home, tmp_path):
    """Without a model the exit code is 1, for an unknown name 2, with a sentence for each."""
    none, unknown = run(tmp_path), run(home, "--model", "lstn")

    assert (1, 2) == (none.exit_code, unknown.exit_code)
    assert "yet. Learn one with: greenlit learn" in none.stderr
    assert "There is no model lstn, " in unknown.stderr
    assert "There are: ngram." in unknown.stderr


def test_broken_model_is_told(home, tmp_path):
    """A model that cannot be read is told in a sentence, with the exit code 1."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "card.json").write_bytes((home / "models" / "ngram" / "card.json").read_bytes())
    (folder / "model.npz").write_bytes(b"PK\x03\x04 of somebody else")
    ended = run(home, "--model", str(folder), "--port", "0")

    assert 1 == ended.exit_code
    assert "model.npz" in ended.stderr


def test_a_card_from_elsewhere_moves_no_cursor(tmp_path):
    """What a card has is not sent to the terminal as it is."""
    folder = tmp_path / "models" / "odd"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text('{"\\u001b[2J": 1}')

    ended = CliRunner().invoke(app, ["complete"], env={"GREENLIT_HOME": str(tmp_path)})

    assert 1 == ended.exit_code
    assert "\x1b" not in ended.stderr
