"""Tell whether a workflow's `on:` matches an event on a branch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from bot.forge.runner.workflow_yaml import as_mapping, as_words

WorkflowEvent = Literal["push", "pull_request"]

_PULL_TYPES = {"opened", "synchronize", "reopened"}
_GLOB: Mapping[str, str] = {"*": "[^/]*", "**": ".*", "**/": "(?:.*/)?", "?": "?", "+": "+"}


def is_triggered(triggers: object, event: WorkflowEvent, branch: str) -> bool:
    """Match `on:` in any of its forms; for a pull request the branch is its base.

    Filters by path are taken as matching. Raises ValueError for a bad pattern.
    """
    if not isinstance(triggers, dict):
        return event in as_words(triggers)
    if event not in triggers:
        return False
    rule = as_mapping(triggers[event], f"on.{event}")
    types = as_words(rule.get("types"))
    if event == "pull_request" and types and not _PULL_TYPES & set(types):
        return False
    if "branches" in rule:
        return _is_branch_chosen(as_words(rule["branches"]), branch)
    if "branches-ignore" in rule:
        return not _is_branch_chosen(as_words(rule["branches-ignore"]), branch)
    # Where only tags are named, no branch matches.
    return event == "pull_request" or not {"tags", "tags-ignore"} & rule.keys()


def _is_branch_chosen(patterns: list[str], branch: str) -> bool:
    """Read the patterns in order, as GitHub does: one with `!` takes back an earlier choice."""
    is_chosen = False
    for pattern in patterns:
        if _compile_glob(pattern.removeprefix("!")).fullmatch(branch):
            is_chosen = not pattern.startswith("!")
    return is_chosen


def _compile_glob(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\*\*/?|\[[^\]]*\]|\\.|.", pattern, re.DOTALL)
    try:
        return re.compile("".join(map(_translate_glob_part, parts)), re.DOTALL)
    except re.error as error:
        raise ValueError(f"bad branch pattern '{pattern}': {error}") from error


def _translate_glob_part(part: str) -> str:
    if part in _GLOB:
        return _GLOB[part]
    return part if len(part) > 2 else re.escape(part[-1])
