"""What a process costs: processor seconds until it serves, and memory and processor at rest."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bot.cli.demo.bot_process import program_path
from bot.forge import AppKeys
from tests.benchmarks.process_usage import read_memory_mb, read_tree_cpu_s
from tests.benchmarks.table import Row
from tests.postgres_server import PostgresServer, find_postgres, run_postgres
from tests.stage import forged

STARTS = 3
SETTLE_S, REST_S, PATIENCE_S = 15.0, 25.0, 60.0
ROOT = Path(__file__).parents[2]
IDLE_APP = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A command that serves, with its settings; the port is put in."""

    name: str
    words: Sequence[str]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part costs."""

    start_s: float
    mib: float
    percent: float  # of a core


def rows(work: Path) -> list[Row]:
    """Start each part alone, then leave all of them at rest beside each other."""
    with ExitStack() as stack:
        _, keys, url = stack.enter_context(forged(work, lambda app: app))
        programs = find_postgres()
        server = stack.enter_context(run_postgres(programs)) if programs else None
        (work / "idle.py").write_text(IDLE_APP)
        idle, *parts = _list_parts(keys, url, server)
        floor, *costs = _measure(work, [idle, *parts])
    named = zip(parts, costs, strict=True)
    lines = [row for part, cost in named for row in _describe(part.name, cost, floor)]
    return lines if server else [*lines, Row("on PostgreSQL", "not installed", "", "")]


def _list_parts(keys: AppKeys, url: str, server: PostgresServer | None) -> Iterator[Part]:
    yield Part(
        "uvicorn", ["-m", "uvicorn", "idle:app", "--log-level", "error", "--port", "{port}"], {}
    )
    settings = {
        "GREENLIT_APP_ID": str(keys.id),
        "GREENLIT_PRIVATE_KEY": keys.private_key,
        "GREENLIT_WEBHOOK_SECRET": keys.webhook_secret,
        "GREENLIT_ANTHROPIC_API_KEY": "is-not-asked",
        "GREENLIT_GITHUB_URL": url,
        "GREENLIT_GITHUB_API_URL": f"{url}/api/v3",
        "GREENLIT_PORT": "{port}",
        "GREENLIT_PAGE_PORT": "0",
        "GREENLIT_SANDBOX": "none",
    }
    yield Part("serve, SQLite", ["-m", "bot", "serve"], settings)
    if server:
        shared = server.create_database()
        alone = server.create_database()
        for name, address in (("serve", alone), ("door", shared), ("work", shared)):
            with_record = settings | {"GREENLIT_DATABASE_URL": address}
            yield Part(f"{name}, PostgreSQL", ["-m", "bot", name], with_record)


def _measure(work: Path, parts: Sequence[Part]) -> list[Cost]:
    earlier = [_measure_starts(work, part) for part in parts]
    with ExitStack() as stack:
        running = [stack.enter_context(_run(work, part)) for part in parts]
        pids, last = zip(*running, strict=True)
        starts = [median([*costs, cost]) for costs, cost in zip(earlier, last, strict=True)]
        spent = _measure_rest(pids)
        memory = map(read_memory_mb, pids)
        return [Cost(*cost) for cost in zip(starts, memory, spent, strict=True)]


def _measure_starts(work: Path, part: Part) -> list[float]:
    """Start it all but one of the times: the last one stays for the rest."""
    costs = []
    for _ in range(STARTS - 1):
        with _run(work, part) as (_, start_s):
            costs.append(start_s)
    return costs


def _measure_rest(pids: Sequence[int]) -> list[float]:
    """How much of a core each takes, in percent."""
    time.sleep(SETTLE_S)
    before, began = [read_tree_cpu_s(pid) for pid in pids], time.monotonic()
    time.sleep(REST_S)
    rested_s = time.monotonic() - began
    after = [read_tree_cpu_s(pid) for pid in pids]
    return [(late - early) / rested_s * 100 for early, late in zip(before, after, strict=True)]


@contextmanager
def _run(work: Path, part: Part) -> Iterator[tuple[int, float]]:
    """Run it until the block ends; its process once it answers, and what that took."""
    port = _find_free_port()
    home = work / part.name.replace(", ", "-")
    home.mkdir(exist_ok=True)
    settings = {name: value.format(port=port) for name, value in part.settings.items()}
    own = {"PATH": program_path(), "PYTHONPATH": f"{ROOT}:{work}", "HOME": str(home)}
    with (home / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, *(word.format(port=port) for word in part.words)],
            cwd=home,
            env=own | settings | {"GREENLIT_HOME": str(home / "bot")},
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_it_answers(process, f"http://127.0.0.1:{port}/health", home / "log")
        yield process.pid, read_tree_cpu_s(process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _find_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urlopen(address, timeout=PATIENCE_S):
            return
        time.sleep(0.01)
    raise RuntimeError(log.read_text()[-2_000:])


def _describe(name: str, cost: Cost, floor: Cost) -> list[Row]:
    """Say what it costs, beside an idle uvicorn."""
    return [
        Row(f"{name}: start", f"{cost.start_s:.2f} CPU s", "2 CPU s", f"{floor.start_s:.2f} CPU s"),
        Row(f"{name}: memory", f"{cost.mib:.0f} MiB", "150 MiB", f"{floor.mib:.0f} MiB"),
        Row(f"{name}: at rest", f"{cost.percent:.1f} %", "1 %", f"{floor.percent:.1f} %"),
    ]
