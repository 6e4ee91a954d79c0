"""A process that runs an engine and does what it is told, so that a test can kill it."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.adapters.dbos.sqlite import HomeInUse
from bot.cli.log_output import configure_log
from bot.run import SignalRun, StartRun
from bot.values import RunKey, Signal, Subject
from tests.adapters.dbos import engine_stories
from tests.adapters.dbos.engine_stage import durable
from tests.fork_server import CONTEXT, become_program


class Killable:
    """An engine in a process of its own."""

    def __init__(self, home, **options):
        self._orders, theirs = CONTEXT.Pipe()
        self.errors = home.parent / "stderr"
        self.process = CONTEXT.Process(target=run_engine, args=(home, options, self.errors, theirs))
        self.process.start()
        theirs.close()

    def up(self):
        """The same, once it has the home."""
        assert "up" == self._orders.recv()
        return self

    def ask(self, *command):
        self._orders.send(command)
        return self._orders.recv()

    def start(self, story, key="", subject="", **task):
        return self.ask("start", story, key, subject, task)

    def kill(self):
        self.process.kill()
        self.process.join()
        self._orders.close()


async def obey(engine, command):
    match list(command):
        case ["start", story, key, subject, task]:
            value = engine_stories.Task(**task)
            return await engine.start(
                StartRun(getattr(engine_stories, story), value, key=key, subject=Subject(subject))
            )
        case ["tell", subject, text]:
            return bool(await engine.signal(SignalRun(Subject(subject), Signal("stop", text))))
        case ["state", key]:
            run = await asyncio.to_thread(engine.run, RunKey(key))
            return run.state if run else ""
        case ["steps", key]:
            return [step.name for step in await asyncio.to_thread(engine.steps, RunKey(key))]
        case ["name" | "time" as what]:
            member = engine._membership.member
            return member.name if what == "name" else member.fence.clock.read()
        case ["close"]:
            return engine.close()
    raise ValueError(command)


def run_engine(
    home: Path, options: Mapping[str, Any], errors: Path, orders: Connection[Any, Any]
) -> None:
    """Be the engine of a home, and answer each order; what goes wrong is written into a file."""
    warnings.simplefilter("error")
    become_program({}, errors, errors)
    configure_log("INFO", "text")
    engine = durable(home, **options)
    try:
        engine.launch()
    except HomeInUse as used:
        sys.exit(str(used))
    orders.send("up")
    while True:
        orders.send(asyncio.run(obey(engine, orders.recv())))
