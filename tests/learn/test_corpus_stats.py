"""`greenlit corpus stats`: what the corpus has, for people and for programs."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from inline_snapshot import snapshot
from rich.console import Console
from typer.testing import CliRunner

from bot.cli.commands import app
from bot.cli.corpus_stats import print_corpus_stats
from tests.learn.corpus_scene import CorpusScene, make_code, make_repository


@pytest.fixture
def scene(tmp_path):
    """A corpus of two repositories, of which one has copies of the other."""
    scene = CorpusScene(tmp_path / "home")
    one = {"a.py": make_code("one"), "b.py": make_code("two"), "e.py": b""}
    two = {"a.py": make_code("one"), "c.py": make_code("three"), "old.py": b"\xe9 = 1\n"}
    scene.clone(
        make_repository(tmp_path / "engine.git", one),
        make_repository(tmp_path / "a-repository-with-a-very-long-name-indeed.git", two, b""),
    )
    return scene


def print_stats(scene):
    """Print as into a pipe; return the exit code and the text."""
    console = Console(file=StringIO(), width=80)
    code = print_corpus_stats(console, scene.settings, as_json=False)
    return code, "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def test_the_table_fits_eighty_columns(scene):
    """Each repository has its line, most text first, and below them all together."""
    code, text = print_stats(scene)

    assert 0 == code
    assert text == snapshot("""\
repository                              files  lines  words  characters  dropped
engine                                      2    102    148       1,174        1
a-repository-with-a-very-long-name-ind      1     51     74         637        2
eed
all                                         3    153    222       1,811        3

Dropped: 1 not UTF-8, 1 empty, 1 duplicate
Licences: 1 MIT, 1 unknown\
""")


def test_programs_get_json(scene, capsys):
    """Every figure of the table is there by its name, and each repository with its commit."""
    assert 0 == print_corpus_stats(Console(), scene.settings, as_json=True)
    document = json.loads(capsys.readouterr().out)

    assert (3, 1) == (document["together"]["files"], document["copies"])
    assert {"MIT": 1, "unknown": 1} == document["licences"]
    assert {"duplicate": 1, "not UTF-8": 1, "empty": 1} == document["together"]["dropped"]
    assert [40, 40] == [len(each["commit"]) for each in document["repositories"]]


def test_an_empty_corpus_is_told(tmp_path, capsys):
    """Where there is nothing yet, it says what to do."""
    assert 1 == print_stats(CorpusScene(tmp_path / "home"))[0]
    assert "There is no corpus yet." in capsys.readouterr().err


def test_a_home_that_is_a_file_is_told(tmp_path):
    """Where nothing can be kept, a sentence names the place and the setting."""
    home = tmp_path / "home"
    home.write_text("no folder")

    for words in (["stats"], ["clone", str(tmp_path)]):
        ended = CliRunner().invoke(app, ["corpus", *words], env={"GREENLIT_HOME": str(home)})

        assert 1 == ended.exit_code
        assert "cannot be made: " in ended.stderr
        assert "GREENLIT_HOME names another place." in ended.stderr.replace("\n", " ")
