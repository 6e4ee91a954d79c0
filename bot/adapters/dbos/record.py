"""Where runs are written down: a SQLite file in the bot's home, or a PostgreSQL that many share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.sqlite import SqliteRecord

Row = Sequence[Any]


class Record(Protocol):
    """The database of the record, and how its kind says in SQL what ours are asked."""

    @property
    def is_shared(self) -> bool:
        """Whether several processes may work on it."""

    @property
    def name(self) -> str:
        """Where it stands, as people are told, without a password."""

    @property
    def url(self) -> str:
        """Its address, as DBOS takes it."""

    def migrate(self) -> None:
        """Bring its tables to this version. One of several starters does; the others wait.

        Raises RecordTooNewError.
        """

    def open(self) -> sa.Engine:
        """Open it for who is told when it is away."""

    def open_for_runs(self, own: sa.Engine) -> sa.Engine:
        """Open it for the runs, which wait while it is away; `own` is what `open` gave."""

    def stop_waiting(self) -> None:
        """Let those that wait for it go, as the process ends."""

    def read(self, query: str, values: Mapping[str, object]) -> Sequence[Row]:
        """Read rows beside the engine. None from a record that is not set up yet, or damaged."""

    def read_json(self, column: str, *path: str) -> str:
        """Say in SQL what stands in a column's JSON at this path, as text."""

    def match_span(self, column: str) -> str:
        """Say in SQL that a text is at least :first and below :behind, as bytes are ordered."""

    def find_trouble(self) -> str:
        """Say why it cannot be written; empty when it can."""


def open_record(home: Path, database_url: str = "") -> Record:
    """Choose the record: that of the database named, or else the file in the home."""
    return PostgresRecord(database_url) if database_url else SqliteRecord(home)
