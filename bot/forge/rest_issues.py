"""Here lives the REST API of issues, comments and reactions."""

from __future__ import annotations

from bot.forge.forge_issues import ForgeIssues
from bot.forge.forge_records import CommentRecord, IssueRecord
from bot.forge.issue_views import comment, full_issue, issue, label, reaction
from bot.forge.rest_api import RestRequest, RestResponse, Route, paged
from bot.forge.rest_refusal import RestRefusal, invalid

LONGEST = 65536
CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
READ, WRITE = "issues=read; pull_requests=read", "issues=write; pull_requests=write"
HERE = "/repos/{owner}/{repo}/issues"


class IssueRoutes:
    """What an App asks and does about issues."""

    def __init__(self, issues: ForgeIssues) -> None:
        self._issues = issues

    def table(self) -> tuple[Route, ...]:
        return (
            Route("GET", HERE, self._list, "issues=read"),
            Route("GET", f"{HERE}/{{number}}", self._get, READ),
            Route("GET", f"{HERE}/{{number}}/comments", self._comments, READ),
            Route("POST", f"{HERE}/{{number}}/comments", self._comment, WRITE),
            Route("GET", f"{HERE}/comments/{{id}}", self._one_comment, READ),
            Route("PATCH", f"{HERE}/comments/{{id}}", self._edit_comment, WRITE),
            Route("DELETE", f"{HERE}/comments/{{id}}", self._delete_comment, WRITE),
            Route("GET", f"{HERE}/{{number}}/reactions", self._reactions, READ),
            Route("POST", f"{HERE}/{{number}}/reactions", self._react, WRITE),
            Route("GET", f"{HERE}/comments/{{id}}/reactions", self._comment_reactions, READ),
            Route("POST", f"{HERE}/comments/{{id}}/reactions", self._react_to_comment, WRITE),
            Route("GET", f"{HERE}/{{number}}/labels", self._labels, READ),
        )

    def _list(self, ask: RestRequest) -> RestResponse:
        state = ask.query.get("state", "open")
        found = [one for one in ask.repo.issues.values() if state in (one.state, "all")]
        return paged(ask, reversed(found), lambda one: issue(ask.state, ask.repo, one))

    def _get(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, full_issue(ask.state, ask.repo, _issue(ask)))

    def _labels(self, ask: RestRequest) -> RestResponse:
        names = [ask.repo.labels[name] for name in _issue(ask).labels]
        return paged(ask, names, lambda one: label(ask.state, ask.repo, one))

    # --- comments

    def _comments(self, ask: RestRequest) -> RestResponse:
        since = ask.query.get("since", "")
        found = [one for one in ask.repo.comments_on(_issue(ask).number) if one.updated_at >= since]
        return paged(ask, found, lambda one: comment(ask.state, ask.repo, one))

    def _comment(self, ask: RestRequest) -> RestResponse:
        one = _writable(_issue(ask))
        made = self._issues.comment(ask.repo, one.number, ask.login, _body(ask))
        view = comment(ask.state, ask.repo, made)
        return RestResponse(201, view, {"Location": str(view["url"])})

    def _one_comment(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, comment(ask.state, ask.repo, _comment_of(ask)))

    def _edit_comment(self, ask: RestRequest) -> RestResponse:
        """An App with `issues: write` may edit anybody's comment."""
        old = _comment_of(ask)
        _writable(ask.repo.issues[old.number])
        return RestResponse(
            200,
            comment(
                ask.state,
                ask.repo,
                self._issues.edit_comment(ask.repo, old.id, ask.login, _body(ask)),
            ),
        )

    def _delete_comment(self, ask: RestRequest) -> RestResponse:
        self._issues.delete_comment(ask.repo, _comment_of(ask).id, ask.login)
        return RestResponse(204)

    # --- reactions

    def _reactions(self, ask: RestRequest) -> RestResponse:
        number = _issue(ask).number
        found = [one for one in ask.repo.reactions if one.number == number and one.comment is None]
        return paged(ask, found, lambda one: reaction(ask.state, one))

    def _comment_reactions(self, ask: RestRequest) -> RestResponse:
        key = _comment_of(ask).id
        return paged(
            ask,
            [one for one in ask.repo.reactions if one.comment == key],
            lambda one: reaction(ask.state, one),
        )

    def _react(self, ask: RestRequest) -> RestResponse:
        return self._reacted(ask, _issue(ask), None)

    def _react_to_comment(self, ask: RestRequest) -> RestResponse:
        to = _comment_of(ask)
        return self._reacted(ask, ask.repo.issues[to.number], to.id)

    def _reacted(self, ask: RestRequest, on: IssueRecord, to: int | None) -> RestResponse:
        """201 for a new reaction, 200 for one that was there."""
        content = ask.required("content")
        if content not in CONTENTS:
            raise invalid("Reaction", "content", "invalid")
        one, new = self._issues.react(ask.repo, _writable(on).number, to, ask.login, content)
        return RestResponse(201 if new else 200, reaction(ask.state, one))


def _issue(ask: RestRequest) -> IssueRecord:
    number = ask.number("number")
    if number in ask.repo.gone:
        raise RestRefusal(410, "This issue was deleted")
    if number not in ask.repo.issues:
        raise RestRefusal(404, "Not Found")
    return ask.repo.issues[number]


def _comment_of(ask: RestRequest) -> CommentRecord:
    found = ask.repo.comments.get(ask.number("id"))
    if found is None:
        raise RestRefusal(404, "Not Found")
    return found


def _writable(one: IssueRecord) -> IssueRecord:
    """An App is no collaborator with write access: what is locked is locked for it."""
    if one.locked:
        raise RestRefusal(403, "Unable to create comment because issue is locked.")
    return one


def _body(ask: RestRequest) -> str:
    body = ask.required("body")
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field", "body cannot be blank")
    if len(body) > LONGEST:
        raise invalid(
            "IssueComment", "body", "custom", f"body is too long (maximum is {LONGEST} characters)"
        )
    return body
