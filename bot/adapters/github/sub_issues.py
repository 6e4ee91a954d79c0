"""Open issues of our own once, and make them sub-issues of another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from github.Issue import Issue as GithubIssue
from github.PaginatedList import PaginatedList
from github.Repository import Repository

from bot.adapters.github.api_errors import Forbidden, NotFound, Unprocessable, require
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.issue_comments import cut_to_limit, find_markers, hide_marker
from bot.values import OwnIssue, Repo

log = logging.getLogger(__name__)

TITLE_CHARS = 256


@dataclass(frozen=True, slots=True)
class GitHubSubIssues:
    """The port `bot.ports.SubIssues`."""

    api: GitHubApi
    fetch_login: Callable[[], str]

    def open_issue(self, repo: Repo, marker: str, title: str, body: str) -> OwnIssue:
        """Find our issue that holds the hidden marker, or open it."""
        text = cut_to_limit(f"{hide_marker(marker)}\n{body}")
        with self.api.repository(repo) as repository:
            return self._find(repository, marker) or self.api.write_once(
                lambda: _issue_value(repository.create_issue(title[:TITLE_CHARS], text)),
                lambda: self._find(repository, marker),
            )

    def add_sub_issue(self, repo: Repo, parent: int, child: int) -> bool:
        """Make an issue a sub-issue; False where GitHub does not do that."""
        with self.api.repository(repo) as repository:
            issue = repository.get_issue(parent)
            return self._link(issue, "sub_issues", repository.get_issue(child), "sub_issue_id")

    def add_blocker(self, repo: Repo, number: int, blocker: int) -> bool:
        """Say that an issue is blocked by another; False where GitHub does not do that."""
        with self.api.repository(repo) as repository:
            issue, blocking = repository.get_issue(number), repository.get_issue(blocker)
            return self._link(issue, "dependencies/blocked_by", blocking, "issue_id")

    def _find(self, repository: Repository, marker: str) -> OwnIssue | None:
        """Find our issue with the marker, whatever became of it; the newest are looked at first."""
        login = self.fetch_login()
        issues = repository.get_issues(state="all", creator=login)  # type: ignore[arg-type]
        for issue in issues:
            is_ours = issue.pull_request is None and issue.user.login == login
            if is_ours and marker in find_markers(issue.body or ""):
                return _issue_value(issue)
        return None

    def _link(self, issue: GithubIssue, list_name: str, linked: GithubIssue, field: str) -> bool:
        """Put an issue into a list of another one, where it is not there yet.

        Older servers know no such list, and an issue may have its parent already.
        """
        url = f"{issue.url}/{list_name}"
        requester, number = issue.requester, require(linked.number, "number")

        def is_linked() -> bool | None:
            linked = PaginatedList(GithubIssue, requester, url, {})
            return any(each.number == number for each in linked) or None

        def link() -> bool:
            requester.requestJsonAndCheck("POST", url, input={field: linked.id})
            return True

        try:
            return bool(is_linked() or self.api.write_once(link, is_linked))
        except (Forbidden, NotFound, Unprocessable) as refusal:
            log.info("#%s is not in %s of #%s: %s", number, list_name, issue.number, refusal)
            return False


def _issue_value(issue: GithubIssue) -> OwnIssue:
    return OwnIssue(require(issue.number, "number"), require(issue.html_url, "html_url"))
