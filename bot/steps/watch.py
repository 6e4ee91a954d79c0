"""Here lives the watching of CI: what it will be, and what it says of a commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

import yaml

from bot.values import Branch, Checks, Repo, Sha, Tree
from bot.world import World

FOLDER = ".github/workflows/"


@dataclass(frozen=True, slots=True)
class Ci:
    """What CI of a repository will do with our branch. `workflows`: how many of its own workflows will run."""

    starts: Literal["on push", "on pull request", "never"]
    workflows: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What CI said, and when we looked (seconds since the epoch)."""

    checks: Checks
    at: float


def look_at_checks(world: World, repo: Repo, sha: Sha) -> Seen:
    """Ask for all suites and statuses of the commit: a webhook is a hint, this is the truth."""
    return Seen(world.github.checks(repo, sha), world.clock.now().timestamp())


def expect_ci(world: World, tree: Tree, branch: Branch) -> Ci:
    """Whether a push to the branch will start CI, or a pull request, or nothing.

    Read from the workflows at the base; where there are none, other systems are known by what they said of the base.
    """
    paths = [entry.path for entry in world.git.entries(tree) if entry.path.startswith(FOLDER)]
    texts = world.git.read(tree, [path for path in paths if path.endswith((".yml", ".yaml"))]).values()
    workflows = [events for text in texts if (events := _events(text)) is not None]
    pushed = sum(_starts(events.get("push", False), branch) for events in workflows)
    if pushed:
        return Ci("on push", pushed)
    pulled = sum(
        _starts(events.get(kind, False), tree.branch)
        for events in workflows
        for kind in ("pull_request", "pull_request_target")
    )
    if pulled:
        return Ci("on pull request", pulled)
    return Ci("never" if world.github.checks(tree.repo, tree.sha).silent else "on push")


def _events(text: bytes) -> dict[str, object] | None:
    """The events that start a workflow, by name; None for what is no workflow."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    on = found.get("on", found.get(True)) if isinstance(found, dict) else None  # YAML 1.1 reads `on` as true
    match on:
        case str():
            return {on: None}
        case list():
            return {str(event): None for event in on}
        case dict():
            return {str(event): how for event, how in on.items()}
        case _:
            return None


def _starts(how: object, branch: str) -> bool:
    """Whether an event with these filters starts for the branch. `paths` are not weighed: they only make CI rarer."""
    if how is False:
        return False
    if not isinstance(how, dict):
        return True
    if "branches" in how:
        return _any(how["branches"], branch)
    if "branches-ignore" in how:
        return not _any(how["branches-ignore"], branch)
    return "tags" not in how and "tags-ignore" not in how


def _any(patterns: object, branch: str) -> bool:
    globs: Iterable[object] = patterns if isinstance(patterns, list) else [patterns]
    matches = False
    for glob in map(str, globs):
        if fnmatchcase(branch, glob.removeprefix("!").replace("**", "*")) and _same_depth(glob, branch):
            matches = not glob.startswith("!")
    return matches


def _same_depth(glob: str, branch: str) -> bool:
    """GitHub's single star does not cross a slash."""
    return "**" in glob or glob.count("/") == branch.count("/")
