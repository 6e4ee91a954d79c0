"""`greenlit runs retry`: bring back a run that was set aside."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import psycopg
from rich.console import Console

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.postgres import PostgresRecord
from bot.cli.terminal import print_sentences
from bot.settings import ServerSettings

DONE: Final = 0
NOT_DONE: Final = 1


def retry_run(console: Console, settings: ServerSettings, key: str) -> int:
    """Put a run that was set aside into the queue again, where it stood."""
    if not settings.database_url:
        print_sentences(
            console,
            "Only a record that several processes share sets runs aside, and GREENLIT_DATABASE_URL "
            "is not set. `/retry` in the issue goes on with the last run.",
        )
        return NOT_DONE
    record = PostgresRecord(settings.database_url.get_secret_value())
    try:
        with closing(record.connect()) as connection:
            state = _retry(connection, key)
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        print_sentences(console, f"The database at {record.name} cannot be asked: {reason}")
        return NOT_DONE
    if state == "retried":
        print_sentences(console, f"{key} goes on where it stood.")
        return DONE
    print_sentences(console, f"{key} {state}, so there is nothing to bring back.")
    return NOT_DONE


def _retry(connection: psycopg.Connection[tuple[str]], key: str) -> str:
    """Bring it back; returns "retried", or how it stands as the end of a sentence."""
    with connection.transaction():
        names = {"run": key, "queue": fleet_sql.QUEUE}
        row = connection.execute(fleet_sql.FIND_STATUS, names).fetchone()
        if row is None:
            return "is no run of this record"
        if row[0] != fleet_sql.ASIDE:
            return f"is not set aside (its state is {row[0]})"
        for statement in fleet_sql.BRING_BACK:
            connection.execute(statement, names)
    return "retried"
