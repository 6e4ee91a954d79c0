"""Take the database away for a while, and print when all went on: `python -m tests.crash.outage`."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from bot.adapters.dbos.fleet_timing import FleetTiming
from tests.adapters.dbos.outage import staged_outage
from tests.crash.stopped_database import run_database


def main() -> int:
    """Take it away, and print the figures; 1 where something was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.outage", description=__doc__)
    parser.add_argument("--away", type=float, default=60.0, help="seconds")
    parser.add_argument("--runs", type=int, default=10, help="that wait, and as many that work")
    asked = parser.parse_args()
    logging.disable(logging.ERROR)
    with (
        tempfile.TemporaryDirectory() as folder,
        run_database() as database,
        staged_outage(Path(folder), database.url, 2, FleetTiming()) as outage,
    ):
        outage.begin(asked.runs, work_s=5.0)
        with database.away():
            outage.outlast(asked.away)
        began = time.monotonic()
        outage.go_on(asked.runs)
        return _tell(outage, asked, time.monotonic() - began)


def _tell(outage, asked, seconds):
    lives = [worker.process.is_alive() for worker in outage.workers]
    refused = sum(status == 503 for status in outage.answers)
    groups = {
        word: [end for key, end in outage.ends.items() if word in key]
        for word in ("delivery", "works", "waits")
    }
    print(
        f"the database was away for {asked.away:.0f} s: {refused} of {len(outage.answers)} "
        f"deliveries were answered 503, {sum(lives)} of {len(lives)} workers live on"
    )
    for word, ends in groups.items():
        last = f"the last {max(ends)} s" if ends else "never"
        print(f"{word}: {len(ends)} went on, {last} after it was back")
    missing = 1 + 2 * asked.runs - len(outage.ends)
    print(f"{missing} did not end within {seconds:.0f} s")
    return 1 if missing or refused < len(outage.answers) or not all(lives) else 0


if __name__ == "__main__":
    sys.exit(main())
