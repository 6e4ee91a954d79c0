"""`greenlit doctor` looks at the PostgreSQL that keeps the record."""

import psycopg
import pytest

from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_version import VERSION, RecordVersion
from bot.cli.doctor.shared_record import check_database
from bot.settings import examine_settings

pytestmark = pytest.mark.served


@pytest.fixture
def look(tmp_path):
    """What is said of a database, as (state, text)."""

    def check(url):
        found = check_database(examine_settings(home=tmp_path, database_url=url))
        return [(diagnosis.state, diagnosis.text) for diagnosis in found]

    return check


def test_a_database_that_can_be_used_is_named_without_its_password(look, postgres):
    """Also an empty one, in which nothing is made."""
    url = postgres.create_database()

    name = f"127.0.0.1:{postgres.port}/{url.rpartition('/')[2]}"
    assert [("well", name)] == look(url)
    with psycopg.connect(url) as connection:
        query = "select to_regnamespace('greenlit') is null and to_regnamespace('dbos') is null"
        assert (True,) == connection.execute(query).fetchone()


def test_a_wrong_password_and_a_role_without_rights_must_be_mended(look, postgres):
    """In the database's words, or with the command that gives the rights."""
    url = postgres.create_database()
    role = f"reader_{url.rpartition('_')[2]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create role {role} login password 'a-word'")

    [wrong] = look(url.replace("//greenlit:", "//greenlit:x"))
    [without_rights] = look(url.replace("//greenlit:a-word-for-tests", f"//{role}:a-word"))

    assert ("sick", True) == (wrong[0], "password authentication failed" in wrong[1])
    assert "sick" == without_rights[0]
    assert "GRANT CREATE ON DATABASE" in without_rights[1]


def test_a_record_of_a_newer_version_must_not_be_used(look, postgres):
    """It is said before the start."""
    url = postgres.create_database()
    newer = VERSION.number + 1
    PostgresRecord(url, RecordVersion(newer, newer)).migrate()

    [(state, text)] = look(url)

    assert ("sick", True) == (state, "by a newer version of Greenlit" in text)


def test_nothing_is_said_without_a_database(look):
    """A file keeps the record then."""
    assert [] == look(None)
