"""The commits that runs made, in the record that their processes share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_errors import raise_unreachable
from bot.values import Repo, Sha

KEEP_PACK = """
insert into greenlit.commits (repo, sha, pack) values (%s, %s, %s) on conflict do nothing
"""
READ_PACK = "select pack from greenlit.commits where repo = %s and sha = %s"


@dataclass(frozen=True, slots=True)
class RecordedCommits:
    """What `bot.adapters.git.elsewhere` calls MadeCommits."""

    record: PostgresRecord

    def keep_pack(self, repo: Repo, sha: Sha, pack: bytes) -> None:
        """Keep a commit with what is new in it, as a pack of git's."""
        with self._connect() as connection:
            connection.execute(KEEP_PACK, [repo.name, sha, pack])

    def read_pack(self, repo: Repo, sha: Sha) -> bytes | None:
        """Read the pack of a commit; None of one that no run made."""
        with self._connect() as connection:
            row = connection.execute(READ_PACK, [repo.name, sha]).fetchone()
        return bytes(row[0]) if row else None

    @contextmanager
    def _connect(self) -> Iterator[psycopg.Connection[Any]]:
        with raise_unreachable(), closing(self.record.connect()) as connection:
            yield connection
