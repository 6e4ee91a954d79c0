"""The tests of a disk that is full: the record is whole, and runs go on when there is room."""

import sqlite3
from contextlib import closing

import pytest

from bot.adapters.private_home import RECORD
from bot.ports import Unreachable
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, eventually, lines, start
from tests.small_disk import filled, mount_disk


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes."""
    with mount_disk(tmp_path / "disk", 3) as folder:
        yield folder


def test_a_step_without_room_is_tried_again(engine, diary):
    """Whatever it would write: the run waits for an operator, and is no fault."""
    start(engine, stories.crowded, diary, times=2)

    assert "reached" == ended(engine, "k").text
    errors = [step.error.partition(": ")[2] for step in engine.steps("k")]
    assert ["the disk of the bot's machine is full"] * 2 + [""] == errors


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
    with filled(small_disk):
        eventually(lambda: lines(diary), ["a", "b began", "b ended"])
        with pytest.raises(Unreachable, match="the disk with"):
            start_many(engine, diary)

    assert "done" == ended(engine, "k").state
    assert ["a", "b began", "b ended", "c"] == lines(diary)[:4]
    engine.close()
    with closing(sqlite3.connect(small_disk / "home" / RECORD)) as record:
        assert [("ok",)] == record.execute("pragma integrity_check").fetchall()


def test_a_process_ends_though_there_is_no_room(small_disk, diary):
    """What could not be recorded is done again at the next start."""
    engine = durable(small_disk / "home")
    engine.launch()
    start(engine, stories.three, diary, key="k", seconds=0.5)
    eventually(lambda: lines(diary), ["a", "b began"])
    with filled(small_disk):
        eventually(lambda: lines(diary)[2:], ["b ended"])
        engine.close()
    engine = durable(small_disk / "home")
    engine.launch()

    assert "done" == ended(engine, "k").state
    assert "c" == lines(diary)[-1]
    engine.close()
