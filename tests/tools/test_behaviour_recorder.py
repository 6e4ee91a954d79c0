"""The program that records, in a folder of its own, what commands do there."""

import pytest

from bot.tools import behaviour_recorder
from bot.tools.behaviour_recorder import Recorder

CAT = "cat: home/d/n: No such file or directory\n"
LINES = {
    "echo out; echo err >&2; exit 3": (3, "out\n", "err\n", {}),
    "cat": (0, "given\n", "", {}),
    "cat own.txt; rm own.txt a.txt": (0, "own\n", "", {"a.txt": None, "own.txt": None}),
    "cat a.txt; cp a.txt b.txt; touch a.txt": (0, "a\n", "", {"b.txt": "a\n"}),
    "mkdir -p x/y && echo 1 > x/y/z": (0, "", "", {"x/y/z": "1\n"}),
    "ls": (0, "a.txt\nlink\nown.txt\nsub\n", "", {}),  # nothing of the ones before is left
    "rm link; mkfifo link": (0, "", "", {"link": "no regular file"}),
    "ln -sf b.txt link": (0, "", "", {"link": "a link to b.txt"}),
    "echo more >> own.txt": (0, "", "", {"own.txt": "own\nmore\n"}),
    "rm -r sub; mkdir a; rm a.txt; mv a a.txt": (0, "", "", {"a.txt": None, "sub/c.txt": None}),
    "pwd": (0, "work\n", "", {}),
    "printf %0201d 7": (0, "0" * 200 + "\0", "", {}),
    "sleep 9 & sleep 9": (None, "", "", {}),
    "echo $TZ $PYTHONHASHSEED": (0, "UTC 0\n", "", {}),
    "mkdir ~/d ~/go; echo 1 >> ~/d/n; echo 1 > ~/go/x": (0, "", "", {"~/d/n": "1\n"}),
    "cat ~/d/n 2>&1 || rm -r ~": (0, CAT, "", {}),
    't=$(stat -c %y a.txt); echo b > a.txt; touch -d "$t" a.txt': (0, "", "", {"a.txt": "b\n"}),
}


@pytest.fixture
def folder(tmp_path):
    """A folder with a few files and a link."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "sub/c.txt").write_text("c\n")
    (tmp_path / "link").symlink_to("a.txt")
    (tmp_path / behaviour_recorder.HOME).mkdir()
    return tmp_path


def make_plan(commands, runs, overlay=None):
    """A plan of these commands, each with a file of its own and a line to read."""
    inputs = [
        {"command": command, "stdin": "given\n", "files": {"own.txt": "own\n"}}
        for command in commands
    ]
    limits = {"wall_s": 0.5, "chars": 200}
    return {"inputs": inputs, "runs": runs, "overlay": overlay or {}, **limits}


def test_each_command_is_seen_alone(folder):
    """What it printed, how it ended, and what it wrote; then the folder is as before."""
    recorder = Recorder(folder, make_plan(LINES, [["base", 0]]))
    seen = recorder.record()
    texts = {None: None} | seen["texts"]

    assert list(LINES.values()) == [
        (
            run["exit"],
            texts[run["output"]].replace(f"{folder}/{behaviour_recorder.HOME}/", ""),
            texts[run["errors"]],
            {path: texts[name] for path, name in run["files"].items()},
        )
        for run in seen["runs"][0]
    ]
    assert ["a.txt", "link", "sub"] == sorted(
        path.name for path in folder.iterdir() if path.name != behaviour_recorder.HOME
    )


def test_a_change_is_laid_over_the_folder_and_the_base_runs_once_more(folder):
    """Only where anything differs."""
    order = [["base", 0], ["after", 0], ["base", 1]]
    same = Recorder(folder, make_plan(["cat a.txt"], order, {"b.txt": "b"})).record()
    other = Recorder(folder, make_plan(["cat a.txt"], order, {"a.txt": None, "no": None})).record()

    assert ["base", "after", "base"] == same["kinds"]
    assert ["base", "after", "base", "base"] == other["kinds"]
    assert [0, 1, 0, 0] == [run[0]["exit"] for run in other["runs"]]
