"""Serve the REST API of pull requests."""

from __future__ import annotations

from bot.forge.forge_pulls import ForgePulls, NewPull
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import RepositoryRecord
from bot.forge.pull_views import render_full_pull, render_pull
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_refusal import RestRefusal, refuse_field, refuse_unknown

REPOSITORY = "/repos/{owner}/{repo}"
PULLS = f"{REPOSITORY}/pulls"
READ, WRITE = "pull_requests=read", "pull_requests=write"
LONGEST_TITLE = 256


class PullRoutes:
    """Answers what an App asks about pull requests, and does what it wants done to them."""

    def __init__(self, pulls: ForgePulls) -> None:
        self._pulls = pulls

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        commit_pulls = f"{REPOSITORY}/commits/{{sha}}/pulls"
        return (
            RestRoute("GET", PULLS, _list_pulls, READ),
            RestRoute("POST", PULLS, self._open, WRITE),
            RestRoute("GET", f"{PULLS}/{{number}}", _get_pull, READ),
            RestRoute("PATCH", f"{PULLS}/{{number}}", self._edit, WRITE),
            RestRoute(
                "POST", f"{PULLS}/{{number}}/requested_reviewers", self._request_review, WRITE
            ),
            RestRoute("GET", commit_pulls, _list_commit_pulls, f"{READ}; contents=read"),
        )

    def _open(self, request: RestRequest) -> RestResponse:
        repository = request.repository
        title = _check_title(request.require_text("title"))
        head = request.require_text("head").removeprefix(f"{repository.owner}:")
        base = request.require_text("base")
        _check_branches(request, head, base)
        body = request.text("body") or ""
        new_pull = NewPull(head, base, title, body, request.data().get("draft") is True)
        pull = self._pulls.open(repository, request.login, new_pull)
        view = render_full_pull(request.state, repository, pull)
        return RestResponse(201, view, {"Location": str(view["url"])})

    def _edit(self, request: RestRequest) -> RestResponse:
        pull, state, title = _find_pull(request), request.text("state"), request.text("title")
        if state not in (None, "open", "closed"):
            raise refuse_field("PullRequest", "state", "invalid")
        repository, login = request.repository, request.login
        if state == "open" and pull.state == "closed":
            _check_reopening(request, pull)
            self._pulls.reopen(repository, pull.number, login)
        elif state == "closed" and pull.state == "open":
            self._pulls.close(repository, pull.number, login)
        if title is not None:
            _check_title(title)
        pull = self._pulls.edit(repository, pull.number, login, title, request.text("body"))
        return RestResponse(200, render_full_pull(request.state, repository, pull))

    def _request_review(self, request: RestRequest) -> RestResponse:
        pull, repository = _find_pull(request), request.repository
        listed = request.data().get("reviewers")
        reviewers = tuple(map(str, listed)) if isinstance(listed, list) else ()
        _check_reviewers(repository, pull, reviewers)
        pull = self._pulls.request_review(repository, pull.number, request.login, reviewers)
        return RestResponse(201, render_pull(request.state, repository, pull))


def _list_pulls(request: RestRequest) -> RestResponse:
    """List the newest first. A `head` without an owner is ignored, as GitHub does."""
    state, head = request.query.get("state", "open"), request.query.get("head", "")
    base, owner = request.query.get("base"), request.repository.owner
    pulls = [
        pull
        for pull in request.repository.list_pulls()
        if state in (pull.state, "all")
        and (":" not in head or head == f"{owner}:{pull.head}")
        and base in (None, pull.base)
    ]
    if request.query.get("direction") != "asc":
        pulls.reverse()
    return _paginate_pulls(request, pulls)


def _list_commit_pulls(request: RestRequest) -> RestResponse:
    pulls = request.repository.list_pulls()
    sha = request.args["sha"]
    return _paginate_pulls(request, [pull for pull in pulls if pull.head_sha == sha])


def _paginate_pulls(request: RestRequest, pulls: list[PullRecord]) -> RestResponse:
    return paginate(
        request, pulls, lambda pull: render_pull(request.state, request.repository, pull)
    )


def _get_pull(request: RestRequest) -> RestResponse:
    view = render_full_pull(request.state, request.repository, _find_pull(request))
    return RestResponse(200, view)


def _find_pull(request: RestRequest) -> PullRecord:
    pull = request.repository.find_pull(request.number("number"))
    if pull is None:
        raise refuse_unknown()
    return pull


def _check_title(title: str) -> str:
    if not title.strip():
        raise refuse_field("PullRequest", "title", "missing_field")
    if len(title) > LONGEST_TITLE:
        message = f"title is too long (maximum is {LONGEST_TITLE} characters)"
        raise refuse_field("PullRequest", "title", "custom", message)
    return title


def _check_reviewers(
    repository: RepositoryRecord, pull: PullRecord, reviewers: tuple[str, ...]
) -> None:
    """Refuse the author, and whoever cannot read the repository."""
    if pull.author in reviewers:
        raise RestRefusal(422, "Review cannot be requested from pull request author.")
    if any(repository.find_permission(login) == "none" for login in reviewers):
        raise RestRefusal(
            422,
            "Reviews may only be requested from collaborators. One or more of the users or teams "
            f"you specified is not a collaborator of the {repository.name} repository.",
        )


def _check_branches(request: RestRequest, head: str, base: str) -> None:
    store, name = request.state.store, request.repository.name
    branches = store.list_branches(name)
    for field, branch in (("head", head), ("base", base)):
        if branch not in branches:
            raise refuse_field("PullRequest", field, "invalid")
    _check_unique(request.repository, head, base)
    if not store.compare(name, branches[base], branches[head]).commits:
        message = f"No commits between {base} and {head}"
        raise refuse_field("PullRequest", "head", "custom", message)


def _check_reopening(request: RestRequest, pull: PullRecord) -> None:
    _check_unique(request.repository, pull.head, pull.base)
    if pull.head not in request.state.store.list_branches(request.repository.name):
        message = f"state cannot be changed. The {pull.head} branch has been deleted."
        raise refuse_field("PullRequest", "state", "invalid", message)


def _check_unique(repository: RepositoryRecord, head: str, base: str) -> None:
    wanted = (head, base, "open")
    pulls = repository.list_pulls()
    if any((pull.head, pull.base, pull.state) == wanted for pull in pulls):
        message = f"A pull request already exists for {repository.owner}:{head}."
        raise refuse_field("PullRequest", "head", "custom", message)
