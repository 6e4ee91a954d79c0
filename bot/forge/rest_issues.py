"""Serve the REST API of issues, comments and reactions."""

from __future__ import annotations

from typing import TypeVar

from bot.forge.forge_issues import ForgeIssues
from bot.forge.forge_records import CommentRecord, IssueRecord
from bot.forge.issue_views import (
    REACTIONS,
    render_comment,
    render_full_issue,
    render_issue,
    render_label,
    render_reaction,
)
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_refusal import RestRefusal, refuse_field, refuse_unknown
from bot.forge.rest_sub_issues import SUB_ISSUE_ROUTES, find_issue

AnyIssue = TypeVar("AnyIssue", bound=IssueRecord)

LONGEST_BODY = 65536
READ, WRITE = "issues=read; pull_requests=read", "issues=write; pull_requests=write"
ISSUES = "/repos/{owner}/{repo}/issues"
ISSUE = f"{ISSUES}/{{number}}"
COMMENT = f"{ISSUES}/comments/{{id}}"


class IssueRoutes:
    """Answers what an App asks about issues, and does what it wants done to them."""

    def __init__(self, issues: ForgeIssues) -> None:
        self._issues = issues

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        return (
            RestRoute("GET", ISSUES, _list_issues, "issues=read"),
            RestRoute("POST", ISSUES, self._open_issue, "issues=write"),
            RestRoute("GET", ISSUE, _get_issue, READ),
            RestRoute("GET", f"{ISSUE}/comments", _list_comments, READ),
            RestRoute("POST", f"{ISSUE}/comments", self._add_comment, WRITE),
            RestRoute("GET", COMMENT, _get_comment, READ),
            RestRoute("PATCH", COMMENT, self._edit_comment, WRITE),
            RestRoute("DELETE", COMMENT, self._delete_comment, WRITE),
            RestRoute("GET", f"{ISSUE}/reactions", _list_issue_reactions, READ),
            RestRoute("POST", f"{ISSUE}/reactions", self._react_to_issue, WRITE),
            RestRoute("GET", f"{COMMENT}/reactions", _list_comment_reactions, READ),
            RestRoute("POST", f"{COMMENT}/reactions", self._react_to_comment, WRITE),
            RestRoute("GET", f"{ISSUE}/labels", _list_labels, READ),
            *SUB_ISSUE_ROUTES,
        )

    def _open_issue(self, request: RestRequest) -> RestResponse:
        repository, title = request.repository, request.require_text("title")
        if not title.strip():
            raise refuse_field("Issue", "title", "missing_field")
        body = request.text("body") or ""
        if len(body) > LONGEST_BODY:
            raise refuse_field("Issue", "body", "custom", "body is too long")
        issue = self._issues.open(repository, request.login, title, body)
        view = render_full_issue(request.state, repository, issue)
        return RestResponse(201, view, {"Location": str(view["url"])})

    def _add_comment(self, request: RestRequest) -> RestResponse:
        issue = check_unlocked(find_issue(request))
        comment = self._issues.add_comment(
            request.repository, issue.number, request.login, read_body(request, "IssueComment")
        )
        view = render_comment(request.state, request.repository, comment)
        return RestResponse(201, view, {"Location": str(view["url"])})

    def _edit_comment(self, request: RestRequest) -> RestResponse:
        """Edit any comment: an App with `issues: write` may edit anybody's."""
        comment = _find_comment(request)
        check_unlocked(request.repository.issues[comment.number])
        comment = self._issues.edit_comment(
            request.repository, comment.id, request.login, read_body(request, "IssueComment")
        )
        return RestResponse(200, render_comment(request.state, request.repository, comment))

    def _delete_comment(self, request: RestRequest) -> RestResponse:
        comment = _find_comment(request)
        self._issues.delete_comment(request.repository, comment.id, request.login)
        return RestResponse(204)

    def _react_to_issue(self, request: RestRequest) -> RestResponse:
        return self._add_reaction(request, find_issue(request), None)

    def _react_to_comment(self, request: RestRequest) -> RestResponse:
        comment = _find_comment(request)
        issue = request.repository.issues[comment.number]
        return self._add_reaction(request, issue, comment.id)

    def _add_reaction(
        self, request: RestRequest, issue: IssueRecord, comment_id: int | None
    ) -> RestResponse:
        """Answer 201 for a new reaction, 200 for one that was there."""
        content = request.require_text("content")
        if content not in REACTIONS:
            raise refuse_field("Reaction", "content", "invalid")
        number = check_unlocked(issue).number
        reaction, is_new = self._issues.add_reaction(
            request.repository, number, comment_id, request.login, content
        )
        return RestResponse(201 if is_new else 200, render_reaction(request.state, reaction))


# --- issues


def _list_issues(request: RestRequest) -> RestResponse:
    state, creator = request.query.get("state", "open"), request.query.get("creator")
    issues = [
        issue
        for issue in request.repository.issues.values()
        if state in (issue.state, "all") and creator in (None, issue.author)
    ]
    return paginate(
        request,
        reversed(issues),
        lambda issue: render_issue(request.state, request.repository, issue),
    )


def _get_issue(request: RestRequest) -> RestResponse:
    view = render_full_issue(request.state, request.repository, find_issue(request))
    return RestResponse(200, view)


def _list_labels(request: RestRequest) -> RestResponse:
    labels = [request.repository.labels[name] for name in find_issue(request).labels]
    return paginate(
        request, labels, lambda label: render_label(request.state, request.repository, label)
    )


def check_unlocked(issue: AnyIssue) -> AnyIssue:
    """Refuse a locked issue: an App is no collaborator with write access."""
    if issue.locked:
        raise RestRefusal(403, "Unable to create comment because issue is locked.")
    return issue


# --- comments and reactions


def _list_comments(request: RestRequest) -> RestResponse:
    since = request.query.get("since", "")
    comments = request.repository.list_comments(find_issue(request).number)
    return paginate(
        request,
        [comment for comment in comments if comment.updated_at >= since],
        lambda comment: render_comment(request.state, request.repository, comment),
    )


def _get_comment(request: RestRequest) -> RestResponse:
    view = render_comment(request.state, request.repository, _find_comment(request))
    return RestResponse(200, view)


def _find_comment(request: RestRequest) -> CommentRecord:
    comment = request.repository.comments.get(request.number("id"))
    if comment is None:
        raise refuse_unknown()
    return comment


def _list_issue_reactions(request: RestRequest) -> RestResponse:
    return _list_reactions(request, find_issue(request).number, None)


def _list_comment_reactions(request: RestRequest) -> RestResponse:
    comment = _find_comment(request)
    return _list_reactions(request, comment.number, comment.id)


def _list_reactions(request: RestRequest, number: int, comment_id: int | None) -> RestResponse:
    reactions = [
        reaction
        for reaction in request.repository.reactions
        if (reaction.number, reaction.comment) == (number, comment_id)
    ]
    return paginate(request, reactions, lambda reaction: render_reaction(request.state, reaction))


def read_body(request: RestRequest, resource: str) -> str:
    """Read the text of a comment. Raises RestRefusal where it is blank or too long."""
    return check_body(request.require_text("body"), resource)


def check_body(body: str, resource: str) -> str:
    """Refuse a text that is blank or too long."""
    if not body.strip():
        raise refuse_field(resource, "body", "missing_field", "body cannot be blank")
    if len(body) > LONGEST_BODY:
        message = f"body is too long (maximum is {LONGEST_BODY} characters)"
        raise refuse_field(resource, "body", "custom", message)
    return body
