"""The tests of a disk that is full: the record is whole, and runs go on when there is room."""

import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from bot.adapters.private_home import RECORD
from bot.ports import Unreachable
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, eventually, lines, start

MOST = "size=3m"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", MOST, "tmpfs", folder]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Write until there is no room."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(folder)
        file.write(b"x" * (free.f_bavail * free.f_frsize))
    return ballast


def start_many(engine, diary):
    """Start runs until the record takes no more."""
    for number in range(1000):
        start(engine, stories.three, diary, key=f"more {number}", word="x" * 10_000)


def test_runs_wait_until_there_is_room(small_disk, tmp_path, diary):
    """What is under way waits, what is to begin is refused as when the record is away, and nothing
    is done twice.
    """
    engine = durable(small_disk / "home")
    engine.launch()
    start(engine, stories.three, diary, key="k", seconds=0.5)
    eventually(lambda: lines(diary), ["a", "b began"])
    ballast = fill(small_disk)
    eventually(lambda: lines(diary), ["a", "b began", "b ended"])
    with pytest.raises(Unreachable, match="the disk with"):
        start_many(engine, diary)
    ballast.unlink()

    assert "done" == ended(engine, "k").state
    assert ["a", "b began", "b ended", "c"] == lines(diary)[:4]
    engine.close()
    with closing(sqlite3.connect(small_disk / "home" / RECORD)) as record:
        assert [("ok",)] == record.execute("pragma integrity_check").fetchall()
