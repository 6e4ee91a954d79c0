"""Which tier of the sandbox runs repositories' own code here, tried by the attack suite."""

from __future__ import annotations

from bot.assembly import build_tier
from bot.cli.doctor.diagnosis import Diagnosis, Health, make_healthy
from bot.settings import SettingsReport


def check_sandbox(report: SettingsReport) -> Diagnosis:
    """Try the tier that is asked for, or the best one, and say why it is no better one."""
    if report.has_wrong("sandbox", "sandbox_image"):
        text = "not tried, for want of the settings marked above."
        return Diagnosis("Sandbox", text, state="note")
    choice = report.server.sandbox
    if choice == "none":
        text = "none, as GREENLIT_SANDBOX says: no code of a repository is run."
        return Diagnosis("Sandbox", text, state="note")
    tier, state = build_tier(report.server)
    if tier is None:
        health: Health = "odd" if choice == "auto" else "sick"
        return Diagnosis("Sandbox", f"none. {state.advice}", state.reason, health)
    text = f"{tier.name}: {state.probes} attacks were tried in it, and all were kept out."
    if not state.reason:
        return make_healthy("Sandbox", f"{text} {state.advice}".strip())
    return Diagnosis("Sandbox", f"{text} {state.advice}".strip(), state.reason, "odd")
