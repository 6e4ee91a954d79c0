"""Look into the bot's record beside it: to ask the bot itself again and again is work for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.adapters.dbos.journal import LIVE
from bot.adapters.private_home import RECORD


def read_statuses(home: Path, story: str = "") -> Mapping[str, str]:
    """Read how each run stands, by its key, of one story or of all."""
    query = "select workflow_uuid, status from workflow_status where ? in ('', name)"
    return dict(_read(home, query, story))


def has_ended(home: Path, key: str) -> bool:
    """Tell whether there is such a run, and it has ended."""
    return read_statuses(home).get(key, LIVE[0]) not in LIVE


def count_ended(home: Path, story: str) -> int:
    """Count the runs of a story that have ended."""
    return sum(status not in LIVE for status in read_statuses(home, story).values())


def list_steps(home: Path, key: str) -> list[str]:
    """List the names of the steps that a run has done, oldest first."""
    query = (
        "select function_name from operation_outputs where workflow_uuid = ? order by function_id"
    )
    return [name for (name,) in _read(home, query, key)]


def _read(home: Path, query: str, value: str) -> list[Any]:
    uri = f"file:{home / RECORD}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=30)) as record:
        return record.execute(query, (value,)).fetchall()
