"""Find a name for a branch for which no job starts that is given secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.search.project_checks.secret_jobs import find_secret_jobs
from bot.search.project_checks.workflow_events import read_events, read_workflow


def find_unmatched_branch(files: Mapping[str, bytes], branch: str, base: str) -> str:
    """Find another name for the branch for which no such job runs; empty where there is none.

    Beside a plain one those are tried that the workflows leave out, as `branches-ignore` does.
    """
    name = branch.rpartition("/")[2]
    workflows = filter(None, (read_workflow(data) for data in files.values()))
    candidates = [f"no-secrets/{name}"]
    for workflow in workflows:
        candidates += [_fill(glob, name) for glob in _list_ignored(read_events(workflow))]
    for candidate in filter(None, candidates):
        if not find_secret_jobs(files, candidate, base):
            return candidate
    return ""


def _list_ignored(events: Mapping[str, object]) -> Iterator[str]:
    filters = events.get("push")
    if not isinstance(filters, dict):
        return
    for glob in _as_list(filters.get("branches-ignore")):
        yield glob
    for glob in _as_list(filters.get("branches")):
        if glob.startswith("!"):
            yield glob.removeprefix("!")


def _as_list(value: object) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value]) if each]


def _fill(glob: str, name: str) -> str:
    """Make a name that a pattern of branches fits; empty where that takes more than stars."""
    filled = re.sub(r"\*+", name, glob, count=1)
    return filled if filled != glob and not re.search(r"[*?+\[\]!\\]", filled) else ""
