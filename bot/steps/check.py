"""Here live the gates: what stands between the model's work and a push."""

from __future__ import annotations

from bot.config import Config
from bot.patch import Change, Rules, gates, new, weighed
from bot.source.files import kind_of
from bot.steps.checkout import Files
from bot.steps.leaks import leaked
from bot.values import Finding, Patch, Tree
from bot.world import World

CONFIGS = ("pyproject.toml", "ruff.toml", ".ruff.toml")
LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "NOTICE", "pyproject.toml", "package.json")


def inspect(world: World, tree: Tree, patch: Patch, config: Config) -> tuple[Finding, ...]:
    """What the gates say of the change, on changed files only. Nothing of the repository is run."""
    files = Files(world.git, tree)
    before = {path: _text(data) for path, data in files.read(list(patch.files)).items()}
    around = {path: text for path, data in files.read({*CONFIGS, *LICENCES}).items() if (text := _text(data))}
    change = Change({path: before.get(path) for path in patch.files}, patch.files, around)
    return examined(world, change, rules(config))


def examined(world: World, change: Change, limits: Rules) -> tuple[Finding, ...]:
    """All gates: those that look at texts, the linter, the finder of secrets."""
    return (*gates(change, limits), *weighed((*leaked(world, change), *_linted(world, change)), limits))


def rules(config: Config) -> Rules:
    return Rules(allowed=config.allow, extra=config.protected)


def told(findings: tuple[Finding, ...]) -> str:
    """Findings as the answer to `finish`."""
    lines = [f"- {finding.path}:{finding.line} [{finding.gate}] {finding.text}" for finding in findings]
    return "Not pushed. The checks found:\n" + "\n".join(lines) + "\nMend these, then call finish again."


def _linted(world: World, change: Change) -> tuple[Finding, ...]:
    """What the linter finds now and did not find before."""
    if world.linter is None:
        return ()
    now = {path: text for path, text in change.after.items() if text is not None and kind_of(path) != "foreign"}
    then = {path: text for path, text in change.before.items() if text is not None and path in now}
    found = world.linter.lint(now, change.around)
    return new(change, found, world.linter.lint(then, change.around) if found else ())


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
