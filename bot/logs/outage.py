"""Define an outage: why a job could not be judged, by the words that tell of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.values import Action, Category

# A connection to this machine is no outage: what the job itself had to start did not run.
THIS_MACHINE = re.compile(r"\blocalhost\b|\b127\.0\.0\.\d|\b0\.0\.0\.0\b|\[?::1\]?:\d|\.sock\b")
# A text that stands in the line, or such a text and the pattern that the line must fit.
Marker = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a job could not be judged, and what to do."""

    name: str
    action: Action
    markers: tuple[tuple[str, re.Pattern[str] | None], ...]
    stops_job: bool = False  # it ends the job itself, whatever the tests say
    category: Category = "infra"

    def matches(self, text: str) -> bool:
        """Tell whether a line speaks of this outage."""
        if self.name == "network" and THIS_MACHINE.search(text):
            return False
        return any(
            marker in text and (pattern is None or pattern.search(text))
            for marker, pattern in self.markers
        )


def define_outage(
    name: str,
    action: Action,
    *markers: Marker,
    stops_job: bool = False,
    category: Category = "infra",
) -> Outage:
    """Define an outage by its markers."""
    return Outage(name, action, tuple(map(_compile, markers)), stops_job, category)


def _compile(marker: Marker) -> tuple[str, re.Pattern[str] | None]:
    if isinstance(marker, str):
        return marker, None
    return marker[0], re.compile(marker[1])
