"""The database of the corpus: repositories, files and searches, in SQLite and in PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from bot.adapters.corpus.corpus_database import CorpusDatabase, open_corpus_database
from bot.adapters.corpus.engine import CorpusUnavailable
from bot.corpus.corpus_records import FileRecord, FileTotals, SearchSlice
from bot.corpus.fingerprints import list_band_keys
from bot.values.repositories import FoundRepository

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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/corpus/corpus.sqlite"
    return request.getfixturevalue("postgres").create_database()


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
    assert "Apache-2.0" == after.repository.licence
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

    database.record_refusal(number, "Its licence is not among those asked for.")

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
    searches.save_page(search.id, top.id, [GREETER], "Y3Vyc29y")

    again = searches.begin_search("language:Python", SearchSlice(0, 1000))

    assert (1, 1234) == (again.found, again.expected)
    assert replace(top, cursor="Y3Vyc29y") == again.slices[0]
    assert [2001, 1000] == [part.least_stars for part in again.slices]
    assert 1 == database.count_repositories()

    searches.save_page(search.id, top.id, [], None)
    assert [1000] == [part.least_stars for part in searches.fetch_search("language:Python").slices]
    searches.end_search(search.id)
    assert searches.fetch_search("language:Python") is None


def test_two_who_start_at_once_make_the_tables_once(url):
    """Processes that open a new database together all find it ready."""
    code = (
        "import sys; from bot.adapters.corpus.corpus_database import open_corpus_database\n"
        "with open_corpus_database(sys.argv[1]) as database: print(database.count_repositories())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE)
        for _ in range(2)
    ]

    assert [b"0\n"] * 2 == [process.communicate(timeout=60)[0] for process in processes]


def test_the_tables_are_those_that_the_code_reads(url):
    """What the migrations have made is what the code says, column by column."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from bot.adapters.corpus.engine import open_engine
    from bot.adapters.corpus.tables import metadata

    engine = open_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET search_path TO corpus")
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert [] == differences


def test_postgresql_keeps_the_tables_apart(postgres):
    """All tables stand in the schema `corpus`; the one in which the engine's stand is untouched."""
    url = postgres.create_database()
    with open_corpus_database(url) as database:
        database.save_repositories([GREETER])

    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 2"
        ).fetchall()
    names = ["alembic_version", "bands", "files", "repositories", "search_slices", "searches"]
    assert [("corpus", name) for name in names] == rows


def test_postgresql_needs_no_right_to_make_schemas(postgres):
    """Without it a sentence says so; with a schema that an administrator made it is not needed."""
    url = postgres.create_database()
    database = url.rpartition("/")[2]
    own_url = url.replace("greenlit:", "modest:")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE modest LOGIN PASSWORD 'a-word-for-tests'")
        with pytest.raises(CorpusUnavailable, match=f"permission denied for database {database}"):
            open_corpus_database(own_url)
        connection.execute("CREATE SCHEMA corpus AUTHORIZATION modest")

    with open_corpus_database(own_url) as opened:
        assert 0 == opened.count_repositories()


def test_a_newer_corpus_is_not_touched(tmp_path):
    """A database that a later version has changed is named, and left as it is."""
    file = tmp_path / "corpus.sqlite"
    open_corpus_database(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(CorpusUnavailable, match="is of a newer Greenlit"):
        open_corpus_database(f"sqlite:///{file}")


def test_a_database_that_goes_away_is_a_sentence(postgres):
    """In the middle of the work, whether it reads or writes."""
    url = postgres.create_database()
    with open_corpus_database(url) as database:
        with psycopg.connect(postgres.make_url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

        with pytest.raises(CorpusUnavailable, match="does not exist"):
            database.save_repositories([GREETER])
        with pytest.raises(CorpusUnavailable, match="Mend that, or name another in GREENLIT_DA"):
            database.count_repositories()


def test_a_full_disk_is_a_sentence(tmp_path):
    """And what was there stays there."""
    with open_corpus_database(f"sqlite:///{tmp_path}/corpus.sqlite") as database:
        database.save_repositories([GREETER])
        number = database.fetch_repository("github:7").id
        database._engine.pool.dispose()
        sa.event.listen(
            database._engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 20")
        )
        long = [replace(KEPT, path=f"{name}.py", reason="x" * 9000) for name in range(90)]

        with pytest.raises(CorpusUnavailable, match="database or disk is full"):
            database.record_clone(number, "c", long, "MIT")
        assert GREETER == database.fetch_repository("github:7").repository
        assert [] == database.fetch_files(number)


@pytest.mark.parametrize(
    ("make_url", "sentence"),
    [
        (lambda _, __: "corpus.sqlite", "is no address of a database"),
        (lambda _, __: "mysql://root@localhost/corpus", "cannot be kept in mysql"),
        (lambda folder, _: f"sqlite:///{folder}", "unable to open database file"),
        (lambda folder, _: f"sqlite:///{folder}/text", "file is not a database"),
        (lambda _, server: f"{server.make_url('nowhere')}", 'database "nowhere" does not exist'),
        (
            lambda _, server: server.make_url("postgres").replace("a-word-for-tests", "guess"),
            "password authentication failed",
        ),
    ],
)
def test_a_database_that_cannot_be_used_is_a_sentence(
    make_url: Callable[..., str], sentence: str, tmp_path, postgres
):
    """What is wrong and what to check is said in a line, without the password."""
    (tmp_path / "text").write_text("no database " * 1000)

    with pytest.raises(CorpusUnavailable, match=sentence) as error:
        open_corpus_database(make_url(tmp_path, postgres))

    assert "guess" not in str(error.value)
    assert "a-word-for-tests" not in str(error.value)
    assert "\n" not in str(error.value)
