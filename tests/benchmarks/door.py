"""The measurement of the door: a burst of signed deliveries over real HTTP, every start
durable.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.ports import Ports
from bot.run import Ignore, Intent, Run, StartRun, step
from bot.values import Outcome, Request
from bot.values.events import Event, IssueLabeled
from bot.web.door import create_door
from tests.benchmarks.table import Row
from tests.deliveries import ISSUE, SECRET, issues, serving, signed

DISTINCT = 300
CONNECTIONS = 50
BODY_CHARS = 8_000


def rows(work: Path) -> list[Row]:
    """600 deliveries, 300 distinct, each twice, from 50 connections; the server is another process."""
    home = work / "door"
    home.mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout is not None
        port = int(served.stdout.readline())
        floor = asyncio.run(
            _burst(port, _deliveries("edited"))
        )  # as big, and read as closely, but nothing to start
        took = asyncio.run(_burst(port, _deliveries("labeled")))
        ran = json.loads(served.communicate("\n", timeout=120)[0])
    return [
        Row("door: answer, median", _ms(took, 50), "", _ms(floor, 50)),
        Row("door: answer, 99th percentile", _ms(took, 99), "under 100 ms", _ms(floor, 99)),
        Row(
            "door: runs for 600 deliveries",
            f"{ran['runs']}, {ran['done']} done",
            str(DISTINCT),
            str(DISTINCT),
        ),
    ]


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
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(
                int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            )
            took.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 202 "):
                raise RuntimeError(head.decode())
        writer.close()
        return took

    return [
        one
        for each in await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
        for one in each
    ]


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


def _serve(home: Path) -> None:
    """Serve until a line comes, then say how many runs there were and how many have ended."""
    unused: Any = None
    engine = DurableEngine(home, Ports(unused, unused, unused), (trivial,))
    engine.launch()
    try:
        with serving(create_door(engine, _route, (SECRET,))) as port:
            print(port, flush=True)
            sys.stdin.readline()
        while any(run.state in ("queued", "running") for run in engine.runs(2 * DISTINCT)):
            time.sleep(0.05)
        states = [run.state for run in engine.runs(2 * DISTINCT)]
        print(json.dumps({"runs": len(states), "done": states.count("done")}))
    finally:
        engine.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
