"""Remember in the record which webhooks never arrived, and what was done about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from bot.adapters.dbos import delivery_sql
from bot.adapters.dbos.record import Record
from bot.adapters.dbos.record_errors import raise_unreachable

LONGEST_WAIT_S = 7_200.0  # a limit of GitHub's ends within the hour


@dataclass(frozen=True, slots=True)
class LostDelivery:
    """A webhook that no attempt brought through, and how often GitHub was asked for it."""

    guid: str
    delivery: int  # the newest attempt
    name: str  # such as "issues.labeled"
    delivered_at: float  # in seconds since the epoch, as all times here
    asked: int = 0


@dataclass(frozen=True, slots=True)
class LostDeliveries:
    """The memory of all processes that share a record. Raises Unreachable when it is away."""

    record: Record

    def claim_look(self, now: float, every_s: float, *, at_once: bool = False) -> bool:
        """Tell whether a look is due and this process makes it: then it is nobody else's."""
        times = {"now": now, "next_at": now + every_s, "latest_at": now + LONGEST_WAIT_S}
        if at_once:
            times["latest_at"] = now
        with self._begin() as connection:
            return connection.execute(sa.text(delivery_sql.CLAIM_LOOK), times).rowcount > 0

    def postpone_look(self, until: float) -> None:
        """Have no process look before this time."""
        with self._begin() as connection:
            connection.execute(sa.text(delivery_sql.POSTPONE_LOOK), {"look_at": until})

    def read_until(self) -> float:
        """Read up to when GitHub's list was read; 0 before it ever was."""
        with self._begin() as connection:
            return float(connection.execute(sa.text(delivery_sql.READ_UNTIL)).scalar_one())

    def note_look(
        self, lost: Iterable[LostDelivery], arrived: frozenset[str], until: float, now: float
    ) -> None:
        """Write down what a look found: what is lost is asked for from `now` on."""
        with self._begin() as connection:
            known = set(connection.execute(sa.text(delivery_sql.LIST_KNOWN)).scalars())
            for guid in known & arrived:
                connection.execute(sa.text(delivery_sql.DROP_LOST), {"guid": guid})
            for delivery in lost:
                values = {
                    "guid": delivery.guid,
                    "delivery": delivery.delivery,
                    "name": delivery.name,
                    "delivered_at": delivery.delivered_at,
                    "now": now,
                }
                connection.execute(sa.text(delivery_sql.ADD_LOST), values)
            connection.execute(sa.text(delivery_sql.WRITE_UNTIL), {"until": until})

    def list_due(self, now: float, most: int) -> list[LostDelivery]:
        """List what is to be asked for by now, oldest first."""
        with self._begin() as connection:
            rows = connection.execute(
                sa.text(delivery_sql.LIST_DUE), {"now": now, "most": most}
            ).all()
        return [LostDelivery(*row) for row in rows]

    def note_asked(self, guid: str, ask_at: float) -> None:
        """Write down that GitHub was asked, and when it is asked again unless it arrives."""
        with self._begin() as connection:
            connection.execute(sa.text(delivery_sql.NOTE_ASKED), {"guid": guid, "ask_at": ask_at})

    def give_up(self, guid: str) -> None:
        """Write down that nobody asks for it any more."""
        with self._begin() as connection:
            connection.execute(sa.text(delivery_sql.GIVE_UP), {"guid": guid})

    def forget(self, before: float) -> None:
        """Forget what was lost before this time."""
        with self._begin() as connection:
            connection.execute(sa.text(delivery_sql.DROP_OLD), {"before": before})

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        engine = self.record.open()
        try:
            with raise_unreachable(), engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()
