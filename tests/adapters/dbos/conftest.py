"""What the engine's tests ask for."""

import pytest

from bot.adapters.dbos.postgres import PostgresRecord
from tests.adapters.dbos.engine_process import Killable
from tests.adapters.dbos.engine_stage import durable
from tests.postgres_server import find_postgres, run_postgres


@pytest.fixture
def diary(tmp_path):
    """Where the steps leave their traces."""
    path = tmp_path / "diary"
    path.touch()
    return path


@pytest.fixture
def engine(tmp_path):
    """An engine in this process."""
    engine = durable(tmp_path / "home")
    engine.launch()
    yield engine
    engine.close()


@pytest.fixture
def killable(tmp_path):
    """Starts an engine in a process of its own, over one home."""
    started = []

    def start(**options):
        started.append(Killable(tmp_path / "home", **options).up())
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of this process of tests."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: deploy/install-postgresql.sh says how")
    with run_postgres(programs) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(postgres):
    """The name of a database with the record's tables, to copy: to make them takes a second."""
    url = postgres.create_database()
    PostgresRecord(url).migrate()
    return url.rpartition("/")[2]


@pytest.fixture
def database_url(postgres, migrated):
    """A database with the tables of an empty record."""
    return postgres.create_database(migrated)


@pytest.fixture
def fleet(tmp_path, database_url):
    """Starts engines in processes of their own, over one database, each with a home of its own."""
    started = []

    def start(**options):
        home = tmp_path / f"home{len(started)}" / "home"
        home.parent.mkdir()
        started.append(Killable(home, **{"database_url": database_url} | options).up())
        return started[-1]

    yield start
    for process in started:
        process.kill()
