"""The kept fingerprints: found by value, bounded in size, made anew when they are damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.fingerprint_database import FingerprintDatabase
from bot.values import InstallationId, Repo, Sha
from bot.values.copies import KnownFile, KnownRepository


def known(name: str, sha: str = "a") -> KnownRepository:
    return KnownRepository(Repo(name, InstallationId(7)), Sha(sha * 40), "MIT")


@pytest.fixture
def index(tmp_path: Path) -> FingerprintDatabase:
    return FingerprintDatabase(tmp_path / "known" / "fingerprints.sqlite")


def test_a_fingerprint_finds_its_files(index):
    """In all repositories that have the content now, with commit and licence."""
    index.add({"one:hash": {1, 2**47}, "two:hash": {2**47, 3}})
    index.put_files(
        known("ada/x"), {"a.py": "one:hash", "b.py": "two:hash", "c.py": "unknown:hash"}
    )
    index.put_files(known("eve/y", "b"), {"z.py": "one:hash"})

    assert {"one:hash": {1, 2**47}, "two:hash": {2**47}} == index.find({1, 2**47, 9})
    assert (
        KnownFile(known("ada/x"), "a.py", "one:hash"),
        KnownFile(known("eve/y", "b"), "z.py", "one:hash"),
    ) == index.list_files(["one:hash", "none"])
    assert {"three"} == index.list_unknown(["one:hash", "three"])
    assert (0.5, 1.0, 0.0) == (
        index.count_shared(Repo("ada/x"), Repo("ada/x")) / 2,
        index.count_shared(Repo("ada/x"), Repo("eve/y")),
        index.count_shared(Repo("ada/x"), Repo("not/here")),
    )


def test_the_newest_commit_replaces_the_files_before_it(index):
    """What is gone from a repository is nobody's any more; its fingerprints need not be made again
    where it comes back.
    """
    index.add({"one": {1}, "two": {2}})
    index.put_files(known("ada/x"), {"a.py": "one"})
    index.put_files(known("ada/x", "b"), {"a.py": "two"})

    assert () == index.list_files(["one"])
    assert ["b" * 40] == [file.repository.sha for file in index.list_files(["two"])]
    assert set() == index.list_unknown(["one"])


def test_the_repositories_that_were_read_longest_ago_go_first(tmp_path):
    """The file stays within its limit, and the newest repository stays."""
    small = FingerprintDatabase(tmp_path / "f.sqlite", 600_000)
    for number in range(6):
        name = f"c{number}"
        small.add({name: set(range(number * 10_000, number * 10_000 + 10_000))})
        small.put_files(known(f"ada/r{number}"), {"a.py": name})

    kept = {number for number in range(6) if small.list_files([f"c{number}"])}

    assert 5 in kept
    assert 0 not in kept
    assert (tmp_path / "f.sqlite").stat().st_size < 900_000


def test_a_damaged_file_is_made_anew(index):
    """It is only derived."""
    index.add({"one": {1}})
    index.file.write_bytes(b"no database" * 1_000)
    before = index.list_unknown(["one"])
    index.add({"one": {1}})

    assert {"one"} == before
    assert {"one": {1}} == index.find({1})


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    """Nothing is known then, and nothing is unknown, so that no file is read in vain."""
    (tmp_path / "file").write_text("")
    index = FingerprintDatabase(tmp_path / "file" / "f.sqlite")
    index.add({"one": {1}})

    assert (set(), {}, ()) == (
        index.list_unknown(["one"]),
        index.find({1}),
        index.list_files(["one"]),
    )
