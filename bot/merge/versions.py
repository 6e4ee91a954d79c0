"""Take the greater version where both sides gave a new one."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

from bot.merge.conflict import Conflict, Lines, is_contested, solve_each_line

VERSION = re.compile(
    r"\d+(?:\.\d+)+(?:[-.]?(?:dev|rc|a|b|alpha|beta|pre|post)[.\d]*)?", re.IGNORECASE
)


def take_greater_version(conflict: Conflict) -> Lines | None:
    """Return the lines with the greater versions; None when anything else differs."""
    if not any(map(is_contested, conflict.base, conflict.ours, conflict.theirs)):
        return None
    return solve_each_line(conflict, _choose)


def _choose(base: str, ours: str, theirs: str) -> str | None:
    if len({VERSION.sub("", line) for line in (base, ours, theirs)}) > 1:
        return None
    mine, yours = VERSION.findall(ours), VERSION.findall(theirs)
    if len(mine) != 1 or len(yours) != 1:
        return None
    try:
        return ours if Version(mine[0]) >= Version(yours[0]) else theirs
    except InvalidVersion:
        return None
