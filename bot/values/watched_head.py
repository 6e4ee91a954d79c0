"""Commits whose CI is waited for, and how it stands there in short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.values.code import Sha
from bot.values.process_load import RequestBudget
from bot.values.request import Repo


@dataclass(frozen=True, slots=True)
class WatchedHead:
    """A commit whose CI a run waits for."""

    repo: Repo
    sha: Sha


@dataclass(frozen=True, slots=True)
class HeadMark:
    """How CI stands at a commit, in short: as long as the mark is the same, nothing happened."""

    text: str
    has_settled: bool = False  # CI said something, and nothing of it is under way


@dataclass(frozen=True, slots=True)
class HeadMarks:
    """What one request told of several commits, and what it cost."""

    by_head: Mapping[WatchedHead, HeadMark] = field(default_factory=dict)  # that GitHub shows
    cost: int = 1  # of the budget of an hour
    budget: RequestBudget | None = None  # None where GitHub told none
