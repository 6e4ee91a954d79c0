"""Whom a process of those that share a record tells what it hears."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.ports import RequestLimit


def ignore_limits(limits: Collection[RequestLimit]) -> None:
    """Do nothing: this process asks GitHub for nothing."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a process tells what it hears. Each is called in the member's thread."""

    on_grants: Callable[[str], None]  # with the run's key; "" where any may have been missed
    on_signal: Callable[[str], None]  # the same
    on_set_aside: Callable[[str], None]  # again until `note_told`
    on_expelled: Callable[[], None]
    on_outdated: Callable[[], None]  # the record is for newer processes alone from now on
    find_active: Callable[[], Collection[str]]  # the runs that this process runs
    on_limits: Callable[[Collection[RequestLimit]], None] = ignore_limits  # GitHub's, each beat
    on_taken: Callable[[], None] = lambda: None  # runs are in this process's own queue
