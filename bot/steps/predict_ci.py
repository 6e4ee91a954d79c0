"""Predict from the workflows of a repository how CI will treat the run's branch."""

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
PULL_EVENTS = ("pull_request", "pull_request_target")
GLOB_PARTS = re.compile(r"\*\*|\[[\w-]+\]|\\.|.", re.DOTALL)
# One star does not cross a slash; `?` and `+` say how often the character before stands.
GLOB_PATTERNS = MappingProxyType({"**": ".*", "*": "[^/]*", "?": "?", "+": "+"})


def _summarize_ci(ci: ExpectedCi) -> Summary:
    workflows = "1 workflow" if ci.workflows == 1 else f"{ci.workflows} workflows"
    return "what CI is there", Text(f"{workflows}, starts {ci.starts}")


@step("predict_ci", _summarize_ci)
def predict_ci(ports: Ports, tree: Tree, branch: Branch) -> ExpectedCi:
    """Predict whether a push to the branch starts CI, or a pull request, or nothing.

    The workflows at the base say so; other systems are known by what they said of the base. What
    Actions said of it promises nothing: its workflows may be for that branch alone.
    """
    checks = ports.ci.fetch_checks(tree.repo, tree.sha).checks
    others = tuple(sorted({check.name for check in checks if not check.run}))
    paths = [entry.path for entry in ports.mirrors.entries(tree) if WORKFLOW.fullmatch(entry.path)]
    texts = ports.mirrors.read(tree, paths).values()
    workflows = [events for events in map(_read_events, texts) if events is not None]
    on_push = [_starts_for(events.get("push", False), branch) for events in workflows]
    on_pull = [_count_pull_runs(events, tree.branch) for events in workflows]
    if any(pulled and not pushed for pulled, pushed in zip(on_pull, on_push, strict=True)):
        # What runs on pull requests alone has its say before anything is called green.
        return ExpectedCi("on pull request", sum(on_push) + sum(on_pull), others)
    if any(on_push):
        return ExpectedCi("on push", sum(on_push), others)
    return ExpectedCi("on push" if others else "never", 0, others)


def _count_pull_runs(events: Mapping[str, object], base: Branch) -> int:
    """Count how often a pull request against the base starts the workflow when it is opened."""
    filters = [events[event] for event in PULL_EVENTS if event in events]
    return sum(_starts_for(each, base) and _starts_when_opened(each) for each in filters)


def _read_events(text: bytes) -> dict[str, object] | None:
    """Read the events that start a workflow, with their filters; None for what is no workflow."""
    try:
        workflow = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a day that no calendar has
        return None
    if not isinstance(workflow, dict):
        return None
    match workflow.get("on", workflow.get(True)):  # YAML 1.1 reads `on` as true
        case str() as event:
            return {event: None}
        case list() as events:
            return {str(event): None for event in events}
        case dict() as filters:
            return {str(event): each for event, each in filters.items()}
        case _:
            return None


def _starts_for(filters: object, branch: str) -> bool:
    """Tell whether an event with these filters starts for the branch; False is no such event.

    `paths` are not weighed: they only make CI rarer.
    """
    if filters is False:
        return False
    if not isinstance(filters, dict):
        return True
    if "branches" in filters:
        return _is_matched(filters["branches"], branch)
    if "branches-ignore" in filters:
        return not _is_matched(filters["branches-ignore"], branch)
    return "tags" not in filters and "tags-ignore" not in filters


def _starts_when_opened(filters: object) -> bool:
    """Tell whether it starts when a pull request is opened, not only when it is closed, say."""
    types = filters.get("types") if isinstance(filters, dict) else None
    if isinstance(types, list):
        return "opened" in types
    return types is None or types == "opened"


def _is_matched(patterns: object, branch: str) -> bool:
    """Tell whether the last pattern that fits is one without `!`."""
    globs: Iterable[object] = patterns if isinstance(patterns, list) else [patterns]
    is_matched = False
    for glob in map(str, globs):
        if _fits(glob.removeprefix("!"), branch):
            is_matched = not glob.startswith("!")
    return is_matched


def _fits(glob: str, branch: str) -> bool:
    """Tell whether the branch fits one of GitHub's patterns."""
    pattern = "".join(map(_translate_part, GLOB_PARTS.findall(glob)))
    try:
        return re.fullmatch(pattern, branch) is not None
    except re.error:
        return False


def _translate_part(part: str) -> str:
    if part in GLOB_PATTERNS:
        return GLOB_PATTERNS[part]
    return re.escape(part) if len(part) == 1 else part
