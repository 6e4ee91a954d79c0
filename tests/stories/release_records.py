"""Records of runs that wait, as a release wrote them: kept in a file, and put into a new record."""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.dbos.copy_record import TABLES
from bot.adapters.private_home import RECORD

FOLDER = Path(__file__).with_name("records")
FIRST_RELEASE = Path(__file__).with_name("recorded_run.json")
FIRST_KEY = "acme/greeter#8/1"  # which no other record has
LONG_S = 3600.0
LEAST_S = 20.0
Row = dict[str, Any]


@dataclass(frozen=True)
class WaitingRun:
    """A run at a wait: what it waits for, its key, and its rows in the engine's tables."""

    wait: str
    key: str
    rows: Mapping[str, Sequence[Row]]

    @property
    def story(self) -> str:
        """What it runs."""
        return str(self.rows["workflow_status"][0]["name"])

    @property
    def steps(self) -> Sequence[Row]:
        """What it has done, in its order."""
        return sorted(self.rows["operation_outputs"], key=lambda row: row["function_id"])


def read_records(path: Path) -> list[WaitingRun]:
    """Read the runs that a file keeps."""
    return [WaitingRun(**run) for run in json.loads(gzip.decompress(path.read_bytes()))]


def read_first_release(like: WaitingRun) -> WaitingRun:
    """Read the record of the first release, of a whole run, up to its last wait for CI."""
    record = json.loads(FIRST_RELEASE.read_text())
    names = [name for name, _output in record["steps"]]
    last = len(names) - names[::-1].index("DBOS.recv")  # its number; its clock has the next
    rows = [
        {"function_id": number, "function_name": name, "output": json.dumps(output)}
        for number, (name, output) in enumerate(record["steps"][: last + 1], 1)
        if number != last
    ]
    (status,), (value,) = like.rows["workflow_status"], like.rows["workflow_input"]
    ours = {"workflow_uuid": FIRST_KEY}
    inputs = {"inputs": json.dumps({"args": [record["value"], "d"], "kwargs": {}})}
    steps = [{**like.steps[0], **row, **ours} for row in rows]
    return WaitingRun(
        "CI, of 0.1.0",
        FIRST_KEY,
        {
            "workflow_status": [{**status, **ours}],
            "workflow_input": [{**value, **ours, **inputs}],
            "operation_outputs": steps,
        },
    )


def write_records(path: Path, runs: Sequence[WaitingRun], hidden: Mapping[str, str]) -> None:
    """Keep runs in a file, with other words for what is of the machine that recorded them."""
    data = [{"wait": run.wait, "key": run.key, "rows": run.rows} for run in runs]
    text = json.dumps(data, indent=0, sort_keys=True)
    for machine_word, word in hidden.items():
        text = text.replace(machine_word, word)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def fetch_run(home: Path, wait: str, key: str) -> WaitingRun:
    """Fetch a run out of a record."""
    with closing(sqlite3.connect(f"file:{home / RECORD}?mode=ro", uri=True)) as record:
        record.row_factory = sqlite3.Row
        rows = {}
        for table in TABLES:
            found = record.execute(f"select * from {table} where workflow_uuid = ?", [key])
            rows[table] = [dict(row) for row in found]
    return WaitingRun(wait, key, rows)


def is_parked(run: WaitingRun) -> bool:
    """Tell whether it waits, and for a while: the clock of its wait stands, nothing came yet."""
    if not run.steps or run.steps[-1]["function_name"] != "DBOS.sleep":
        return False
    *before, clock = run.steps
    is_answered = before and before[-1]["function_id"] == clock["function_id"] - 1
    return not is_answered and json.loads(clock["output"]) > time.time() + LEAST_S


def put_into_record(home: Path, runs: Sequence[WaitingRun]) -> None:
    """Put runs into a record that is set up: they go on when its engine is launched."""
    with closing(sqlite3.connect(home / RECORD)) as record:
        for run in runs:
            for table, rows in run.rows.items():
                for row in rows:
                    _insert(record, table, row)
            # The wait began long ago by now, and would be over.
            record.execute(
                "update operation_outputs set output = ? where workflow_uuid = ? "
                "and function_id = ?",
                [json.dumps(time.time() + LONG_S), run.key, run.steps[-1]["function_id"]],
            )
        record.commit()


def _insert(record: sqlite3.Connection, table: str, row: Row) -> None:
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    record.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
