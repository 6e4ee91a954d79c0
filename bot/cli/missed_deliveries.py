"""Have GitHub deliver again what never arrived. It never does so by itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.dbos.lost_deliveries import LostDeliveries, LostDelivery
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.hook_deliveries import HookDelivery
from bot.cli.chores import DAY_S
from bot.ports import RateLimited, Refusal, Unreachable
from bot.text import count_noun
from bot.text.durations import format_iso_time

REDELIVERABLE_S = 3 * DAY_S  # docs.github.com, "Redelivering webhooks"
KEPT_S = 2 * REDELIVERABLE_S
LOOK_EVERY_S = 300.0
# An attempt is listed when it has ended, which takes up to ten seconds: the list is read anew from
# a little before where the last look ended.
OVERLAP_S = 60.0
# What fails again is asked for after 15 minutes, then three times as long: the last time after a
# day and a half.
MOST_ASKED = 6
FIRST_WAIT_S, GROWTH = 900.0, 3
MOST_AT_ONCE = 200  # in a look, at a second each: the next look is another process's

log = logging.getLogger(__name__)


@dataclass(slots=True)
class MissedDeliveries:
    """Looks for what never arrived, together with the other processes that share the record."""

    hub: GitHubApp
    memory: LostDeliveries
    clock: Callable[[], float] = time.time
    _is_first: bool = True
    _trouble: str = ""

    def look(self) -> None:
        """Look, if it is time and no other process did, and ask for what is lost.

        A process that has its record for itself looks as it starts.
        """
        now = self.clock()
        at_once = self._is_first and not self.memory.record.is_shared
        self._is_first = False
        try:
            if self.memory.claim_look(now, LOOK_EVERY_S, at_once=at_once):
                self._look_unless_limited(now)
                self._trouble = ""
        except (Refusal, Unreachable) as wrong:
            self._warn_once(str(wrong))

    def _look_unless_limited(self, now: float) -> None:
        try:
            self._read_list(now)
            for lost in self.memory.list_due(now, MOST_AT_ONCE):
                self._ask(lost, now)
        except RateLimited as limit:
            self.memory.postpone_look(limit.until)
            raise

    def _read_list(self, now: float) -> None:
        """Read GitHub's list from where it was read last; the first time all that it keeps."""
        after = max(now - REDELIVERABLE_S, self.memory.read_until() - OVERLAP_S)
        deliveries = self.hub.fetch_deliveries(after)
        lost = map(_remember, deliveries.lost)
        self.memory.note_look(lost, deliveries.arrived, deliveries.until, now)
        self.memory.forget(now - KEPT_S)

    def _ask(self, lost: LostDelivery, now: float) -> None:
        """Ask for one that is lost, unless it was asked for often enough, or is too old."""
        when = f"{lost.name} of {format_iso_time(lost.delivered_at)}"
        if lost.asked >= MOST_ASKED or lost.delivered_at < now - REDELIVERABLE_S:
            times = count_noun(lost.asked, "time")
            self._give_up(lost, f"{when} is lost: it was asked for {times} and never arrived")
            return
        try:
            self.hub.redeliver(lost.delivery)
        except Refusal as refused:
            self._give_up(lost, f"{when} is lost: {refused}")
        else:
            self.memory.note_asked(lost.guid, now + FIRST_WAIT_S * GROWTH**lost.asked)
            log.info("asked GitHub to deliver %s again", when)

    def _give_up(self, lost: LostDelivery, text: str) -> None:
        self.memory.give_up(lost.guid)
        log.warning("the webhook %s", text)

    def _warn_once(self, trouble: str) -> None:
        """Warn of what is wrong, and not at each look again."""
        if trouble != self._trouble:
            log.warning("missed deliveries cannot be asked for: %s", trouble)
        self._trouble = trouble


def _remember(delivery: HookDelivery) -> LostDelivery:
    delivered_at = datetime.fromisoformat(delivery.delivered_at).timestamp()
    return LostDelivery(delivery.guid, delivery.id, delivery.name, delivered_at)
