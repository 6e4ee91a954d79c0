"""Whom a process of those that share a record tells what it hears."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import psycopg

from bot.adapters.dbos import fleet_sql
from bot.adapters.dbos.fence import read_clock
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


def hear_until_starts(
    connection: psycopg.Connection[Any], listener: Listener, until: float
) -> None:
    """Listen until then, or until there may be runs to take.

    A slot that was given, and a signal, bring no runs: to look for some takes more than both.
    """
    heard: set[str] = set()
    while fleet_sql.STARTS not in heard and (left_s := until - read_clock()) > 0:
        for hint in connection.notifies(timeout=left_s, stop_after=1):
            heard.add(hint.channel)
            _pass_on(hint, listener)


def _pass_on(hint: psycopg.Notify, listener: Listener) -> None:
    if hint.channel == fleet_sql.GRANTS:
        listener.on_grants(hint.payload)
    elif hint.channel == fleet_sql.SIGNALS:
        listener.on_signal(hint.payload)
