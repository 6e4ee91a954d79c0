"""Read issues and their comments."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime

from github.Issue import Issue as GithubIssue
from github.IssueComment import IssueComment
from github.NamedUser import NamedUser
from github.Organization import Organization

from bot.adapters.github.api_client import ApiClient
from bot.adapters.github.api_errors import ApiResponse, NotFound, require
from bot.adapters.github.bad_answers import explain_bad_answer
from bot.adapters.github.github_api import BAD_ANSWER, GitHubApi
from bot.adapters.github.known_issues import KnownIssues
from bot.values import Comment, Issue, Repo

log = logging.getLogger(__name__)

NOT_MODIFIED = 304
GHOST = "ghost"  # what GitHub shows for deleted accounts


@dataclass(frozen=True, slots=True)
class GitHubIssues:
    """The port `bot.ports.Issues`."""

    api: GitHubApi
    known: KnownIssues = field(default_factory=KnownIssues)

    def fetch_issue(self, repo: Repo, number: int) -> Issue | None:
        """Return the issue without its comments; None when it is gone."""
        tag, known = self.known.find_issue(repo, number) or ("", None)
        headers = {"If-None-Match": tag} if tag else {}
        with self.api.client(repo) as client:
            path = f"/repos/{repo.name}/issues/{number}"
            response = client.send("GET", path, headers=headers)
            if response.status == NOT_MODIFIED and known:
                return known
            try:
                client.check(response)
            except NotFound:
                return None
            issue = _read_issue(client, response, number)
        if tag := response.headers.get("etag", ""):
            self.known.remember_issue(repo, number, tag, issue)
        return issue

    def list_comments(self, repo: Repo, number: int) -> tuple[Comment, ...]:
        """Return all comments, oldest first."""
        with self.api.repository(repo) as repository:
            issue = repository.get_issue(number)
            place = f"GET {issue.url}/comments"
            read = [_read_comment(comment, place) for comment in issue.get_comments()]
            return tuple(filter(None, read))


def _read_issue(client: ApiClient, response: ApiResponse, number: int) -> Issue:
    issue = GithubIssue(client, dict(response.headers), response.parse(), completed=True)
    return replace(_issue_value(issue), moved_to=_find_new_place(issue, number))


def _issue_value(issue: GithubIssue) -> Issue:
    # GitHub may send a label as a bare name, which PyGithub does not take for one.
    labels = issue.raw_data.get("labels") or ()
    return Issue(
        require(issue.number, "number"),
        require(issue.title, "title"),
        issue.body or "",
        login_of(issue.user),
        open=issue.state != "closed",
        locked=bool(issue.locked),
        closed_as=str(issue.raw_data.get("state_reason") or ""),
        pull=issue.raw_data.get("pull_request") is not None,
        labels=tuple(
            label if isinstance(label, str) else label.get("name") or "" for label in labels
        ),
    )


def _find_new_place(issue: GithubIssue, asked: int) -> str:
    """Find where an issue was transferred to, "owner/repo#9"; empty when it is where it was.

    GitHub redirects to it. A renamed repository redirects too, and there the number is the same.
    """
    if issue.number == asked:
        return ""
    _, _, name = str(issue.raw_data.get("repository_url") or "").rpartition("/repos/")
    return f"{name}#{issue.number}"


def _read_comment(comment: IssueComment, place: str) -> Comment | None:
    """Read a comment; one that is not as GitHub documents it is left out, and the log says so."""
    try:
        return _comment_value(comment)
    except BAD_ANSWER as error:
        log.warning("A comment is left out: %s", explain_bad_answer(place, error))
        return None


def _comment_value(comment: IssueComment) -> Comment:
    return Comment(
        require(comment.id, "id"),
        login_of(comment.user),
        comment.body or "",
        to_text(comment.created_at),
        to_text(comment.updated_at),
        bot=comment.user is not None and comment.user.type == "Bot",
    )


def login_of(user: NamedUser | Organization | None) -> str:
    """Return the login of an account, which may be deleted."""
    return require(user.login, "login") if user else GHOST


def to_text(moment: datetime | None) -> str:
    """Write a time as GitHub does: "2026-01-31T12:00:00Z"."""
    return require(moment, "a time").isoformat().replace("+00:00", "Z")
