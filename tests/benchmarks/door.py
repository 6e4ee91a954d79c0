"""The measurement of the door: a burst of signed deliveries over real HTTP, every start durable.

Beside it stands Probot's receiver, which keeps nothing and starts nothing.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.queue_worker import RECOVERY_S
from bot.adapters.dbos.record import open_record
from bot.adapters.dbos.runtime import EngineOptions
from bot.ports import Ports
from bot.run import Ignore, Intent, Run, StartRun, step
from bot.values import Outcome, Request
from bot.values.events import Event, IssueLabeled
from bot.web.door import create_door
from tests.benchmarks.probot import install_probot
from tests.benchmarks.table import Row
from tests.deliveries import ISSUE, SECRET, issues, serving, signed
from tests.postgres_server import create_cluster, find_postgres

DISTINCT = 300
CONNECTIONS = 50
BODY_CHARS = 8_000


def rows(work: Path) -> list[Row]:
    """600 deliveries, 300 distinct, each twice, from 50 connections; the server is another process."""
    measured = _measure(work, "serve, SQLite")
    programs = find_postgres()
    if programs is None:
        measured.append(Row("on PostgreSQL", "not installed", "", ""))
    else:
        with create_cluster(programs) as cluster, cluster.run() as server:
            measured += _measure(work, "serve, PostgreSQL", server.create_database())
            measured += _measure(work, "door, PostgreSQL", server.create_database(), slots=0)
    return [*measured, *_measure_probot(work)]


def _measure(work: Path, name: str, database_url: str = "", slots: int = 4) -> list[Row]:
    home = work / name.replace(", ", "-")
    home.mkdir()
    command = [sys.executable, "-m", __name__, str(home), str(slots), database_url]
    with _run_server(command) as (served, port):
        # As big, and read as closely, but nothing to start.
        floor = asyncio.run(_burst(port, _deliveries("edited")))
        took = asyncio.run(_burst(port, _deliveries("labeled")))
        ran = json.loads(served.communicate("\n", timeout=120)[0])
    done = f", {ran['done']} done" if slots else ""
    return [
        Row(f"{name}: answer, median", _ms(took, 50), "", _ms(floor, 50)),
        Row(f"{name}: answer, 99th percentile", _ms(took, 99), "100 ms", _ms(floor, 99)),
        Row(f"{name}: runs for 600 deliveries", f"{ran['runs']}{done}", str(DISTINCT), ""),
    ]


def _measure_probot(work: Path) -> list[Row]:
    """The same burst for a receiver that keeps nothing, and answers when its handler has ended."""
    command = install_probot(work / "probot", SECRET)
    if command is None:
        return [Row("Probot, nothing kept", "not installed", "", "")]
    with _run_server(command) as (served, port):
        asyncio.run(_burst(port, _deliveries("edited")))
        took = asyncio.run(_burst(port, _deliveries("labeled")))
        served.communicate("\n", timeout=120)
    return [
        Row("Probot, nothing kept: answer, median", _ms(took, 50), "", ""),
        Row("Probot, nothing kept: answer, 99th percentile", _ms(took, 99), "", ""),
    ]


@contextmanager
def _run_server(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run it until a line comes to it; it writes its port."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as served:
        assert served.stdout is not None
        yield served, int(served.stdout.readline())


def _ms(took_s: Sequence[float], percent: int) -> str:
    """A percentile, in milliseconds."""
    return f"{quantiles(took_s, n=100)[percent - 1] * 1000:.0f} ms"


def _deliveries(action: str) -> list[bytes]:
    """Each delivery twice, as GitHub would send them."""
    issue = {**ISSUE, "body": "It hangs. " * (BODY_CHARS // 10)}
    once = [
        _request("issues", issues(action, issue={**issue, "number": at}), f"{action}-{at}")
        for at in range(1, DISTINCT + 1)
    ]
    return [delivery for delivery in once for _ in range(2)]


def _request(kind: str, payload: object, guid: str) -> bytes:
    """The bytes of one signed request."""
    head, body = signed(kind, payload, guid)
    lines = [
        f"{name}: {value}"
        for name, value in {**head, "host": "door", "content-length": len(body)}.items()
    ]
    return "\r\n".join(["POST /github HTTP/1.1", *lines, "", ""]).encode() + body


async def _burst(port: int, requests: Sequence[bytes]) -> list[float]:
    """How long each answer took; a connection sends its next request when it has its answer."""
    left = list(reversed(requests))

    async def connection() -> list[float]:
        """Send what is left, one after the other."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        took = []
        while left:
            request = left.pop()
            began = time.perf_counter()
            writer.write(request)
            head = await _read_answer(reader)
            took.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 20"):
                raise RuntimeError(head.decode())
        writer.close()
        return took

    return [
        one
        for each in await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
        for one in each
    ]


async def _read_answer(reader: asyncio.StreamReader) -> bytes:
    """Read an answer to its end; its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, named, length = head.lower().partition(b"content-length: ")
    if named:
        await reader.readexactly(int(length.split(b"\r\n")[0]))
    else:
        await reader.readuntil(b"0\r\n\r\n")  # in chunks
    return head


@step("note")
def note(ports: Ports, asking: Request) -> int:
    """The one step: nothing but itself."""
    return asking.number


async def trivial(run: Run, asking: Request) -> Outcome:
    """A run that is over at once."""
    number = await run(note, asking)
    return Outcome("done", str(number))


def _route(event: Event) -> list[Intent]:
    """A label starts a run."""
    match event:
        case IssueLabeled():
            asking = Request(
                event.repo, event.number, event.sender, event.at, event.delivery, title=event.title
            )
            return [StartRun(trivial, asking, key=f"asking/{event.delivery}")]
        case _:
            return [Ignore("the floor")]


def _serve(home: Path, slots: int, database_url: str) -> None:
    """Serve until a line comes, then say how many runs there were and how many have ended."""
    unused: Any = None
    ports, options = Ports(unused, unused, unused), EngineOptions(slots=slots)
    engine = DurableEngine(home, ports, (trivial,), options, open_record(home, database_url))
    engine.launch()
    gc.freeze()  # as `import_lasting` does for the commands
    time.sleep(RECOVERY_S)  # what it does at a start is another measurement's
    try:
        with serving(create_door(engine, _route, (SECRET,))) as port:
            print(port, flush=True)
            sys.stdin.readline()
        while slots and any(
            run.state in ("queued", "running") for run in engine.runs(2 * DISTINCT)
        ):
            time.sleep(0.05)
        states = [run.state for run in engine.runs(2 * DISTINCT)]
        print(json.dumps({"runs": len(states), "done": states.count("done")}))
    finally:
        engine.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
