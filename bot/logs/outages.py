"""Find outages: what no code is to blame for, such as networks, disks, runners or permissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bot.logs.outage import Outage
from bot.logs.outage_table import OUTAGES


class OutageMatch(NamedTuple):
    """An outage and the line that speaks of it."""

    outage: Outage
    text: str


def find_outage(texts: Iterable[str], *, only_stops: bool = False) -> OutageMatch | None:
    """Find the first outage of the table that a text matches, with the longest text: it says most.

    With `only_stops`, only outages that end a job by themselves count.
    """
    texts = list(texts)
    whole = "\n".join(texts)
    for outage in OUTAGES:
        if only_stops and not outage.stops_job:
            continue
        # Looking for the markers in the whole text first saves looking at each line.
        if any(marker in whole for marker, _ in outage.markers):
            matching = list(filter(outage.matches, texts))
            if matching:
                return OutageMatch(outage, max(matching, key=len))
    return None
