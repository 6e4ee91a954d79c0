"""The inbox of a run, in which DBOS keeps the signals that the run has not taken yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dbos import DBOS

INBOX = "inbox"


def find_inbox_check(dbos: DBOS, key: str) -> Callable[[], None] | None:
    """Find what has a waiting run look into its inbox at once; None where it does not wait."""
    record = dbos._sys_db  # noqa: SLF001
    waiting: Any = record.notifications_map.get(f"{key}::{INBOX}")
    return partial(record.recv_check, key, INBOX, waiting) if waiting is not None else None
