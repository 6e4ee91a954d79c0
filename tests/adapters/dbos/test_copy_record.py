"""The runs of a SQLite record are copied into one on a PostgreSQL."""

import io

import psycopg
from rich.console import Console

from bot.cli.migrate import migrate_runs
from bot.settings import ServerSettings
from bot.values import Outcome
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, parked, start


def migrate(home, database_url):
    """The exit code and the words of `greenlit migrate`."""
    printed = io.StringIO()
    settings = ServerSettings(home=home, database_url=database_url)
    code = migrate_runs(Console(file=printed, width=300), settings)
    return code, printed.getvalue()


def test_what_ended_is_found_in_the_other_record(engine, diary, tmp_path, database_url):
    """With its steps and its outcome, once however often it is asked; what lives stays behind."""
    start(engine, stories.three, diary, key="o/r#1/1")
    ended(engine, "o/r#1/1")
    start(engine, stories.listen, diary, key="o/r#2/1", seconds=600)
    parked(engine, "o/r#2/1")
    steps = [step.name for step in engine.steps("o/r#1/1")]
    busy = migrate(tmp_path / "home", database_url)
    engine.close()
    first, again = (migrate(tmp_path / "home", database_url) for _ in range(2))
    other = durable(tmp_path / "other", database_url=database_url)
    other.launch()
    found = other.run("o/r#1/1"), [step.name for step in other.steps("o/r#1/1")]
    lost = other.run("o/r#2/1")
    other.close()

    assert (1, True) == (busy[0], "is in use by another process" in busy[1])
    assert (0, True) == (first[0], first[1].startswith("1 run copied to 127.0.0.1:"))
    assert "1 run had not ended and stayed behind" in first[1]
    assert "0 runs copied" in again[1]
    assert "1 were there before" in again[1]
    assert (Outcome("done"), steps) == (found[0].outcome, found[1])
    assert lost is None


def test_what_is_missing_is_said(tmp_path, database_url):
    """Without a database, without a record, and where nothing answers."""
    away = "postgresql://a:b@127.0.0.1:9/none"
    (tmp_path / "engine.sqlite").touch()

    assert (1, "Set GREENLIT_DATABASE_URL to the PostgreSQL to copy into.\n") == migrate(
        tmp_path, None
    )
    assert "names no home with a record" in migrate(tmp_path / "none", database_url)[1]
    assert "The database at 127.0.0.1:9/none cannot be used" in migrate(tmp_path, away)[1]


def test_a_home_in_which_no_run_was_recorded_has_none_to_copy(tmp_path, database_url):
    """As that of a process which had a PostgreSQL from its first start on."""
    (tmp_path / "engine.sqlite").touch()

    code, said = migrate(tmp_path, database_url)

    assert (0, True) == (code, said.startswith("0 runs copied to 127.0.0.1:"))


def test_a_role_that_may_make_no_tables_is_told_what_it_lacks(tmp_path, postgres, database_url):
    """In a database without the schemas, and in one where they are another role's."""
    (tmp_path / "engine.sqlite").touch()
    with psycopg.connect(database_url, autocommit=True) as administrator:
        administrator.execute("drop role if exists guest")
        administrator.execute("create role guest login password 'a-word-for-guests'")
    for url in (postgres.create_database(), database_url):
        place = url.partition("@")[2]
        name = place.rpartition("/")[2]
        code, told = migrate(tmp_path, f"postgresql://guest:a-word-for-guests@{place}")

        assert 1 == code
        assert f"GRANT CREATE ON DATABASE {name} TO guest" in told
