"""What is told of a repository where many are listed: stars, size, language, licence, dates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RepositoryFigures:
    """What a search looks at. Without a time of its own a repository was pushed to when made."""

    stars: int = 0
    forks: int = 0
    watchers: int = 0
    disk_usage_kb: int = 0
    language: str | None = None
    licence: str | None = None  # as SPDX names it; "NOASSERTION" for one that GitHub cannot tell
    pushed_at: str = ""
    needs_sign_on: bool = False  # its organisation shows nothing to a token without single sign-on
