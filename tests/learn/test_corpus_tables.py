"""The tables of the corpus: who makes them, where they stand, and what is said where they cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
import sqlalchemy as sa

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.adapters.corpus.engine import CorpusUnavailable, begin_write, open_engine
from bot.corpus.corpus_records import FileRecord
from bot.values.found_repository import FoundRepository

GREETER = FoundRepository(
    "github:7", "github", "acme", "greeter", "https://github.com/acme/greeter"
)
KEPT = FileRecord("greeting.py", "a" * 40, 30, 2, 5, 30)


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

    from bot.adapters.corpus.tables import metadata

    engine = open_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET search_path TO corpus")
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert [] == differences


def test_licences_of_an_older_corpus_stay(url):
    """What was read of a folder's files is kept as that, and not as what GitHub says."""
    folder = replace(GREETER, key="folder:/srv/own", source="folder", licence="MIT")
    with open_corpus_database(url) as database:
        database.save_repositories([folder, replace(GREETER, licence="GPL-3.0")])
        for record in database.fetch_repositories():
            database.record_clone(record.id, "c", [KEPT], "")
    engine = open_engine(url)
    schema = "corpus." if engine.dialect.name == "postgresql" else ""
    with begin_write(engine) as connection:
        for column in ("own_licence", "allowed_licences"):
            connection.exec_driver_sql(f"ALTER TABLE {schema}repositories DROP COLUMN {column}")
        connection.exec_driver_sql(f"UPDATE {schema}alembic_version SET version_num = '0002'")
    engine.dispose()

    with open_corpus_database(url) as database:
        records = database.fetch_repositories()
    licences = [(each.own_licence, each.repository.licence) for each in records]
    assert [("MIT", None), ("GPL-3.0", "GPL-3.0")] == licences


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
        with pytest.raises(CorpusUnavailable, match="does not exist"):
            database.open_known_files(except_repository=0).has_content(b"text")
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
        (lambda _, __: "postgres//bot:guess@host", "is no address of a database"),
        (lambda _, __: "postgresql://bot:guess@host:port/corpus", "is no address of a database"),
        (lambda _, __: "sqlite://", "names no file"),
        (lambda _, server: f"{server.make_url('postgres')}?colour=red", "invalid connection opt"),
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
