"""What all runs of a process share."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.dbos.ci_watch import FetchMarks
from bot.adapters.dbos.fleet_listener import ignore_limits
from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.adapters.dbos.run_waits import RunWaits
from bot.adapters.dbos.shared_prefixes import SharedPrefixes
from bot.adapters.dbos.shared_slots import SharedSlots
from bot.adapters.dbos.slots import ShutdownGate, Slots
from bot.adapters.dbos.step_output import RetryPolicy
from bot.adapters.dbos.wait_reports import WaitPolicy
from bot.ports import Metrics, NoMetrics, NoTraces, Ports, RequestLimit, Traces
from bot.run import Run, RunFault, SignalRun, StartRun, Step
from bot.values import Attempt, Branch, LastRun, Outcome, Repo, RunKey, RunReport, RunState, Subject

OnRunFailed = Callable[[Run, Any, RunFault], Awaitable[Outcome]]  # given the story's value too
OnRunWaits = Step[[RunState], RunReport]
OnRunEnded = Callable[[Run], Awaitable[None]]  # of one that kept a state


def end_process() -> None:
    """Ask this process to end, as its operator would."""
    os.kill(os.getpid(), signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an operator may turn, and what tests turn."""

    slots: int = 4
    slots_per_repository: int = 1
    slots_in_all: int | None = None  # of all processes that share the record
    on_run_failed: OnRunFailed | None = None
    on_run_waits: OnRunWaits | None = None
    on_run_ended: OnRunEnded | None = None
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    wait_policy: WaitPolicy = field(default_factory=WaitPolicy)
    # A net below `QueueWorker.ring`, which has the queue of new runs looked into at once.
    poll_s: float = 5.0
    # After a launch, until slots are given out though some run has not come back yet.
    most_replay_s: float = 10.0
    # A net below `_send`, which wakes a waiting run at once; `close` takes as long.
    inbox_poll_s: float = 1.0
    timing: FleetTiming = field(default_factory=FleetTiming)  # where processes share a record
    # What is done when the others took this process for dead, or it is too old: it can only end.
    on_expelled: Callable[[], None] = end_process
    # Given a run that was set aside, and its story's value.
    tell_set_aside: Callable[[RunKey, object], StartRun | None] | None = None
    metrics: Metrics = field(default_factory=NoMetrics)
    # Told each second which limits of GitHub's the processes that share the record have met.
    on_limits: Callable[[Collection[RequestLimit]], None] = ignore_limits
    traces: Traces = field(default_factory=NoTraces)
    # How GitHub is asked about the CI of many commits; without it each run asks by itself.
    fetch_marks: FetchMarks | None = None


@dataclass(frozen=True, slots=True)
class Runtime:
    """What all runs share."""

    ports: Ports
    executor: Executor
    shutdown_gate: ShutdownGate
    slots: Slots | SharedSlots
    options: EngineOptions
    start: Callable[[StartRun, str], Awaitable[tuple[RunKey, bool]]]
    signal: Callable[[SignalRun, str], Awaitable[bool]]
    find_last: Callable[[Subject], Awaitable[LastRun | None]]
    find_last_state: Callable[[Subject], RunState | None]
    find_attempts: Callable[[Subject], tuple[Attempt, ...]]
    find_subject: Callable[[Repo, Branch], Subject | None]
    waits: dict[str, RunWaits] = field(default_factory=dict)  # of the live runs, by key
    prefixes: SharedPrefixes = field(default_factory=SharedPrefixes)  # of their conversations


def join_queue_threads(stops: Iterable[threading.Event]) -> None:
    """Stop what takes runs out of DBOS's queues, and wait until it has ended."""
    for stop in stops:
        stop.set()
    for thread in threading.enumerate():
        if thread.name.startswith("queue-worker-"):
            join_once_started(thread)


def join_once_started(thread: threading.Thread) -> None:
    """Wait until a thread ends, which another one may just be about to start."""
    while True:
        with suppress(RuntimeError):  # it was not started yet
            thread.join()
            return
        time.sleep(0.01)
