"""A door and workers whose database goes away while runs wait, work and are to begin."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.testclient import TestClient

from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.run import SignalRun, StartRun
from bot.values import RunKey, Signal, Subject
from bot.web.door import DoorLimits, create_door
from tests.adapters.dbos.engine_process import Killable
from tests.adapters.dbos.engine_stage import durable, eventually
from tests.adapters.dbos.engine_stories import Task, listen, three
from tests.deliveries import SECRET, issues, signed


@dataclass
class Outage:
    """What the processes are, what the door answered, and when each run had ended."""

    folder: Path
    door: object
    client: TestClient | None = None  # of the door's web app
    workers: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    ends: dict = field(default_factory=dict)

    def begin(self, runs, work_s):
        """Begin runs that wait, and runs that work."""
        for number in range(runs):
            subject = Subject(f"o/waits{number}#1")
            task = Task(str(self.diary(f"waits{number}")), seconds=3600)
            asyncio.run(self.door.start(StartRun(listen, task, subject=subject)))
            task = Task(str(self.diary(f"works{number}")), seconds=work_s)
            asyncio.run(self.door.start(StartRun(three, task, key=f"works{number}")))
        wanted = ["a"], ["a", "b began"]
        for number in range(runs):
            eventually(lambda n=number: self.lines(f"waits{n}"), wanted[0])
            eventually(lambda n=number: self.lines(f"works{n}"), wanted[1])

    def deliver(self, number):
        """Deliver a webhook that starts a run; the status of the answer."""
        head, body = signed("issues", issues("labeled"), f"delivery-{number}")
        answer = self.client.post("/github", content=body, headers=head)
        return answer.status_code

    def outlast(self, seconds):
        """Deliver once a second, as long as the database is away."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.answers.append(self.deliver(0))
            time.sleep(1)

    def go_on(self, runs):
        """Deliver what was refused, wake what waits, and see when each has ended."""
        back_at = time.monotonic()
        keys = ["delivery-0", *(f"works{number}" for number in range(runs))]
        while (status := self.deliver(0)) == 503:
            time.sleep(0.1)
        assert 202 == status
        for number in range(runs):
            signal = SignalRun(Subject(f"o/waits{number}#1"), Signal("stop", "go"))
            asyncio.run(self.door.signal(signal))
            keys.append(f"o/waits{number}#1/1")
        while len(self.ends) < len(keys) and time.monotonic() < back_at + 240:
            for key in keys:
                run = self.door.run(RunKey(key))
                if key not in self.ends and run and run.state == "done":
                    self.ends[key] = round(time.monotonic() - back_at, 1)
            time.sleep(0.1)

    def diary(self, name):
        path = self.folder / name
        path.touch()
        return path

    def lines(self, name):
        return (self.folder / name).read_text().splitlines()


@contextmanager
def staged_outage(folder: Path, database_url: str, workers: int, timing: FleetTiming):
    """A door in this process and workers in others, on one database."""
    with ExitStack() as up:
        homes = [folder / f"home{number}" / "home" for number in range(workers + 1)]
        for home in homes:
            home.parent.mkdir()
        door = durable(homes[0], database_url=database_url, slots=0, timing=timing)
        door.launch()
        up.callback(door.close)
        outage = Outage(folder, door)

        def route(event):
            task = Task(str(outage.diary(event.delivery)))
            return [StartRun(three, task, key=event.delivery)]

        app = create_door(door, route, (SECRET,), limits=DoorLimits(patience_s=2.0))
        outage.client = up.enter_context(TestClient(app))
        for home in homes[1:]:
            worker = Killable(home, database_url=database_url, slots=20, timing=timing).up()
            up.callback(worker.kill)
            outage.workers.append(worker)
        yield outage
