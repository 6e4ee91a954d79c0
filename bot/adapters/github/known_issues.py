"""Remember issues with GitHub's tags of them: one that is as it was costs nothing of the limit.

A run that waits asks for its issue each minute. The answer 304 is not counted (docs.github.com,
"Best practices for using the REST API").
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from bot.values import Issue, Repo

MOST_CHARS = 16_000_000  # of all that is remembered
ISSUE_CHARS = 1_000  # of an issue beside its body

Key = tuple[str, int]


@dataclass(slots=True)
class KnownIssues:
    """The issues that were asked for last. Safe to use from many threads."""

    most_chars: int = MOST_CHARS
    _lock: Lock = field(default_factory=Lock, repr=False)
    _issues: OrderedDict[Key, tuple[str, Issue]] = field(default_factory=OrderedDict, repr=False)
    _chars: int = 0

    def find_issue(self, repo: Repo, number: int) -> tuple[str, Issue] | None:
        """Return an issue and its tag; None where it is not remembered."""
        with self._lock:
            known = self._issues.get((repo.name, number))
            if known:
                self._issues.move_to_end((repo.name, number))
            return known

    def remember_issue(self, repo: Repo, number: int, tag: str, issue: Issue) -> None:
        """Remember an issue, and forget those that were asked for longest ago for it."""
        with self._lock:
            if old := self._issues.pop((repo.name, number), None):
                self._chars -= _count_chars(old[1])
            self._issues[repo.name, number] = (tag, issue)
            self._chars += _count_chars(issue)
            while self._chars > self.most_chars:
                _, (_, oldest) = self._issues.popitem(last=False)
                self._chars -= _count_chars(oldest)


def _count_chars(issue: Issue) -> int:
    return len(issue.body) + ISSUE_CHARS
