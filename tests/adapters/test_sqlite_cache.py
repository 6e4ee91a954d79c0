"""The cache of derived data: it survives a restart, stays within its limits and never raises."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from bot.adapters.sqlite_cache import SqliteCache
from bot.ports import SegmentBlob


def segment(*keys: str, size: int = 10) -> SegmentBlob:
    return SegmentBlob(keys, {"body": b"x" * size, "names": b""})


def store(cache: SqliteCache, namespace: str, *keys: str, size: int = 10) -> None:
    cache.store(namespace, segment(*keys, size=size), {key: f"of {key}".encode() for key in keys})


@pytest.fixture
def cache(tmp_path: Path) -> SqliteCache:
    return SqliteCache(tmp_path / "known", "1")


def test_what_is_stored_is_loaded(cache):
    """A segment comes back whole by any of its keys, and metadata by theirs."""
    store(cache, "ada/engine", "a", "b")
    store(cache, "ada/engine", "c")
    loaded = cache.load_segments("ada/engine", ["b", "z"])

    assert [(("a", "b"), {"body": b"x" * 10, "names": b""})] == [
        (segment.keys, segment.columns) for segment in loaded
    ]
    assert {"a": b"of a", "c": b"of c"} == cache.load_metadata("ada/engine", ["a", "c", "z"])


def test_namespaces_are_separate(cache):
    """So are names that look alike to a file system."""
    store(cache, "ada/engine", "a")

    assert (
        () == cache.load_segments("ada-engine", ["a"]) == cache.load_segments("ADA/engine", ["a"])
    )


def test_a_segment_can_replace_others(cache):
    """It inherits their metadata."""
    store(cache, "ada/engine", "a")
    store(cache, "ada/engine", "b")
    old = [segment.cache_id for segment in cache.load_segments("ada/engine", ["a", "b"])]
    cache.store("ada/engine", segment("a", "b"), {}, replaces=old)

    assert [("a", "b")] == [segment.keys for segment in cache.load_segments("ada/engine", ["a"])]
    assert {"a": b"of a", "b": b"of b"} == cache.load_metadata("ada/engine", ["a", "b"])


@pytest.mark.parametrize(
    "harm", [lambda data: b"garbage" * 999, lambda data: data[:5_000], lambda data: b""]
)
def test_a_damaged_file_is_begun_anew(cache, harm):
    """No error is raised, and the cache works again."""
    store(cache, "ada/engine", *map(str, range(500)))
    file = next(cache.folder.glob("*.sqlite"))
    file.write_bytes(harm(file.read_bytes()))

    assert () == cache.load_segments("ada/engine", ["1"])
    store(cache, "ada/engine", "1")
    assert 1 == len(cache.load_segments("ada/engine", ["1"]))


def test_a_byte_that_turned_is_noticed(cache):
    """The columns are numbers, and any number would do."""
    store(cache, "ada/engine", "a", size=50_000)
    file = next(cache.folder.glob("*.sqlite"))
    data = bytearray(file.read_bytes())
    data[data.index(b"x" * 4_000) + 2_000] = 0
    file.write_bytes(data)

    assert () == cache.load_segments("ada/engine", ["a"])


def test_another_format_is_begun_anew(cache):
    """What an older version derived is not read as something else."""
    store(cache, "ada/engine", "a")

    assert () == SqliteCache(cache.folder, "2").load_segments("ada/engine", ["a"])


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    """Ranking goes on, and derives all of it again."""
    (tmp_path / "file").write_text("")
    cache = SqliteCache(tmp_path / "file" / "known", "1")
    store(cache, "ada/engine", "a")

    assert () == cache.load_segments("ada/engine", ["a"])


def test_a_file_that_is_locked_for_long_is_done_without(cache):
    """Somebody else's long write is waited for a while, not for ever."""
    store(cache, "ada/engine", "a")
    with sqlite3.connect(next(cache.folder.glob("*.sqlite"))) as other:
        other.execute("BEGIN EXCLUSIVE")
        hurried = SqliteCache(cache.folder, "1", timeout_s=0.05)

        assert () == hurried.load_segments("ada/engine", ["a"])
        other.rollback()
    assert 1 == len(cache.load_segments("ada/engine", ["a"]))


def test_least_recently_used_segments_are_evicted(tmp_path):
    """The newest stays, however large it is."""
    cache = SqliteCache(tmp_path, "1", file_bytes=1_000)
    for key in "abc":
        store(cache, "ada/engine", key, size=600)

    assert [("c",)] == [
        segment.keys for segment in cache.load_segments("ada/engine", ["a", "b", "c"])
    ]
    assert {"c": b"of c"} == cache.load_metadata("ada/engine", ["a", "b", "c"])


def test_least_recently_changed_files_are_evicted(tmp_path):
    """The folder stays within its limit."""
    cache = SqliteCache(tmp_path, "1", folder_bytes=200_000)
    for name in ("one", "two", "three"):
        store(cache, name, "a", size=100_000)

    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 200_000
    assert 1 == len(cache.load_segments("three", ["a"]))


def test_two_processes_at_once_keep_both(cache):
    """Neither loses what the other writes."""
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write_many, args=(cache, name)) for name in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join()

    assert [0, 0] == [process.exitcode for process in both]
    assert 20 == len(
        cache.load_segments("ada/engine", [f"{name}{n}" for name in "ab" for n in range(10)])
    )


def _write_many(cache: SqliteCache, name: str) -> None:
    for number in range(10):
        store(cache, "ada/engine", f"{name}{number}")
