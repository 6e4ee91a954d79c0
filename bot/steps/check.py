"""Here live the gates: what stands between the model's work and a push."""

from __future__ import annotations

from bot.config import Config
from bot.patch import Rules, check
from bot.steps.look import Looker, NotThere
from bot.values import Finding, Patch, Tree
from bot.world import World


def inspect(world: World, tree: Tree, patch: Patch, config: Config) -> tuple[Finding, ...]:
    """What the gates say of the change, on changed files only. Nothing of the repository is run."""
    before: dict[str, str | None] = {}
    look = Looker(world, tree, Patch())
    for path in patch.files:
        try:
            before[path] = look.text(path)
        except NotThere:
            before[path] = None
    return check(patch, before, Rules(allowed=config.allow, extra=config.protected))


def told(findings: tuple[Finding, ...]) -> str:
    """Findings as the answer to `finish`."""
    lines = [f"- {finding.path}:{finding.line} [{finding.gate}] {finding.text}" for finding in findings]
    return "Not pushed. The checks found:\n" + "\n".join(lines) + "\nMend these, then call finish again."
