"""Here lives the watching of CI: what it will be, and what it says of a commit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import yaml
from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.values import Branch, ExpectedCi, Tree

WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")  # GitHub reads no deeper folder


def _summarize_ci(ci: ExpectedCi) -> Summary:
    workflows = "1 workflow" if ci.workflows == 1 else f"{ci.workflows} workflows"
    return "what CI is there", Text(f"{workflows}, starts {ci.starts}")


@step("predict_ci", _summarize_ci)
def predict_ci(ports: Ports, tree: Tree, branch: Branch) -> ExpectedCi:
    """Whether a push to the branch will start CI, or a pull request, or nothing.

    Read from the workflows at the base; other systems are known by what they said of the base. What
    Actions said of
    it promises nothing: its workflows may be for that branch alone.
    """
    said = ports.ci.fetch_checks(tree.repo, tree.sha).checks
    others = tuple(sorted({check.name for check in said if not check.run}))
    paths = [entry.path for entry in ports.mirrors.entries(tree) if WORKFLOW.fullmatch(entry.path)]
    workflows = [
        events
        for text in ports.mirrors.read(tree, paths).values()
        if (events := _events(text)) is not None
    ]
    on_push = [_starts(events.get("push", False), branch) for events in workflows]
    on_pull = [_of_pull(events, tree.branch) for events in workflows]
    if any(pulled and not pushed for pulled, pushed in zip(on_pull, on_push, strict=True)):
        # What runs on pull requests alone has its say before anything is called green.
        return ExpectedCi("on pull request", sum(on_push) + sum(on_pull), others)
    if any(on_push):
        return ExpectedCi("on push", sum(on_push), others)
    return ExpectedCi("on push" if others else "never", 0, others)


def _of_pull(events: Mapping[str, object], base: Branch) -> int:
    """How often a pull request against the base starts the workflow when it is opened."""
    kinds = [events[kind] for kind in ("pull_request", "pull_request_target") if kind in events]
    return sum(_starts(how, base) and _opens(how) for how in kinds)


def _events(text: bytes) -> dict[str, object] | None:
    """The events that start a workflow, by name; None for what is no workflow."""
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a day that no calendar has
        return None
    on = (
        found.get("on", found.get(True)) if isinstance(found, dict) else None
    )  # YAML 1.1 reads `on` as true
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
    """Whether an event with these filters starts for the branch. `paths` are not weighed: they only
    make CI rarer.
    """
    if how is False:
        return False
    if not isinstance(how, dict):
        return True
    if "branches" in how:
        return _any(how["branches"], branch)
    if "branches-ignore" in how:
        return not _any(how["branches-ignore"], branch)
    return "tags" not in how and "tags-ignore" not in how


def _opens(how: object) -> bool:
    """Whether it runs when a pull request is opened, and not only when one is closed, labelled or
    made ready.
    """
    types = how.get("types") if isinstance(how, dict) else None
    return types is None or "opened" in (types if isinstance(types, list) else [types])


def _any(patterns: object, branch: str) -> bool:
    """Whether the last pattern that fits is none with `!`."""
    globs: Iterable[object] = patterns if isinstance(patterns, list) else [patterns]
    matches = False
    for glob in map(str, globs):
        if _fits(glob.removeprefix("!"), branch):
            matches = not glob.startswith("!")
    return matches


def _fits(glob: str, branch: str) -> bool:
    """GitHub's patterns: one star does not cross a slash; `?` and `+` say how often the character
    before stands.
    """
    pattern = "".join(
        GLOB.get(part, re.escape(part) if len(part) == 1 else part) for part in PARTS.findall(glob)
    )
    try:
        return re.fullmatch(pattern, branch) is not None
    except re.error:
        return False


PARTS = re.compile(r"\*\*|\[[\w-]+\]|\\.|.", re.DOTALL)
GLOB = MappingProxyType({"**": ".*", "*": "[^/]*", "?": "?", "+": "+"})
