"""Runs on several processes of which some are killed, cut off, or left without a database."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

import psycopg

from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.run import SignalRun, StartRun
from bot.values import RunKey, Signal, Subject
from tests.adapters.dbos.engine_process import Killable
from tests.adapters.dbos.engine_stage import durable
from tests.adapters.dbos.engine_stories import Task, tortured
from tests.tcp_proxy import open_wire

STEPS = ("first", "in slot", "in slot again", "heard", "in the other slot")


@dataclass(frozen=True)
class Scene:
    """How many of what there is."""

    runs: int
    workers: int
    repositories: int
    slots: int
    work_s: float
    timing: FleetTiming


@dataclass(frozen=True)
class Trace:
    """A step that a process began; `ended` is when it was over, or when its process was killed."""

    run: str
    step: str
    began: float
    ended: float


@dataclass
class Torture:
    """A door in this process, workers in processes of their own, and what is done to them."""

    scene: Scene
    folder: object
    url: str
    workers: list = field(default_factory=list)
    kills: int = 0
    ends: int = 0  # of workers that the others took for dead
    _deaths: dict = field(default_factory=dict)
    _up: ExitStack = field(default_factory=ExitStack)
    _homes: int = 0

    def __enter__(self):
        options = {"slots": 0, "timing": self.scene.timing, "on_expelled": self._note_expulsion}
        self.door = durable(self._make_home(), database_url=self.url, **options)
        self.was_door_expelled = False
        self.diary = self.folder / "diary"
        self.diary.touch()
        self.door.launch()
        for _ in range(self.scene.workers):
            self.add_worker()
        return self

    def __exit__(self, *_error):
        for worker, _wire in self.workers:
            worker.kill()
        self.door.close()
        self._up.close()

    def add_worker(self):
        """Start a worker, with a wire to the database of its own."""
        wire, url = self._up.enter_context(open_wire(self.url))
        options = {"slots": self.scene.slots, "timing": self.scene.timing}
        worker = Killable(self._make_home(), database_url=url, **options)
        self.workers.append((worker, wire))

    def replace_dead(self):
        """Start a worker for each that is gone, as a supervisor does."""
        for worker, wire in list(self.workers):
            if not worker.process.is_alive():
                self._deaths[worker.process.pid] = time.time()
                self.ends += 1
                self.workers.remove((worker, wire))
                self.add_worker()

    def kill_worker(self):
        """Kill any of them, in whatever it is doing."""
        worker, wire = random.choice(self.workers)
        worker.kill()
        self._deaths[worker.process.pid] = time.time()
        self.kills += 1
        self.workers.remove((worker, wire))
        self.add_worker()

    def cut_off(self):
        """Cut any of them off; returns how to end that."""
        _worker, wire = random.choice(self.workers)
        wire.cut()
        return wire.mend

    def cut_all(self, seconds):
        """Cut all of them off for a while."""
        wires = [wire for _worker, wire in self.workers]
        for wire in wires:
            wire.cut()
        time.sleep(seconds)
        for wire in wires:
            wire.mend()

    async def start(self):
        """Start the runs, each as often as it takes to have it on disk."""
        for number in range(self.scene.runs):
            repo = f"o{number % 3}/r{number % self.scene.repositories}"
            task = Task(str(self.diary), seconds=self.scene.work_s, repo=repo)
            subject = Subject(f"{repo}#{number}")
            start = StartRun(tortured, task, key=f"d{number}", subject=subject)
            await _until_done(lambda start=start: self.door.start(start))

    async def signal(self):
        """Signal each run once it waits, each signal as often as it takes."""
        left = set(self.list_keys())
        while left:
            for run in sorted(
                left & {trace.run for trace in self.read() if trace.step == STEPS[2]}
            ):
                subject = Subject(run.rpartition("/")[0])
                signal = SignalRun(subject, Signal("stop", "go"), key=f"signal {run}")
                await _until_done(lambda signal=signal: self.door.signal(signal))
                left.discard(run)
            await asyncio.sleep(0.1)

    def list_keys(self):
        """The keys of the runs."""
        scene = self.scene
        repos = [f"o{number % 3}/r{number % scene.repositories}" for number in range(scene.runs)]
        return [f"{repo}#{number}/1" for number, repo in enumerate(repos)]

    def ask(self, query, *values):
        """Ask the record itself."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

    def count(self):
        """How many runs there are of each status."""
        query = "select status, count(*) from dbos.workflow_status group by status"
        return dict(self.ask(query))

    def read(self):
        """What the steps left."""
        began, traces = {}, []
        lines = self.diary.read_text().splitlines()
        for line in (
            line for line in lines if line.count("\t") == 4
        ):  # the rest says that a run failed
            word, pid, run, step, moment = line.split("\t")
            if word == "began":
                began[pid, run, step] = float(moment)
            else:
                first = began.pop((pid, run, step))
                traces.append(Trace(run, step, first, float(moment)))
        for (pid, run, step), first in began.items():
            end = self._deaths.get(int(pid), time.time())
            traces.append(Trace(run, step, first, max(first, end)))
        return traces

    def find_harm(self):
        """What should not be; nothing when all is well."""
        traces = self.read()
        lost = [key for key in self.list_keys() if self.door.run(RunKey(key)) is None]
        states = {
            key: self.door.run(RunKey(key)).state for key in self.list_keys() if key not in lost
        }
        return {
            "lost": lost,
            "not done": {key: state for key, state in states.items() if state != "done"},
            "done again though recorded": find_repeats(traces),
            "over a repository's limit": find_overlaps(traces),
            "slots kept": self.ask("select run, worker from greenlit.slots"),
            "queues kept": self.ask(
                "select name from dbos.queues where name not in "
                "(select 'runs of ' || worker from greenlit.workers)"
            ),
            "door was expelled": self.was_door_expelled,
        }

    def _note_expulsion(self):
        self.was_door_expelled = True

    def _make_home(self):
        self._homes += 1
        home = self.folder / f"home{self._homes}" / "home"
        home.parent.mkdir()
        return home


def find_repeats(traces):
    """Steps that began after one that is behind them: they were in the record by then."""
    repeats = []
    for run in {trace.run for trace in traces}:
        began = sorted(
            (trace.began, STEPS.index(trace.step)) for trace in traces if trace.run == run
        )
        places = [place for _moment, place in began]
        if places != sorted(places):
            repeats.append((run, places))
    return repeats


def find_overlaps(traces):
    """Works of one repository at the same time."""
    overlaps = []
    works = sorted(
        (trace for trace in traces if "slot" in trace.step), key=lambda trace: trace.began
    )
    last = {}
    for work in works:
        repo = work.run.partition("#")[0]
        before = last.get(repo)
        if before and before.run != work.run and work.began < before.ended:
            overlaps.append((before, work))
        if before is None or work.ended > before.ended:
            last[repo] = work
    return overlaps


async def _until_done(act):
    """Do it again, as GitHub is asked to deliver again, while the record is away."""
    while True:
        try:
            return await asyncio.wait_for(act(), 20)
        except Exception as error:  # noqa: BLE001 - what the door answers 503 to
            print("again:", type(error).__name__, str(error)[:100])
            await asyncio.sleep(0.5)
