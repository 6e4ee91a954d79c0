"""Count what the runs of today (UTC) spend on the model, from the record of their turns."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from time import monotonic

from bot.adapters.dbos.record import Record
from bot.ports import Clock
from bot.values import DayLimit, Repo

PER_DAY = "GREENLIT_USD_PER_DAY"
PER_REPOSITORY_DAY = "GREENLIT_USD_PER_REPOSITORY_DAY"
SHARED_FOR_S = 2.0  # for how long a reading of a shared record is good
TURN = "ask_model"  # the step whose record holds what a turn cost
# A run that ended before today has no turn of today. Within a run the rows are found by their key.
QUERY = """
select workflow_uuid, sum(cast({usd} as double precision)) from operation_outputs
where function_name = :turn and completed_at_epoch_ms >= :since and workflow_uuid in (
  select workflow_uuid from workflow_status where updated_at >= :since or completed_at is null
)
group by workflow_uuid
"""

log = logging.getLogger("greenlit")


@dataclass(frozen=True, slots=True)
class DayCaps:
    """The most that may be spent in a day, in US dollars: in all, and in one repository."""

    all_usd: float | None = None
    repository_usd: float | None = None


class DaySpending:
    """The port `bot.ports.Spending`. It reads the record once a day and then counts along.

    Where other processes spend too, it reads it anew; what their turns under way will cost it
    cannot know.
    """

    def __init__(self, record: Record, caps: DayCaps, clock: Clock) -> None:
        self._record = record
        self._caps = caps
        self._clock = clock
        self._lock = Lock()
        self._day: date | None = None
        self._read_at = 0.0
        self._spent = defaultdict[str, float](float)

    def find_limit(self, repo: Repo) -> DayLimit | None:
        """Find the cap of which least is left for this repository; None without caps."""
        return min(self._find_limits(repo.name), key=lambda limit: limit.left_usd, default=None)

    def list_limits(self) -> tuple[DayLimit, ...]:
        """List the cap on all, and that of each repository that spent something today."""
        if self._caps == DayCaps():  # the record need not be read
            return ()
        limits = {limit for repo in ("", *self._read_today()) for limit in self._find_limits(repo)}
        return tuple(sorted(limits, key=lambda limit: limit.repo))

    def add(self, repo: Repo, usd: float) -> None:
        """Count what a turn cost, and warn the operator once when a cap is near or used up."""
        before = self._find_limits(repo.name)
        with self._lock:
            self._spent[repo.name] += usd
        for old, new in zip(before, self._find_limits(repo.name), strict=True):
            if new.is_used_up and not old.is_used_up:
                log.warning("%s No turn begins before 00:00 UTC.", describe_limit(new))
            elif new.is_near and not old.is_near:
                log.warning("%s", describe_limit(new))

    def _find_limits(self, repo: str) -> list[DayLimit]:
        spent = self._read_today()
        midnight = datetime.combine(self._today() + timedelta(days=1), time(), UTC).isoformat()
        limits = []
        if self._caps.repository_usd is not None and repo:
            cap_usd, spent_usd = self._caps.repository_usd, round(spent[repo], 6)
            limits.append(DayLimit(PER_REPOSITORY_DAY, cap_usd, spent_usd, midnight, repo))
        if self._caps.all_usd is not None:
            total_usd = round(sum(spent.values()), 6)
            limits.append(DayLimit(PER_DAY, self._caps.all_usd, total_usd, midnight))
        return limits

    def _read_today(self) -> defaultdict[str, float]:
        today = self._today()
        with self._lock:
            age_s = monotonic() - self._read_at
            if self._day != today or (self._record.is_shared and age_s > SHARED_FOR_S):
                self._day, self._spent = today, read_spent(self._record, today)
                self._read_at = monotonic()
            return self._spent.copy()

    def _today(self) -> date:
        return self._clock.now().astimezone(UTC).date()


def read_spent(record: Record, day: date) -> defaultdict[str, float]:
    """Read from a record what each repository's turns have cost since the day began, UTC."""
    spent = defaultdict[str, float](float)
    since_ms = int(datetime.combine(day, time(), UTC).timestamp() * 1000)
    query = QUERY.format(usd=record.read_json("output", "ok", "turn", "usage", "usd"))
    rows = record.read(query, {"turn": TURN, "since": since_ms})
    for key, usd in rows:
        spent[str(key).partition("#")[0]] += usd or 0.0
    return spent


def describe_limit(limit: DayLimit) -> str:
    """Say in a sentence how much of a cap is spent today."""
    where = f" in {limit.repo}" if limit.repo else ""
    return f"Today ${limit.spent_usd:.2f} of ${limit.usd:.2f} ({limit.setting}) is spent{where}."
