"""Torture processes that share a record, and print what came of it: `python -m tests.crash.torture`.

One is killed every second or two, one is cut off, and the database is stopped twice as by a power
cut. It takes some minutes.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import threading
import time
from asyncio import run
from pathlib import Path

import psycopg

from bot.adapters.dbos.fleet_timing import FleetTiming
from tests.adapters.dbos.torture import Scene, Torture
from tests.crash.stopped_database import run_database

TIMING = FleetTiming(beat_s=0.5, fence_after_s=2.0, dead_after_s=3.0, take_s=0.1)


def main() -> int:
    """Torture them, and print the figures; 1 where there was harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.torture", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--most-s", type=float, default=400.0, help="when it counts as stuck")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    scene = Scene(asked.runs, asked.workers, 20, 4, 0.3, TIMING)
    with (
        tempfile.TemporaryDirectory() as folder,
        run_database() as database,
        Torture(scene, Path(folder), database.url) as torture,
    ):
        return _harass(torture, database, asked.most_s)


def _harass(torture, database, most_s):
    began = time.monotonic()
    for work in (torture.start, torture.signal):
        threading.Thread(target=lambda work=work: run(work()), daemon=True).start()
    mends = {}  # when a worker that is cut off is connected again, and how
    events = {15: "restart", 30: "cut", 60: "restart"}
    while time.monotonic() < began + most_s and _count_done(torture) < torture.scene.runs:
        passed = time.monotonic() - began
        for due in [due for due in events if due <= passed]:
            if events.pop(due) == "cut":
                mends[passed + 3 * TIMING.dead_after_s] = torture.cut_off()
            else:
                database.restart(random.choice((1, 8)))
        for due in [due for due in mends if due <= passed]:
            mends.pop(due)()
        torture.replace_dead()
        time.sleep(random.uniform(1, 2))
        torture.kill_worker()
    seconds = time.monotonic() - began
    time.sleep(TIMING.dead_after_s * 3)
    return _tell(torture, database, seconds)


def _tell(torture, database, seconds):
    traces = torture.read()
    print(
        f"{torture.scene.runs} runs in {seconds:.0f} s on {torture.scene.workers} workers; "
        f"{torture.kills} killed, {torture.ends} ended since the others took them for dead, "
        f"{database.restarts} stops of the database; {torture.count()}; "
        f"{len(traces)} steps begun for {5 * torture.scene.runs}"
    )
    harm = {name: what for name, what in torture.find_harm().items() if what}
    for name, what in harm.items():
        print(f"HARM: {name}: {str(what)[:2000]}")
    return 1 if harm else 0


def _count_done(torture):
    try:
        return torture.count().get("SUCCESS", 0)
    except psycopg.OperationalError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
