"""Whatever a command does to a workspace, the next job finds the files that it asked for."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from contextlib import chdir, suppress
from pathlib import Path
from random import Random

import pytest

from bot.adapters.sandbox.job_workspace import list_wanted_files, open_workspace
from bot.adapters.sandbox.openat2 import act_as
from bot.values import Patch
from tests.adapters.sandbox.sandboxed import SandboxScene

PATHS = ("a", "b/c", "b/d/e", "b/d/f", "g/h", "i")
TREE = {path: f"{path}\n".encode() for path in PATHS} | {"100755:run": b"run\n"}
STEPS = 12

Act = Callable[[Path, Random], object]


def _write(path: Path, chance: Random) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_fifo():  # it would block, and whoever runs this with it
        path.unlink()
    path.write_text(chance.choice(["", "x\n", f"{path.name}\n", "other\n"]))


def _turn_round(path: Path, _: Random) -> None:
    """Write as many other bytes, and set the times back."""
    if not path.is_file():
        return
    status = path.stat()
    path.write_bytes(bytes(reversed(path.read_bytes())))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _make_folder(path: Path, _: Random) -> None:
    path.unlink()
    (path / "deep/er").mkdir(parents=True)


def _make_link(path: Path, _: Random) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _make_pipe(path: Path, _: Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _close_folder(path: Path, chance: Random) -> None:
    path.parent.chmod(chance.choice([0, 0o555, 0o1777]))


def _link_folder(path: Path, _: Random) -> None:
    shutil.rmtree(path.parent)
    path.parent.symlink_to("nowhere")


def _replace_folder(path: Path, _: Random) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_text("a file now")


ACTS: tuple[Act, ...] = (
    _write,
    _turn_round,
    _make_folder,
    _make_link,
    _make_pipe,
    lambda path, _: path.unlink(),
    lambda path, _: path.rename(path.with_name("moved")),
    lambda path, _: os.link(path, path.with_name("twice")),
    lambda path, chance: path.chmod(chance.choice([0, 0o777, 0o444, 0o4755])),
    lambda path, _: os.utime(path, (0, 0)),
    lambda path, _: os.truncate(path, 10**6 + 1),
)
FOLDER_ACTS: tuple[Act, ...] = (_close_folder, _link_folder, _replace_folder)


def _harm(root: Path, chance: Random) -> None:
    """Do some acts as the workspace's user, who can reach nothing else; some of them fail."""
    uid = root.stat().st_uid
    for name in chance.choices(PATHS, k=4):
        acts = ACTS + FOLDER_ACTS if "/" in name else ACTS
        # From inside: what is above is closed to that user.
        with chdir(root), suppress(OSError), act_as(uid):
            chance.choice(acts)(Path(name), chance)


@pytest.mark.parametrize("seed", range(3))
def test_the_next_job_finds_what_it_asked_for(scene: SandboxScene, seed: int) -> None:
    """After random acts, in a random patch's files, contents, modes and kinds are as asked for."""
    chance = Random(seed)
    tree = scene.lay(TREE)
    path = scene.home.parent / "workspace"
    for _ in range(STEPS):
        patch = Patch({name: chance.choice([None, "p\n", "q\n"]) for name in _choose(chance)})
        wanted = list_wanted_files(scene.mirrors, tree, patch)
        with open_workspace(path) as workspace:
            workspace.sync(scene.mirrors, tree, wanted)
            expected = _list_expected(patch)
            actual = {name: _read(workspace.files / name) for name in expected}
            _harm(workspace.files, chance)
            workspace.collect(_choose(chance))

        assert expected == actual


def _choose(chance: Random) -> list[str]:
    return [name for name in (*PATHS, "new/file") if chance.random() < 0.3]


def _list_expected(patch: Patch) -> dict[str, tuple[str, bool]]:
    """List the text of each file that is asked for, and whether it is a program."""
    texts: dict[str, str | None] = {**{path: f"{path}\n" for path in PATHS}, "run": "run\n"}
    texts |= patch.files
    return {path: (text, path == "run") for path, text in texts.items() if text is not None}


def _read(path: Path) -> tuple[str, bool]:
    """Read a plain file that has no other name, and whether it is a program."""
    status = path.lstat()
    assert (True, 1) == (stat.S_ISREG(status.st_mode), status.st_nlink)
    assert status.st_mode & 0o777 in (0o644, 0o755)
    return path.read_text(), bool(status.st_mode & 0o111)
