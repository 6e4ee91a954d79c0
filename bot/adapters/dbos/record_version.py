"""Keep processes of an older version from a record whose newer words they would misread.

What a version adds leaves older processes working beside it, and nothing is said here. Where one
changes what is written, it raises both numbers of VERSION to the same: older processes that run
end within seconds, and refuse to start. A newer DBOS counts as such a change until an older process
was tried on what its migrations leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.ports import Refusal

# In words of both kinds of records.
TABLES = (
    """
    create table if not exists {schema}record_version (
      id integer primary key check (id = 1),
      number integer not null,
      oldest integer not null
    )
    """,
    """
    insert into {schema}record_version (id, number, oldest) values (1, 0, 0)
    on conflict do nothing
    """,
)
UPDATE = "update {schema}record_version set number = NUMBER, oldest = OLDEST where number < NUMBER"
READ_OLDEST = "select oldest from record_version"


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """What a process writes, and the oldest whose processes may work beside it."""

    number: int
    oldest: int

    @property
    def upgrade(self) -> str:
        """The statement that writes it into a record of an older version."""
        return UPDATE.replace("NUMBER", f"{self.number:d}").replace("OLDEST", f"{self.oldest:d}")


VERSION = RecordVersion(1, 1)


class RecordTooNewError(Refusal):
    """The record is for newer processes alone."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The record {name} was brought up by a newer version of Greenlit, beside which this "
            "one cannot work: install that version, or restore a backup from before it."
        )


def check_version(
    read: Callable[[str, Mapping[str, object]], Sequence[Sequence[Any]]],
    name: str,
    version: RecordVersion,
) -> None:
    """Raise RecordTooNewError where the record that `read` asks is for newer processes alone.

    One that no process has set up yet, or that is away, is none of those.
    """
    rows = read(READ_OLDEST, {})
    if rows and rows[0][0] > version.number:
        raise RecordTooNewError(name)
