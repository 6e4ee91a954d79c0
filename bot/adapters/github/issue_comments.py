"""Put our comments: one for each hidden marker, found again whoever wrote it last, and edited."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import NamedTuple

from github.Issue import Issue as GithubIssue
from github.IssueComment import IssueComment

from bot.adapters.github.api_client import PAGE
from bot.adapters.github.api_errors import NotFound, require
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.key_locks import KeyLocks
from bot.adapters.github.refusal_count import RefusalCount
from bot.text.bot_logins import BOT_SUFFIX
from bot.values import PostedComment, Reaction, Repo

BODY_CHARS = 65_536
REFUSALS_PER_ISSUE = 3
CUT = "\n\n*Cut here: GitHub takes no longer text.*"
_MARKER = re.compile(r"<!-- (.+?) -->")
_REFUSAL = re.compile(r"<!-- greenlit:answer:\S+ may not -->")


class OwnComment(NamedTuple):
    """A comment of ours: its id and address, and a digest of what it says."""

    id: int
    url: str
    digest: str


@dataclass(slots=True)
class KnownComments:
    """Our comments on one issue by their hidden markers; all there are when `is_complete`.

    Nobody but this process writes ours, so an issue that was listed to its end once is complete,
    until a write fails of which nobody knows what became of it.
    """

    by_marker: dict[str, OwnComment] = field(default_factory=dict)
    is_complete: bool = False


class GitHubComments:
    """The port `bot.ports.Comments`. It remembers where our comments are, so an issue is listed
    once. Of the issues, `capacity` are remembered.
    """

    def __init__(
        self,
        api: GitHubApi,
        fetch_login: Callable[[], str],
        clock: Callable[[], float] = time.time,
        capacity: int = 1_000,
    ) -> None:
        self._api = api
        self._fetch_login = fetch_login
        self._capacity = capacity
        self._lock = Lock()
        self._known: dict[tuple[str, int], KnownComments] = {}
        self._comment_locks = KeyLocks()
        self._refusal_locks = KeyLocks()  # taken before those of comments, never behind them
        self._refusals = RefusalCount(clock)

    def add_reaction(
        self, repo: Repo, number: int, comment: int | None, reaction: Reaction = "eyes"
    ) -> None:
        """React to the comment, or to the issue when there is no comment."""
        with self._api.repository(repo) as repository:
            issue = repository.get_issue(number)
            target = issue.get_comment(comment) if comment else issue
            # GitHub answers 200 instead of 201 to a reaction that is there, so a second one
            # doubles nothing.
            self._api.write_once(lambda: target.create_reaction(reaction))

    def put_comment(self, repo: Repo, number: int, marker: str, body: str) -> PostedComment:
        """Edit our comment that holds the hidden marker, or write it."""
        place = (repo.name, number)
        text = cut_to_limit(f"{hide_marker(marker)}\n{body}")
        with self._comment_locks.find(place), self._api.repository(repo) as repository:
            issue = repository.get_issue(number)
            known = self._find_known(place)
            comment = self._find(issue, marker, known)
            is_edited = comment is not None and comment.digest != _digest(text)
            if comment is None or not self._edit(issue, comment, text):
                comment, is_edited = self._write(issue, marker, text, known), False
            known.by_marker[marker] = comment._replace(digest=_digest(text))
        return PostedComment(comment.id, comment.url, is_edited)

    def put_refusal(self, repo: Repo, number: int, login: str, body: str) -> bool:
        """Write our refusal to this person, once in an issue; False when nothing was written."""
        marker = f"greenlit:answer:{login} may not"
        known = self._find_known((repo.name, number))
        if marker in known.by_marker:  # a burst waits for no lock
            return False
        with self._refusal_locks.find((repo.name,)):
            if self._refusals.is_full(repo.name) or not self._has_room(repo, number, marker):
                return False
            self.put_comment(repo, number, marker, body)
            self._refusals.add(repo.name)
        return True

    def _has_room(self, repo: Repo, number: int, marker: str) -> bool:
        """Tell whether another refusal may be written: few stand there, and none to this person.

        They are counted on the page itself, so a restart forgets none.
        """
        with self._api.repository(repo) as repository:
            refusals = self._find_refusals(repository.get_issue(number))
            bodies = list(islice(refusals, REFUSALS_PER_ISSUE))
        is_told = any(hide_marker(marker) in body for body in bodies)
        return len(bodies) < REFUSALS_PER_ISSUE and not is_told

    def _find_refusals(self, issue: GithubIssue) -> Iterator[str]:
        for comment in _newest_first(issue):
            body = comment.body or ""
            if _REFUSAL.search(body) and self._is_ours(comment):
                yield body

    def _find(self, issue: GithubIssue, marker: str, known: KnownComments) -> OwnComment | None:
        """Find our comment, and remember all of ours that are met on the way."""
        if marker in known.by_marker or known.is_complete:
            return known.by_marker.get(marker)
        for comment in _newest_first(issue):
            markers = find_markers(comment.body or "")
            if markers and self._is_ours(comment):
                for name in markers:
                    known.by_marker.setdefault(name, _comment_value(comment))
            if marker in known.by_marker:
                return known.by_marker[marker]
        known.is_complete = True
        return None

    def _is_ours(self, comment: IssueComment) -> bool:
        login = self._fetch_login()
        if comment.user and comment.user.login == login:
            return True
        app = comment.performed_via_github_app
        return app is not None and f"{app.slug}{BOT_SUFFIX}" == login

    def _edit(self, issue: GithubIssue, comment: OwnComment, text: str) -> bool:
        """Let the comment say this; False when it was deleted."""
        if comment.digest == _digest(text):
            return True
        try:
            self._api.write_once(lambda: issue.get_comment(comment.id).edit(text))
        except NotFound:
            return False
        return True

    def _write(
        self, issue: GithubIssue, marker: str, text: str, known: KnownComments
    ) -> OwnComment:
        known.by_marker.pop(marker, None)  # it was deleted
        # Where this fails, the comment may stand there all the same: then the issue is listed anew.
        was_complete, known.is_complete = known.is_complete, False
        comment = self._api.write_once(
            lambda: _comment_value(issue.create_comment(text)),
            lambda: self._find(issue, marker, KnownComments()),
        )
        known.is_complete = was_complete
        return comment

    def _find_known(self, place: tuple[str, int]) -> KnownComments:
        with self._lock:
            known = self._known[place] = self._known.pop(place, KnownComments())
            if len(self._known) > self._capacity:
                del self._known[next(iter(self._known))]
        return known


def cut_to_limit(text: str) -> str:
    """Make the text as long as GitHub takes it for a comment or a pull request."""
    return text if len(text) <= BODY_CHARS else text[: BODY_CHARS - len(CUT)] + CUT


def _newest_first(issue: GithubIssue) -> Iterator[IssueComment]:
    """GitHub lists comments oldest first only: the first page, which mostly is the only one, then
    the others from the last page backwards.
    """
    comments = issue.get_comments()
    first_page = comments.get_page(0)
    yield from reversed(first_page)
    if len(first_page) == PAGE:
        for number in range(issue.comments // PAGE, 0, -1):
            yield from reversed(comments.get_page(number))


def _comment_value(comment: IssueComment) -> OwnComment:
    return OwnComment(
        require(comment.id, "id"),
        require(comment.html_url, "html_url"),
        _digest(comment.body or ""),
    )


def hide_marker(marker: str) -> str:
    """Write a marker so that readers of the page do not see it."""
    return f"<!-- {marker} -->"


def find_markers(body: str) -> list[str]:
    """Find the hidden markers of a text."""
    return _MARKER.findall(body)


def _digest(text: str) -> str:
    return sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()
