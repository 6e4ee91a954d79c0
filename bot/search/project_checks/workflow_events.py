"""Read a workflow of GitHub Actions, and tell which pushes and pull requests start it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.text.strict_yaml import LENIENT, YamlMistake, parse_yaml

WORKFLOW_PATH = re.compile(r"\.github/workflows/[^/]+\.ya?ml")  # GitHub reads no deeper folder
WORKFLOW_BYTES = 300_000
PULL_EVENTS = ("pull_request", "pull_request_target")
GLOB_PARTS = re.compile(r"\*\*|\[[\w-]+\]|\\.|.", re.DOTALL)
# One star does not cross a slash; `?` and `+` say how often the character before stands.
GLOB_PATTERNS = MappingProxyType({"**": ".*", "*": "[^/]*", "?": "?", "+": "+"})

Workflow = Mapping[str, object]


def read_workflow(data: bytes) -> Workflow | None:
    """Read a workflow into plain values; None for what cannot be one, or is made to break us."""
    if len(data) > WORKFLOW_BYTES:
        return None
    try:
        _, workflow = parse_yaml(data.decode(), LENIENT)
    except (YamlMistake, UnicodeDecodeError):
        return None
    return workflow if isinstance(workflow, dict) else None


def read_events(workflow: Workflow) -> dict[str, object]:
    """Read the events that start a workflow, with their filters."""
    match workflow.get("on"):
        case str() as event:
            return {event: None}
        case list() as events:
            return {str(event): None for event in events}
        case dict() as filters:
            return {str(event): each for event, each in filters.items()}
        case _:
            return {}


def count_pull_runs(events: Mapping[str, object], base: str) -> int:
    """Count how often a pull request against the base starts the workflow when it is opened."""
    filters = [events[event] for event in PULL_EVENTS if event in events]
    return sum(starts_for(each, base) and _starts_when_opened(each) for each in filters)


def starts_for(filters: object, branch: str) -> bool:
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
