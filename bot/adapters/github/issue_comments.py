"""Put our comments: one for each hidden marker, found again whoever wrote it last, and edited."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
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
from bot.values import Reaction, Repo

BODY_CHARS = 65_536
REFUSALS_PER_ISSUE = 3
CUT = "\n\n*Cut here: GitHub takes no longer text.*"
_REFUSAL = re.compile(r"<!-- greenlit:answer:\S+ may not -->")


class OwnComment(NamedTuple):
    """A comment of ours: where it is, and a digest of what it says."""

    id: int
    digest: str


class GitHubComments:
    """The port `bot.ports.Comments`. It remembers where our comments are to save the listing."""

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
        self._remembered: dict[tuple[str, int, str], OwnComment] = {}
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

    def put_comment(self, repo: Repo, number: int, marker: str, body: str) -> int:
        """Edit our comment that holds the hidden marker, or write it. Returns its id."""
        key = (repo.name, number, marker)
        text = cut_to_limit(f"{_hide(marker)}\n{body}")
        with self._comment_locks.find(key), self._api.repository(repo) as repository:
            issue = repository.get_issue(number)
            comment = self._remembered.get(key) or self._find(issue, marker)
            if comment is None or not self._edit(issue, comment, text):
                comment = self._write(issue, marker, text)
            self._remember(key, OwnComment(comment.id, _digest(text)))
        return comment.id

    def put_refusal(self, repo: Repo, number: int, login: str, body: str) -> bool:
        """Write our refusal to this person, once in an issue; False when nothing was written."""
        marker = f"greenlit:answer:{login} may not"
        if (repo.name, number, marker) in self._remembered:  # a burst waits for no lock
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
        is_told = any(_hide(marker) in body for body in bodies)
        return len(bodies) < REFUSALS_PER_ISSUE and not is_told

    def _find_refusals(self, issue: GithubIssue) -> Iterator[str]:
        for comment in _newest_first(issue):
            body = comment.body or ""
            if _REFUSAL.search(body) and self._is_ours(comment):
                yield body

    def _find(self, issue: GithubIssue, marker: str) -> OwnComment | None:
        for comment in _newest_first(issue):
            if _hide(marker) in (comment.body or "") and self._is_ours(comment):
                return OwnComment(require(comment.id, "id"), _digest(comment.body))
        return None

    def _is_ours(self, comment: IssueComment) -> bool:
        login = self._fetch_login()
        if comment.user and comment.user.login == login:
            return True
        app = comment.performed_via_github_app
        return app is not None and f"{app.slug}[bot]" == login

    def _edit(self, issue: GithubIssue, comment: OwnComment, text: str) -> bool:
        """Let the comment say this; False when it was deleted."""
        if comment.digest == _digest(text):
            return True
        try:
            self._api.write_once(lambda: issue.get_comment(comment.id).edit(text))
        except NotFound:
            return False
        return True

    def _write(self, issue: GithubIssue, marker: str, text: str) -> OwnComment:
        return self._api.write_once(
            lambda: OwnComment(require(issue.create_comment(text).id, "id"), ""),
            lambda: self._find(issue, marker),
        )

    def _remember(self, key: tuple[str, int, str], comment: OwnComment) -> None:
        with self._lock:
            self._remembered.pop(key, None)
            self._remembered[key] = comment
            if len(self._remembered) > self._capacity:
                del self._remembered[next(iter(self._remembered))]


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


def _hide(marker: str) -> str:
    return f"<!-- {marker} -->"


def _digest(text: str) -> str:
    return sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()
