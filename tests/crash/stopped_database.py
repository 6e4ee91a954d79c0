"""A PostgreSQL that a drill stops and starts again."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bot.adapters.dbos.postgres import PostgresRecord
from tests.postgres_server import create_cluster, find_postgres

# What was committed must be on the disk; that of this machine need not outlive its power.
SETTINGS = ("fsync=off", "max_connections=300")


@contextmanager
def run_database() -> Iterator[Database]:
    """Run one with an empty record. Ends the program where there is no PostgreSQL."""
    programs = find_postgres()
    if programs is None:
        sys.exit("PostgreSQL is not installed: deploy/install-postgresql.sh says how")
    with create_cluster(programs) as cluster, Database(cluster).run() as database:
        database.url = database.server.create_database()
        PostgresRecord(database.url).migrate()
        yield database


class Database:
    """The database, and how it is stopped and started."""

    def __init__(self, cluster):
        self._cluster, self._up = cluster, ExitStack()
        self.restarts = 0
        self.url = ""  # of its record

    @contextmanager
    def run(self) -> Iterator[Database]:
        """Run it until the block ends."""
        self.server = self._up.enter_context(self._cluster.run(SETTINGS))
        yield self
        self._up.close()

    @contextmanager
    def away(self):
        """Stop it at once, and start it when the block ends."""
        self._up.close()
        yield
        self._up.enter_context(self._cluster.run(SETTINGS))
        self.restarts += 1

    def restart(self, seconds):
        """Stop it at once, and start it after a while."""
        with self.away():
            time.sleep(seconds)
