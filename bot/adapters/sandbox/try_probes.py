"""Try the probes in a tier, and tell which got through."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.sandbox.canaries import Canaries, plant_canaries
from bot.adapters.sandbox.probes.attack import name_attack
from bot.adapters.sandbox.probes.limit_attacks import leave_files, stay_behind
from bot.adapters.sandbox.tier import Exit, Launch, Tier
from bot.values import SandboxLimits

MEGABYTE = 1024**2
LIMITS = SandboxLimits(
    wall_s=60,
    cpu_s=30,
    memory_bytes=256 * MEGABYTE,
    processes=32,
    disk_bytes=64 * MEGABYTE,
)
TARGETS = "targets.json"
PATH = "/usr/local/bin:/usr/bin:/bin"
OUTPUT_CHARS = 300


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """How many probes were tried, what the breaches could do by name, and why they did not run."""

    count: int = 0
    breaches: tuple[tuple[str, str], ...] = ()  # name, and what came of it
    obstacle: str = ""

    @property
    def has_passed(self) -> bool:
        """Whether all were tried and none got through."""
        return bool(self.count) and not self.breaches and not self.obstacle


def try_probes(tier: Tier, home: Path) -> ProbeReport:
    """Run all probes in a tier at once, and look at the machine afterwards.

    Raises what a launch raises, and OSError or ValueError where nothing can be tried.
    """
    with plant_canaries(home, tier.has_own_root, LIMITS) as canaries:
        (canaries.workspace / TARGETS).write_text(json.dumps(canaries.targets._asdict()))
        return _judge(tier.launch(_make_launch(canaries)), canaries)


def _make_launch(canaries: Canaries) -> Launch:
    toolchain = Path(sys.base_prefix)
    return Launch(
        argv=("python3", "-S", "-B", "-m", "probes", TARGETS, canaries.targets.scrap),
        workspace=canaries.workspace,
        environment={"PATH": f"{toolchain}/bin:{PATH}"},
        toolchains=() if toolchain.is_relative_to("/usr") else (toolchain,),
        limits=LIMITS,
    )


def _judge(ended: Exit, canaries: Canaries) -> ProbeReport:
    """Read what the probes say, and what they left on the machine."""
    lines = [line for line in ended.output.decode(errors="replace").splitlines() if line[:1] == "{"]
    results = [json.loads(line) for line in lines]
    total = results.pop(0)["total"] if results else 0
    breaches = [(result["name"], result["text"]) for result in results if result["breached"]]
    breaches += _find_traces(canaries)
    # The last probe uses memory without bounds: a sandbox may end it, and all with it.
    unfinished = total - len(results) - bool(ended.limit_hit)
    if not total or unfinished > 0:
        return ProbeReport(len(results), tuple(breaches), _explain_end(ended))
    return ProbeReport(total, tuple(breaches))


def _find_traces(canaries: Canaries) -> list[tuple[str, str]]:
    traces = []
    if pids := canaries.end_left_processes():
        traces.append((name_attack(stay_behind), f"{len(pids)} still ran"))
    if files := canaries.find_left_files():
        traces.append((name_attack(leave_files), f"there was {files[0]}"))
    return traces


def _explain_end(ended: Exit) -> str:
    output = ended.output.decode(errors="replace").strip()[-OUTPUT_CHARS:]
    how = ended.limit_hit or f"exit code {ended.code}"
    return f"The probes did not run to their end ({how}): {output}"
