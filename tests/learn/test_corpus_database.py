"""The database of the corpus: repositories, files and searches, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from bot.adapters.corpus.corpus_database import CorpusDatabase, open_corpus_database
from bot.corpus.corpus_records import FileRecord, FileTotals, SearchSlice
from bot.corpus.file_similarity import list_band_keys
from bot.values.found_repository import FoundRepository

GREETER = FoundRepository(
    key="github:7",
    source="github",
    owner="acme",
    name="greeter",
    url="https://github.com/acme/greeter",
    ssh_url="git@github.com:acme/greeter.git",
    disk_usage_kb=3_000_000_000,
    forks=3,
    stars=1200,
    watchers=40,
    default_branch="main",
    licence="MIT",
    pushed_at="2026-01-02T03:04:05Z",
)
SIGNATURE = bytes(range(256)) * 2
KEPT = FileRecord("greeting.py", "a" * 40, 30, 2, 5, 30, signature=SIGNATURE, content=b"text")
DROPPED = FileRecord("made.py", "b" * 40, 99, 9, 9, 99, state="dropped", reason="generated")
NOON = 1_800_000_000.0


@pytest.fixture
def database(url: str) -> Iterator[CorpusDatabase]:
    """An empty corpus."""
    with open_corpus_database(url, lambda: NOON) as database:
        yield database


def test_a_repository_is_kept_as_it_was_found(database):
    """Everything that GitHub tells of a repository comes back, and when it was found."""
    database.save_repositories([GREETER])

    record = database.fetch_repository("github:7")
    assert GREETER == record.repository
    assert "2027-01-15T08:00:00Z" == record.found_at
    assert (None, "", "", None) == (
        record.clone_state,
        record.refusal,
        record.commit,
        record.cloned_at,
    )


def test_a_repository_that_was_renamed_stays_one(database):
    """What is known under a key is replaced: new name, new stars; the clone and its files stay."""
    database.save_repositories([GREETER])
    record = database.fetch_repository("github:7")
    database.record_clone(record.id, "c" * 40, [KEPT, DROPPED], "Apache-2.0")

    database.save_repositories([replace(GREETER, name="welcomer", stars=5000, licence=None)])

    (after,) = database.fetch_repositories(["acme/welcomer"])
    assert (record.id, 5000, "c" * 40) == (after.id, after.repository.stars, after.commit)
    assert (None, "Apache-2.0") == (after.repository.licence, after.own_licence)
    assert [KEPT, DROPPED] == database.fetch_files(record.id)


def test_a_repository_that_was_cloned_by_name_is_found_as_the_same(database):
    """GitHub's number takes the place of the name in its key; its clone stays."""
    named = replace(GREETER, key="github:acme/greeter", stars=None, licence=None)
    database.save_repositories([named])
    database.record_clone(database.fetch_repositories()[0].id, "c" * 40, [KEPT], "MIT")

    database.save_repositories([GREETER])

    (record,) = database.fetch_repositories()
    assert (GREETER, "c" * 40) == (record.repository, record.commit)


def test_repositories_come_by_their_stars(database):
    """The most starred comes first, and folders, which have none, last."""
    folder = FoundRepository("folder:/srv/own", "folder", "", "own", "/srv/own")
    famous = replace(GREETER, key="github:8", name="famous", stars=9000)
    database.save_repositories([folder, GREETER, famous])

    names = [record.repository.name_with_owner for record in database.fetch_repositories()]

    assert ["acme/famous", "acme/greeter", "own"] == names
    assert 3 == database.count_repositories()
    assert database.fetch_repository("github:9") is None


def test_files_are_replaced_as_a_whole(database):
    """A second clone replaces files and commit; a refusal leaves a sentence and no file."""
    database.save_repositories([GREETER])
    number = database.fetch_repository("github:7").id
    database.record_clone(number, "c" * 40, [KEPT, DROPPED], "MIT")
    database.record_clone(number, "d" * 40, [DROPPED], "MIT")

    assert [DROPPED] == database.fetch_files(number)

    database.record_refusal(number, "Its licence is not among those asked for.", "GPL-3.0")

    record = database.fetch_repository("github:7")
    assert ("refused", "Its licence is not among those asked for.") == (
        record.clone_state,
        record.refusal,
    )
    assert [] == database.fetch_files(number)


