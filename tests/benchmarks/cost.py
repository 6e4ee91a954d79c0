"""What a process costs: seconds of CPU, and the most memory that it held.

`getrusage` says at least what the parent held when the process began, so a large parent hides the
peak of its child. The command is started by a small process, and a process asks /proc about itself.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_START = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def measure_cost(command: Sequence[str], cwd: Path, stdin: str = "") -> tuple[float, float]:
    """Run a command; return seconds of CPU with those of its children, and its peak in MB."""
    starter = [sys.executable, "-S", "-c", _START, *command]
    done = subprocess.run(starter, input=stdin, cwd=cwd, capture_output=True, text=True, check=True)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def read_peak_mb() -> float:
    """Read the peak of this process, in MB; 0 where there is no /proc."""
    status = Path("/proc/self/status")
    peak = status.exists() and re.search(r"VmHWM:\s*(\d+)", status.read_text())
    return int(peak[1]) / 1024 if peak else 0.0
