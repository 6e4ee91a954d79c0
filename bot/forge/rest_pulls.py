"""Serve the REST API of pull requests."""

from __future__ import annotations

from bot.forge.account_views import render_user
from bot.forge.forge_pulls import ForgePulls, NewPull
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import RepositoryRecord
from bot.forge.pull_views import label_head, render_full_pull, render_pull
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_refusal import RestRefusal, refuse_field, refuse_unknown

REPOSITORY = "/repos/{owner}/{repo}"
PULLS = f"{REPOSITORY}/pulls"
PULL = f"{PULLS}/{{number}}"
REVIEWERS = f"{PULL}/requested_reviewers"
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
            RestRoute("PATCH", PULL, self._edit, WRITE),
            RestRoute("GET", REVIEWERS, _list_reviewers, READ),
            RestRoute("POST", REVIEWERS, self._request_review, WRITE),
            RestRoute("DELETE", REVIEWERS, self._withdraw_request, WRITE),
            RestRoute("GET", commit_pulls, _list_commit_pulls, f"{READ}; contents=read"),
        )

    def _open(self, request: RestRequest) -> RestResponse:
        repository = request.repository
        title = _check_title(request.require_text("title"))
        owner, _, head = request.require_text("head").rpartition(":")
        is_draft, body = request.data().get("draft") is True, request.text("body") or ""
        fork = repository.find_fork(owner)
        new_pull = NewPull(head, request.require_text("base"), title, body, is_draft, fork)
        _check_branches(request, new_pull)
        pull = self._pulls.open(repository, request.login, new_pull)
        view = render_full_pull(request.state, repository, pull)
        return RestResponse(201, view, {"Location": str(view["url"])})

    def _edit(self, request: RestRequest) -> RestResponse:
        pull, state, title = find_pull(request), request.text("state"), request.text("title")
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
        if base := request.text("base"):
            _check_base(request, pull, base)
            self._pulls.retarget(repository, pull.number, login, base)
        pull = self._pulls.edit(repository, pull.number, login, title, request.text("body"))
        return RestResponse(200, render_full_pull(request.state, repository, pull))

    def _request_review(self, request: RestRequest) -> RestResponse:
        pull, repository = find_pull(request), request.repository
        reviewers = _read_reviewers(request)
        _check_reviewers(repository, pull, reviewers)
        pull = self._pulls.request_review(repository, pull.number, request.login, reviewers)
        return RestResponse(201, render_pull(request.state, repository, pull))

    def _withdraw_request(self, request: RestRequest) -> RestResponse:
        pull, repository = find_pull(request), request.repository
        reviewers = _read_reviewers(request)
        pull = self._pulls.withdraw_request(repository, pull.number, request.login, reviewers)
        return RestResponse(200, render_pull(request.state, repository, pull))


def _list_pulls(request: RestRequest) -> RestResponse:
    """List the newest first. A `head` without an owner is ignored, as GitHub does."""
    state, head = request.query.get("state", "open"), request.query.get("head", "")
    base = request.query.get("base")
    pulls = [
        pull
        for pull in request.repository.list_pulls()
        if state in (pull.state, "all")
        and (":" not in head or head == label_head(request.repository, pull))
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


def _list_reviewers(request: RestRequest) -> RestResponse:
    users = [render_user(request.state, login) for login in find_pull(request).reviewers]
    return RestResponse(200, {"users": users, "teams": []})


def _read_reviewers(request: RestRequest) -> tuple[str, ...]:
    listed = request.data().get("reviewers")
    return tuple(map(str, listed)) if isinstance(listed, list) else ()


def find_pull(request: RestRequest) -> PullRecord:
    """Find the pull request that the path names. Raises RestRefusal."""
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
    if any(
        login.endswith("[bot]") or repository.find_permission(login) == "none"
        for login in reviewers
    ):
        raise RestRefusal(
            422,
            "Reviews may only be requested from collaborators. One or more of the users or teams "
            f"you specified is not a collaborator of the {repository.name} repository.",
        )


def _check_branches(request: RestRequest, new: NewPull) -> None:
    store, name = request.state.store, request.repository.name
    head, base = _find_new_head(request, new), store.find_head(name, new.base)
    for field, sha in (("head", head), ("base", base)):
        if not sha:
            raise refuse_field("PullRequest", field, "invalid")
    _check_unique(request.repository, new)
    if not new.fork and not store.compare(name, base, head).commits:
        message = f"No commits between {new.base} and {new.head}"
        raise refuse_field("PullRequest", "head", "custom", message)


def _find_new_head(request: RestRequest, new: NewPull) -> str:
    """Find where the branch of a new pull request stands; "" where there is none."""
    fork = request.state.repositories.get(new.fork.lower())
    if new.fork and (not fork or fork.fork_of != request.repository.name):
        return ""
    return request.state.store.find_head(new.fork or request.repository.name, new.head)


def _check_base(request: RestRequest, pull: PullRecord, base: str) -> None:
    """Refuse another base that is not there, that has all commits, or once it is not open."""
    store, name = request.state.store, request.repository.name
    sha = store.find_head(name, base)
    if not sha or pull.state != "open":
        raise refuse_field("PullRequest", "base", "invalid")
    if not store.compare(name, sha, pull.head_sha).commits:
        message = f"There are no new commits between base branch '{base}' and head '{pull.head}'"
        raise refuse_field("PullRequest", "base", "invalid", message)
    if base != pull.base:
        _check_unique(request.repository, NewPull(pull.head, base, "", fork=pull.fork))


def _check_reopening(request: RestRequest, pull: PullRecord) -> None:
    again = NewPull(pull.head, pull.base, "", fork=pull.fork)
    _check_unique(request.repository, again)
    if pull.merged_at or not _find_new_head(request, again):
        reason = (
            "The pull request was merged."
            if pull.merged_at
            else f"The {pull.head} branch has been deleted."
        )
        message = f"state cannot be changed. {reason}"
        raise refuse_field("PullRequest", "state", "invalid", message)


def _check_unique(repository: RepositoryRecord, new: NewPull) -> None:
    wanted = (new.fork, new.head, new.base, "open")
    for pull in repository.list_pulls():
        if (pull.fork, pull.head, pull.base, pull.state) == wanted:
            message = f"A pull request already exists for {label_head(repository, pull)}."
            raise refuse_field("PullRequest", "head", "custom", message)
