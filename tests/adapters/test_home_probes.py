"""Whether the bot's folder still works: its record, and the disk below it."""

import os
import sqlite3

import pytest

from bot.adapters.home_probes import find_disk_trouble, find_record_trouble


@pytest.fixture
def home(tmp_path):
    """A folder with a record."""
    with sqlite3.connect(tmp_path / "engine.sqlite") as record:
        record.execute("CREATE TABLE runs (key TEXT)")
    record.close()
    return tmp_path


def test_a_home_that_works_has_no_trouble(home):
    """Nothing is left behind by the look."""
    assert ("", "") == (find_record_trouble(home), find_disk_trouble(home))
    assert ["engine.sqlite"] == [path.name for path in home.iterdir()]


def test_a_record_that_is_gone_is_told(tmp_path):
    """It is not made anew by the look."""
    assert "unable to open database file" == find_record_trouble(tmp_path)
    assert [] == list(tmp_path.iterdir())


def test_a_record_that_is_damaged_is_told(home):
    """Somebody wrote over it."""
    (home / "engine.sqlite").write_bytes(b"no database" * 1000)

    assert "file is not a database" == find_record_trouble(home)


def test_a_folder_that_is_gone_or_a_disk_that_is_full_is_told(home):
    """Before a run finds out."""
    free = os.statvfs(home).f_bavail * os.statvfs(home).f_frsize

    assert "No such file or directory" == find_disk_trouble(home / "gone")
    assert "MB are free" in find_disk_trouble(home, least_bytes=2 * free)