def test_files_are_added_up(database):
    """Totals come by repository, state and reason."""
    other = replace(GREETER, key="github:8")
    database.save_repositories([GREETER, other])
    first, second = [record.id for record in database.fetch_repositories()]
    database.record_clone(first, "c", [KEPT, replace(KEPT, path="b.py", blob="f"), DROPPED], "MIT")
    database.record_clone(second, "d", [replace(KEPT, path="c.py", blob="e", signature=None)], "")

    assert [
        FileTotals(first, "dropped", "generated", 1, 99, 9, 9, 99),
        FileTotals(first, "kept", "", 2, 60, 4, 10, 60),
        FileTotals(second, "kept", "", 1, 30, 2, 5, 30),
    ] == database.fetch_totals()


def test_copies_are_found_in_other_repositories_alone(database):
    """A kept file is known by its blob, its text, and the bands of its sketch; others are not."""
    database.save_repositories([GREETER])
    number = database.fetch_repository("github:7").id
    database.record_clone(number, "c" * 40, [KEPT, DROPPED], "MIT")
    keys = list_band_keys(np.frombuffer(SIGNATURE, np.uint32))

    known = database.open_known_files(except_repository=0)
    assert {KEPT.blob} == known.find_blobs([KEPT.blob, DROPPED.blob, "e" * 40])
    assert known.has_content(b"text")
    assert {SIGNATURE} == known.list_sketches([keys[3], 5])
    own = database.open_known_files(except_repository=number)
    assert (set(), False, set()) == (
        own.find_blobs([KEPT.blob]),
        own.has_content(b"text"),
        own.list_sketches(keys),
    )


def test_what_is_deleted_takes_its_files_along(database):
    """No file outlives its repository; a clone of none is an error of ours."""
    database.save_repositories([GREETER])
    number = database.fetch_repository("github:7").id
    database.record_clone(number, "c", [KEPT], "MIT")

    database.delete_repository(number)

    assert [] == database.fetch_totals()
    with pytest.raises(KeyError):
        database.record_clone(number, "c", [KEPT], "MIT")


def test_a_search_goes_on_where_it_was(database):
    """A page and the place of the next are one transaction; slices come by their stars."""
    searches = database.searches
    search = searches.begin_search("language:Python", SearchSlice(0, 1000))
    parts = [SearchSlice(0, 1000, 2000), SearchSlice(0, 2001, None, "2020-01-01", "2021-12-31")]
    searches.split_slice(search.id, search.slices[0].id, parts)
    searches.record_expected(search.id, 1234)
    top = searches.fetch_search("language:Python").slices[0]
    searches.save_page(search.id, top, [GREETER], "Y3Vyc29y")

    again = searches.begin_search("language:Python", SearchSlice(0, 1000))

    assert (1, 1234) == (again.found, again.expected)
    assert replace(top, cursor="Y3Vyc29y") == again.slices[0]
    assert [2001, 1000] == [part.least_stars for part in again.slices]
    assert 1 == database.count_repositories()

    searches.save_page(search.id, replace(top, cursor="Y3Vyc29y"), [], None)
    assert [1000] == [part.least_stars for part in searches.fetch_search("language:Python").slices]
    searches.end_search(search.id)
    assert searches.fetch_search("language:Python") is None


def test_a_page_that_two_processes_read_counts_once(database):
    """What the slower one brings is there already, and its place is not gone back to."""
    searches = database.searches
    search = searches.begin_search("language:Python", SearchSlice(0, 1000))
    (part,) = search.slices
    for _ in range(2):
        searches.save_page(search.id, part, [GREETER], "Y3Vyc29y")
    searches.save_page(search.id, replace(part, cursor="Y3Vyc29y"), [], None)
    searches.save_page(search.id, replace(part, cursor="Y3Vyc29y"), [], None)

    assert (1, ()) == (
        searches.fetch_search("language:Python").found,
        searches.fetch_search("language:Python").slices,
    )


def test_names_are_those_of_github_in_any_case(database):
    """A name is found as people write it."""
    database.save_repositories([GREETER])

    assert [GREETER] == [each.repository for each in database.fetch_repositories(["Acme/GREETER"])]
