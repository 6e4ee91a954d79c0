"""`greenlit migrate`: bring the runs of a SQLite record into the PostgreSQL."""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
from rich.console import Console

from bot.adapters.dbos.copy_record import CopiedRuns, copy_ended_runs
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_version import RecordTooNewError
from bot.adapters.dbos.sqlite import HomeInUse, lock_home
from bot.adapters.private_home import RECORD
from bot.cli.terminal import print_sentences
from bot.settings import ServerSettings
from bot.text import count_noun

DONE: Final = 0
NOT_DONE: Final = 1


def migrate_runs(console: Console, settings: ServerSettings) -> int:
    """Copy the runs that ended in the home's record; its file stays as it is."""
    if not settings.database_url:
        return _refuse(console, "Set GREENLIT_DATABASE_URL to the PostgreSQL to copy into.")
    source = settings.home / RECORD
    if not source.is_file():
        return _refuse(console, f"There is no {source}: GREENLIT_HOME names no home with a record.")
    record = PostgresRecord(settings.database_url.get_secret_value())
    if trouble := record.find_trouble():
        return _refuse(console, f"The database at {record.name} cannot be used: {trouble}")
    try:
        with lock_home(settings.home):
            record.migrate()
            copied = copy_ended_runs(settings.home, record)
    except (HomeInUse, RecordTooNewError) as refused:
        return _refuse(console, f"{str(refused).rstrip('.')}.")
    except (sqlite3.Error, psycopg.Error, OSError) as error:
        return _refuse(console, f"Not all was copied: {' '.join(str(error).split())}. Ask again.")
    print_sentences(console, _describe(copied, record.name))
    return DONE


def _refuse(console: Console, sentence: str) -> int:
    print_sentences(console, sentence)
    return NOT_DONE


def _describe(copied: CopiedRuns, name: str) -> str:
    sentences = [f"{count_noun(copied.copied, 'run')} copied to {name}."]
    if copied.known:
        sentences.append(f"{copied.known} were there before.")
    if copied.live:
        sentences.append(
            f"{count_noun(copied.live, 'run')} had not ended and stayed behind: start "
            "`greenlit serve` without GREENLIT_DATABASE_URL to let them end, then ask again."
        )
    return " ".join(sentences)
