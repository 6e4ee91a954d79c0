"""Issues are remembered with their tags, within bounds."""

from __future__ import annotations

from bot.adapters.github.known_issues import ISSUE_CHARS, KnownIssues
from bot.values import InstallationId, Issue, Repo

REPO = Repo("o/r", InstallationId(1))


def test_what_was_asked_for_longest_ago_is_forgotten():
    """There is room for two: the one that is asked for again stays, and a new text is the one that
    counts.
    """
    known = KnownIssues(2 * ISSUE_CHARS + 10)
    for number in (1, 2):
        known.remember_issue(REPO, number, "tag", Issue(number, "Greet", "short", "ada"))
    known.remember_issue(REPO, 1, "newer", Issue(1, "Greet", "other", "ada"))
    known.find_issue(REPO, 1)
    known.remember_issue(REPO, 3, "tag", Issue(3, "Greet", "", "ada"))

    assert known.find_issue(REPO, 2) is None
    assert ("newer", Issue(1, "Greet", "other", "ada")) == known.find_issue(REPO, 1)
    assert known.find_issue(REPO, 3)


def test_an_issue_that_is_too_long_is_not_kept():
    """Nor does it leave the count wrong."""
    known = KnownIssues(ISSUE_CHARS)
    known.remember_issue(REPO, 1, "tag", Issue(1, "Greet", "x", "ada"))
    known.remember_issue(REPO, 2, "tag", Issue(2, "Greet", "", "ada"))

    assert known.find_issue(REPO, 1) is None
    assert known.find_issue(REPO, 2)
