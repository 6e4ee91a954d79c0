"""Serve the REST API of sub-issues, and of what issues wait for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from bot.forge.forge_records import IssueRecord, PullRecord
from bot.forge.issue_views import render_issue
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_refusal import RestRefusal, refuse_entity, refuse_unknown

READ, WRITE = "issues=read", "issues=write"
ISSUE = "/repos/{owner}/{repo}/issues/{number}"
MOST_SUB_ISSUES = 100


def find_issue(request: RestRequest) -> IssueRecord:
    """Find the issue that the path names. Raises RestRefusal."""
    number = request.number("number")
    if number in request.repository.deleted_issues:
        raise RestRefusal(410, "This issue was deleted")
    if number not in request.repository.issues:
        raise refuse_unknown()
    return request.repository.issues[number]


def _list_sub_issues(request: RestRequest) -> RestResponse:
    parent = _find_parent(request)
    return _paginate_issues(request, request.repository.sub_issues.get(parent.number, ()))


def _add_sub_issue(request: RestRequest) -> RestResponse:
    """Add one; an issue has one parent, and a parent at most a hundred."""
    parent, child = _find_parent(request), _read_issue(request, "sub_issue_id")
    known = request.repository.sub_issues
    if child.number in chain.from_iterable(known.values()):
        raise refuse_entity("Sub issue may only have one parent")
    children = known.setdefault(parent.number, [])
    if child.number == parent.number or len(children) == MOST_SUB_ISSUES:
        raise refuse_entity("Parent cannot have this sub-issue")
    children.append(child.number)
    return _answer_issue(request, child)


def _list_blockers(request: RestRequest) -> RestResponse:
    issue = _find_parent(request)
    return _paginate_issues(request, request.repository.blockers.get(issue.number, ()))


def _add_blocker(request: RestRequest) -> RestResponse:
    issue, blocker = _find_parent(request), _read_issue(request, "issue_id")
    blockers = request.repository.blockers.setdefault(issue.number, [])
    if blocker.number in blockers or blocker.number == issue.number:
        raise refuse_entity("Target issue has already been taken")
    blockers.append(blocker.number)
    return _answer_issue(request, issue)


def _find_parent(request: RestRequest) -> IssueRecord:
    """Find the issue of the path, on a server that knows what issues have to do with another."""
    if not request.repository.has_sub_issues:
        raise refuse_unknown()
    return find_issue(request)


def _read_issue(request: RestRequest, name: str) -> IssueRecord:
    """Read an issue by its id, which is not its number."""
    wanted = request.data().get(name)
    issues = request.repository.issues.values()
    issue = next((issue for issue in issues if issue.id == wanted), None)
    if issue is None or isinstance(issue, PullRecord):
        raise refuse_unknown()
    return issue


def _answer_issue(request: RestRequest, issue: IssueRecord) -> RestResponse:
    view = render_issue(request.state, request.repository, issue)
    return RestResponse(201, view, {"Location": str(view["url"])})


def _paginate_issues(request: RestRequest, numbers: Sequence[int]) -> RestResponse:
    repository = request.repository
    issues = [repository.issues[number] for number in numbers if number in repository.issues]
    return paginate(request, issues, lambda issue: render_issue(request.state, repository, issue))


SUB_ISSUE_ROUTES = (
    RestRoute("GET", f"{ISSUE}/sub_issues", _list_sub_issues, READ),
    RestRoute("POST", f"{ISSUE}/sub_issues", _add_sub_issue, WRITE),
    RestRoute("GET", f"{ISSUE}/dependencies/blocked_by", _list_blockers, READ),
    RestRoute("POST", f"{ISSUE}/dependencies/blocked_by", _add_blocker, WRITE),
)
