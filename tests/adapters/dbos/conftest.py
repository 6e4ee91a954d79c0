"""What the engine's tests ask for."""

import psycopg
import pytest

from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.postgres import PostgresRecord
from tests.adapters.dbos.engine_process import Killable
from tests.adapters.dbos.engine_stage import durable
from tests.adapters.dbos.fleet_stage import LIMITS, QUICK


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


@pytest.fixture
def record(database_url):
    """A connection to the record that processes share."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def member(database_url):
    """A process that has joined, and does nothing by itself."""
    member = FleetMember(PostgresRecord(database_url), ["known"], 4, LIMITS, Fence(), QUICK)
    member.join()
    return member
