"""The sandbox's port on this machine: what a job finds, what comes back, what stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.sandbox.sandboxed import SandboxScene


@pytest.fixture
def scene(tmp_path: Path) -> SandboxScene:
    return SandboxScene(tmp_path)


def test_job_finds_the_tree_with_its_patch(scene: SandboxScene) -> None:
    """Files, modes and links are those of the tree with the patch; there is no .git."""
    tree = scene.lay(
        {
            "src/a.py": b"one\n",
            "src/b.py": b"two\n",
            "100755:run.sh": b"echo ran\n",
            "120000:link": b"src/a.py",
            "120000:out": b"../../etc/passwd",
            "120000:abs": b"/etc/passwd",
        }
    )

    result = scene.run(
        tree,
        "./run.sh",
        "cat link src/b.py src/new/c.py",
        "find . | sort",
        patch={"src/b.py": "TWO\n", "src/new/c.py": "three\n", "src/a.py": "one\n"},
    )

    assert (0, "") == (result.exit_code, result.obstacle)
    assert [
        "ran",
        "one",
        "TWO",
        "three",
        ".",
        "./link",
        "./run.sh",
        "./src",
        "./src/a.py",
        "./src/b.py",
        "./src/new",
        "./src/new/c.py",
    ] == result.log.decode().splitlines()
    assert (
        "abs: a symbolic link that leads out of the repository",
        "out: a symbolic link that leads out of the repository",
    ) == result.left_out
    assert ({}, ()) == (result.changes, result.dropped)


def test_only_what_differs_is_written_again(scene: SandboxScene) -> None:
    """The next job keeps the inode of what is the same, and what was built; the rest is as told."""
    tree = scene.lay({"a": b"a\n", "b": b"b\n", "d/c": b"c\n"})
    scene.run(tree, "echo built > out.o", patch={"d/new": "n\n"})
    before = (scene.files / "a").stat()

    result = scene.run(tree, "cat out.o b; ls", patch={"b": "B\n", "d/c": None})

    assert "built\nB\na\nb\nout.o\n" == result.log.decode()
    assert before == (scene.files / "a").stat()


def test_a_new_text_of_the_same_size_has_a_later_second(scene: SandboxScene) -> None:
    """Python's cache of compiled code tells seconds and sizes apart, no more: so do we."""
    tree = scene.lay({"m.py": b"print(1)\n", "t.py": b"import m\n"})
    command = "python3 -B t.py; python3 -m compileall -q m.py; python3 t.py"

    printed = [
        scene.run(tree, command, patch={"m.py": f"print({number})\n"}).log.decode().split()
        for number in (1, 2, 3)
    ]

    assert [["1", "1"], ["2", "2"], ["3", "3"]] == printed


def test_only_allowed_changes_come_back(scene: SandboxScene) -> None:
    """A formatter's change of a file of the patch comes back; others are put back and told."""
    tree = scene.lay({"a.py": b"x=1\n", "b.py": b"y=1\n", "c.py": b"z=1\n", "100755:d": b"d\n"})
    patch = {"a.py": "x  =  1\n"}

    result = scene.run(
        tree,
        "echo 'x = 1' > a.py; echo evil > b.py; rm c.py; touch d; echo '{}' > a.lock; echo n > note",
        patch=patch,
        returns=("a.py", "a.lock"),
    )
    again = scene.run(tree, "cat a.py b.py c.py; ls", patch={**patch, **result.changes})

    assert {"a.lock": "{}\n", "a.py": "x = 1\n"} == result.changes
    assert (
        "b.py: it is not for a command to change, and is put back",
        "c.py: it was deleted, and is put back",
    ) == result.dropped[:2]
    assert "x = 1\ny=1\nz=1\na.lock\na.py\nb.py\nc.py\nd\nnote\n" == again.log.decode()
    assert ({}, ()) == (again.changes, again.dropped)


def test_what_is_no_text_does_not_come_back(scene: SandboxScene) -> None:
    """A file that may come back does so as text of a bearable size, or not at all."""
    tree = scene.lay(dict.fromkeys(("binary", "big", "nul", "link", "pipe", "folder"), b"x\n"))

    result = scene.run(
        tree,
        r"printf '\377' > binary; printf 'a\0b' > nul; head -c 1000001 /dev/zero | tr '\0' a > big",
        "rm link pipe folder; ln -s /etc/passwd link; mkfifo pipe; mkdir folder",
        returns=("binary", "big", "nul", "link", "pipe", "folder", "absent"),
    )

    assert {} == result.changes
    assert (
        "big: it is larger than 1 MB",
        "binary: it is no UTF-8 text",
        "folder: it is a folder now",
        "link: it is a symbolic link now",
        "nul: it is no text",
        "pipe: it is a pipe now",
    ) == result.dropped


def test_discarded_workspace_is_gone(scene: SandboxScene) -> None:
    """Nothing of a run's workspace stays, and what is not there is nothing to remove."""
    tree = scene.lay({"a": b"a\n"})
    scene.run(tree, "mkdir -p x/y; chmod 000 x/y")
    assert scene.files.exists()

    scene.sandbox.discard("w")
    scene.sandbox.discard("never seen")

    assert [] == list((scene.home / "workspaces").iterdir())
