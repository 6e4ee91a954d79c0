"""Create this process's DBOS, with what is set of it."""

from __future__ import annotations

from contextlib import ExitStack

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig

from bot.adapters.dbos.journal import JsonSerializer

APPLICATION = "greenlit"
APPLICATION_VERSION = "1"  # constant: a deploy strands no run
THREADS = 16


def create_dbos(config: DBOSConfig, cleanup: ExitStack) -> DBOS:
    """Create it, not launched yet, until the clean-up."""
    dbos = DBOS(config=config)
    if dbos._launched:  # noqa: SLF001 - DBOS() quietly gives the other one
        raise RuntimeError("another engine is launched in this process")
    cleanup.callback(DBOS.destroy, destroy_registry=True)
    return dbos


def make_config(url: str, database: sa.Engine, executor: str, poll_s: float) -> DBOSConfig:
    """Make its configuration: on this database, under this name among those that share it."""
    return DBOSConfig(
        name=APPLICATION,
        system_database_url=url,
        application_version=APPLICATION_VERSION,
        executor_id=executor,
        serializer=JsonSerializer(),
        log_level="WARNING",
        max_executor_threads=THREADS,
        notification_listener_polling_interval_sec=poll_s,
        # Of streams and events, which are not used; it would wake a hundred times a second.
        notification_coalesce_sec=poll_s,
        run_migrations=False,
        system_database_engine=database,
    )
