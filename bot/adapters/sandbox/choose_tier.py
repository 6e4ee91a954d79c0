"""Choose the tier that runs code here: the best that works and keeps every attack out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from subprocess import SubprocessError

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.container import Container
from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.tier import Tier
from bot.adapters.sandbox.try_probes import ProbeReport, try_probes
from bot.ports import Unreachable
from bot.values import SandboxState, TierChoice, TierName

SHOWN_BREACHES = 10
ADVICE: dict[TierName, str] = {
    "bubblewrap": "",
    "landlock": (
        "Under landlock nothing can be installed and nothing can listen: the checks run with what "
        "this machine has."
    ),
    "container": "In containers nothing can be installed: the checks run with what the image has.",
    "none": "No code of a repository is run.",
}
FORBIDDEN = SandboxState("none", "GREENLIT_SANDBOX is none.", ADVICE["none"])


def choose_tier(
    choice: TierChoice, image: str | None, home: Path
) -> tuple[Tier | None, SandboxState]:
    """Find the best tier that works on this machine and keeps every probe out, or try the one that
    is asked for. `image` is that of containers.

    None where there is none: then no code of a repository is run.
    """
    if choice == "none":
        return None, FORBIDDEN
    tiers: tuple[Tier, ...] = (Bubblewrap(), Landlock(), Container(image))
    return try_tiers([tier for tier in tiers if choice in ("auto", tier.name)], home)


def try_tiers(tiers: Sequence[Tier], home: Path) -> tuple[Tier | None, SandboxState]:
    """Return the first tier that works and keeps every probe out, and why it is none before it."""
    reasons: list[str] = []
    for tier in tiers:
        report = _examine(tier, home)
        if report.has_passed:
            advice = ADVICE[tier.name]
            return tier, SandboxState(tier.name, " ".join(reasons), advice, report.count)
        reasons.append(f"Why not {tier.name}: {_explain(report)}")
    return None, SandboxState("none", " ".join(reasons), ADVICE["none"])


def _examine(tier: Tier, home: Path) -> ProbeReport:
    """Try a tier; whatever fails meanwhile stands against it."""
    try:
        obstacle = tier.find_obstacle()
        if obstacle:
            return ProbeReport(obstacle=obstacle)
        report = try_probes(tier, home)
        # Other jobs of the same user can take all processes, so that the probes come to no end.
        return try_probes(tier, home) if report.obstacle else report
    except (Unreachable, OSError, SubprocessError, ValueError) as failure:
        return ProbeReport(obstacle=f"it fails: {failure}.")


def _explain(report: ProbeReport) -> str:
    """Say why a tier is not used, in sentences."""
    if not report.breaches:
        return report.obstacle
    names = [f"“{name}”" for name, _ in report.breaches]
    if len(names) > SHOWN_BREACHES:
        names = [*names[:SHOWN_BREACHES], f"{len(names) - SHOWN_BREACHES} more"]
    count = f"{len(report.breaches)} of {report.count} attacks"
    text = f"{count} got through, so it is not used: {', '.join(names)}."
    return f"{text} {report.obstacle}".strip()
