"""An engine for tests, and engines in processes that can be killed."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_listener import Listener
from bot.adapters.dbos.record import open_record
from bot.adapters.dbos.record_clock import RecordClock
from bot.adapters.dbos.runtime import EngineOptions
from bot.adapters.dbos.step_output import RetryPolicy
from bot.ports import Ports
from bot.run import SignalRun, StartRun
from bot.values import Signal, Subject
from tests.adapters.dbos import engine_stories
from tests.adapters.dbos.engine_stories import Task

PATIENCE_S = 60


class SystemClock:
    def now(self):
        return datetime.now(UTC)


def durable(home, stories=engine_stories.STORIES, database_url="", ahead_s=0.0, **options):
    """An engine over real SQLite, or over the PostgreSQL at the address. The ports are none of its
    business: it hands the World on. `ahead_s` is its machine's clock.
    """
    ports = Ports(None, None, SystemClock())
    options = {
        "on_run_failed": engine_stories.tell_failure,
        "retry_policy": RetryPolicy(tries=4, first_s=0.05),
    } | options
    clock = RecordClock(lambda: time.time() + ahead_s)
    record, fence = open_record(home, database_url), Fence(clock=clock)
    return DurableEngine(home, ports, stories, EngineOptions(**options), record, fence)


def make_listener(**heard):
    """One that hears what a member tells, and does nothing but what a test gives it to do."""
    return replace(Listener(*[lambda *_: None] * 5, list), **heard)


def eventually(what, expected, patience_s=PATIENCE_S):
    """Ask until the answer is the expected one, or time is up; the last answer."""
    deadline = time.monotonic() + patience_s
    while (found := what()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def ended(engine, key):
    """The outcome of a run, once it has one."""
    eventually(
        lambda: engine.run(key) is not None and engine.run(key).state not in ("queued", "running"),
        expected=True,
    )
    return engine.run(key).outcome


def start(engine, story, diary, *, key="k", subject="", **task):
    return asyncio.run(
        engine.start(StartRun(story, Task(str(diary), **task), key=key, subject=Subject(subject)))
    )


def tell(engine, subject, text, key=""):
    signal = SignalRun(Subject(subject), Signal("stop", text), key=key)
    return bool(asyncio.run(engine.signal(signal)))


def parked(engine, key):
    """Wait until a run of `listen` has done its first step, and so waits."""
    return eventually(lambda: len(engine.steps(key)), 1)


def aged(home, keys, days):
    """Make it so that runs ended earlier."""
    for key in keys:
        earlier = f"completed_at - {days * 86_400_000}"
        altered(
            home,
            f"update workflow_status set completed_at = {earlier} where workflow_uuid = '{key}'",
        )


def altered(home, statement):
    """Do something to the record behind the engine's back."""
    with closing(sqlite3.connect(home / "engine.sqlite", timeout=30)) as database:
        database.execute(statement)
        database.commit()


def lines(diary):
    return diary.read_text().splitlines()


def peak(diary, repo=""):
    """How many works overlapped at most, of one repository or of all."""
    works = [line.split() for line in lines(diary)]
    spans = [(float(began), float(over)) for name, began, over in works if repo in ("", name)]
    return max(sum(began <= moment < over for began, over in spans) for moment, _over in spans)
