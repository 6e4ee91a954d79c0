"""Leave out the events of repositories that the operator does not allow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from bot.run import Ignore, Intent
from bot.values import AllowList
from bot.values.events import Event, InstallationChanged, Ping, Unknown

SETTING = "GREENLIT_ALLOW"
Route = Callable[[Event], Sequence[Intent]]

log = logging.getLogger(__name__)


class AllowedRoute:
    """A route for events of allowed repositories. Each other repository is logged once."""

    def __init__(self, route: Route, allowed: AllowList) -> None:
        self._route = route
        self._allowed = allowed
        self._logged: set[str] = set()

    def __call__(self, event: Event) -> Sequence[Intent]:
        """Route the event, or ignore it."""
        match event:
            case InstallationChanged() | Ping() | Unknown():
                return self._route(event)
            case _ if self._allowed.allows(event.repo.name):
                return self._route(event)
            case _:
                name = event.repo.name
                if name not in self._logged:
                    self._logged.add(name)
                    log.info("%s is not in %s: its events are ignored", name, SETTING)
                return [Ignore(f"{name} is not in {SETTING}")]
