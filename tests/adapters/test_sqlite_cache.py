"""Here live the promises about the Memory: what was derived once is kept, bounded, and never worth
an error.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from bot.adapters.sqlite_cache import Remembered
from bot.ports import SegmentBlob


def pack(*keys: str, size: int = 10) -> SegmentBlob:
    return SegmentBlob(keys, {"body": b"x" * size, "names": b""})


def kept(memory: Remembered, shelf: str, *keys: str, size: int = 10) -> None:
    memory.keep(shelf, pack(*keys, size=size), {key: f"of {key}".encode() for key in keys})


@pytest.fixture
def memory(tmp_path: Path) -> Remembered:
    return Remembered(tmp_path / "known", "1")


def test_what_is_kept_is_recalled(memory):
    """A pack comes back whole by any of its keys, and notes by theirs."""
    kept(memory, "ada/engine", "a", "b")
    kept(memory, "ada/engine", "c")
    found = memory.recall("ada/engine", ["b", "z"])

    assert [(("a", "b"), {"body": b"x" * 10, "names": b""})] == [
        (it.keys, it.columns) for it in found
    ]
    assert {"a": b"of a", "c": b"of c"} == memory.notes("ada/engine", ["a", "c", "z"])


def test_repositories_know_nothing_of_each_other(memory):
    """Names that only look alike to a file system included."""
    kept(memory, "ada/engine", "a")

    assert () == memory.recall("ada-engine", ["a"]) == memory.recall("ADA/engine", ["a"])


def test_a_pack_can_take_the_place_of_others(memory):
    """Its notes are those of the packs before it."""
    kept(memory, "ada/engine", "a")
    kept(memory, "ada/engine", "b")
    old = [it.number for it in memory.recall("ada/engine", ["a", "b"])]
    memory.keep("ada/engine", pack("a", "b"), {}, instead=old)

    assert [("a", "b")] == [it.keys for it in memory.recall("ada/engine", ["a"])]
    assert {"a": b"of a", "b": b"of b"} == memory.notes("ada/engine", ["a", "b"])


@pytest.mark.parametrize(
    "harm", [lambda data: b"garbage" * 999, lambda data: data[:5_000], lambda data: b""]
)
def test_a_damaged_file_is_begun_anew(memory, harm):
    """Nobody hears of it, and it works again."""
    kept(memory, "ada/engine", *map(str, range(500)))
    file = next(memory.folder.glob("*.sqlite"))
    file.write_bytes(harm(file.read_bytes()))

    assert () == memory.recall("ada/engine", ["1"])
    kept(memory, "ada/engine", "1")
    assert 1 == len(memory.recall("ada/engine", ["1"]))


def test_a_byte_that_turned_is_noticed(memory):
    """The columns are numbers, and any number would do."""
    kept(memory, "ada/engine", "a", size=50_000)
    file = next(memory.folder.glob("*.sqlite"))
    data = bytearray(file.read_bytes())
    data[data.index(b"x" * 4_000) + 2_000] = 0
    file.write_bytes(data)

    assert () == memory.recall("ada/engine", ["a"])


def test_another_format_is_begun_anew(memory):
    """What an older version derived is not read as something else."""
    kept(memory, "ada/engine", "a")

    assert () == Remembered(memory.folder, "2").recall("ada/engine", ["a"])


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    """Ranking goes on, and derives all of it again."""
    (tmp_path / "file").write_text("")
    memory = Remembered(tmp_path / "file" / "known", "1")
    kept(memory, "ada/engine", "a")

    assert () == memory.recall("ada/engine", ["a"])


def test_a_file_that_is_locked_for_long_is_done_without(memory):
    """Somebody else's long write is waited for a while, not for ever."""
    kept(memory, "ada/engine", "a")
    with sqlite3.connect(next(memory.folder.glob("*.sqlite"))) as other:
        other.execute("BEGIN EXCLUSIVE")
        hurried = Remembered(memory.folder, "1", patience_s=0.05)

        assert () == hurried.recall("ada/engine", ["a"])
        other.rollback()
    assert 1 == len(memory.recall("ada/engine", ["a"]))


def test_packs_that_nobody_asked_for_lately_go_first(tmp_path):
    """The newest stays, however large it is."""
    memory = Remembered(tmp_path, "1", file_bytes=1_000)
    for key in "abc":
        kept(memory, "ada/engine", key, size=600)

    assert [("c",)] == [it.keys for it in memory.recall("ada/engine", ["a", "b", "c"])]
    assert {"c": b"of c"} == memory.notes("ada/engine", ["a", "b", "c"])


def test_repositories_that_nobody_asked_for_lately_go_first(tmp_path):
    """The folder stays within its limit."""
    memory = Remembered(tmp_path, "1", folder_bytes=200_000)
    for name in ("one", "two", "three"):
        kept(memory, name, "a", size=100_000)

    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 200_000
    assert 1 == len(memory.recall("three", ["a"]))


def test_two_processes_at_once_keep_both(memory):
    """Neither loses what the other writes."""
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write_many, args=(memory, name)) for name in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join()

    assert [0, 0] == [process.exitcode for process in both]
    assert 20 == len(
        memory.recall("ada/engine", [f"{name}{n}" for name in "ab" for n in range(10)])
    )


def _write_many(memory: Remembered, name: str) -> None:
    for number in range(10):
        kept(memory, "ada/engine", f"{name}{number}")
