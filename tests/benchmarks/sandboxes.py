"""What a sandbox costs: to start one, and the bot's memory while a check prints without end."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.tier import Exit, Launch
from tests.benchmarks.table import Row

STARTS = 30
GIGABYTE = "head -c 1000000000 /dev/zero | tr '\\0' 'x' | fold -w 99"
# The peak of a process is its own to tell: this one does nothing else.
PRINTING = """
import sys
from pathlib import Path
from tests.benchmarks.cost import read_peak_mb
from tests.benchmarks.sandboxes import GIGABYTE, launch
peaks = [launch(Path(sys.argv[1]), command) and read_peak_mb()
         for command in ("true", GIGABYTE)]
print(*peaks)
"""


def rows(work: Path) -> list[Row]:
    """Time starts one after the other, each kind in turn; then print a gigabyte."""
    obstacle = Bubblewrap().find_obstacle()
    if obstacle:
        return [Row("sandbox", obstacle, "", "")]
    plain = _time(lambda: subprocess.run(["sh", "-c", "true"], check=True))
    sandboxed = _time(lambda: launch(work, "true"))
    told = [Row("start of a sandbox of bubblewrap", _ms(sandboxed), "under 50 ms", _ms(plain))]
    return [*told, *_docker(), *_printing(work)]


def launch(work: Path, command: str) -> Exit:
    """Run a line of a shell in a sandbox. Raises RuntimeError when it fails."""
    done = Bubblewrap().launch(Launch(("sh", "-c", command), work))
    if done.code != 0:
        raise RuntimeError(done.limit_hit or done.output.decode())
    return done


def _docker() -> list[Row]:
    command = ["docker", "run", "--rm", "--network=none", "busybox", "true"]
    if (
        not shutil.which("docker")
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        return [Row("  of docker", "no engine here", "", "")]
    took = _time(lambda: subprocess.run(command, check=True, capture_output=True))
    return [Row("  of docker", _ms(took), "", "")]


def _printing(work: Path) -> list[Row]:
    began = time.monotonic()
    command = [sys.executable, "-c", PRINTING, str(work)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    took = time.monotonic() - began
    before, after = map(float, done.stdout.split())
    growth = f"+{after - before:.1f} MB"
    return [
        Row("the bot's memory while a check prints 1 GB", growth, "under 8 MB", "1 MB is kept"),
        Row("  and how long that takes", f"{took:.1f} s", "", ""),
    ]


def _time(act: Callable[[], object]) -> float:
    took = []
    for _ in range(STARTS):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return median(took)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
