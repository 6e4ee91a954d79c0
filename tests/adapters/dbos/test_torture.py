"""Runs on several processes that are killed and cut off; tests/crash/torture.py does more of it."""

import asyncio
import threading
import time

from bot.adapters.dbos.fleet_timing import FleetTiming
from tests.adapters.dbos.engine_stage import eventually
from tests.adapters.dbos.torture import Scene, Torture

TIMING = FleetTiming(beat_s=0.2, fence_after_s=0.8, dead_after_s=1.5, take_s=0.05)
SCENE = Scene(runs=20, workers=2, repositories=5, slots=2, work_s=0.1, timing=TIMING)


def test_nothing_is_lost_or_doubled(tmp_path, database_url):
    """One is killed, all lose the database together, and one is killed again."""
    with Torture(SCENE, tmp_path, database_url) as torture:
        asyncio.run(torture.start())
        signals = threading.Thread(target=lambda: asyncio.run(torture.signal()))
        signals.start()
        eventually(lambda: len(torture.read()) >= SCENE.slots * SCENE.workers, expected=True)
        torture.kill_worker()
        torture.cut_all(seconds=2.0)
        torture.kill_worker()
        end = time.monotonic() + 60
        while torture.count().get("SUCCESS", 0) < SCENE.runs and time.monotonic() < end:
            torture.replace_dead()
            time.sleep(0.1)
        signals.join(10)

        assert {} == eventually(lambda: find_harm(torture), {}, patience_s=10)


def find_harm(torture):
    return {name: what for name, what in torture.find_harm().items() if what}
