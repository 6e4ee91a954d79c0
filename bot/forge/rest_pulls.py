"""Here lives the REST API of pull requests."""

from __future__ import annotations

from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import RepositoryRecord
from bot.forge.issue_views import full_pull, pull
from bot.forge.rest_api import RestRequest, RestResponse, Route, paged
from bot.forge.rest_refusal import RestRefusal, invalid

HERE = "/repos/{owner}/{repo}/pulls"
READ, WRITE = "pull_requests=read", "pull_requests=write"
LONGEST_TITLE = 256


class PullRoutes:
    """What an App asks and does about pull requests."""

    def __init__(self, pulls: ForgePulls) -> None:
        self._pulls = pulls

    def table(self) -> tuple[Route, ...]:
        return (
            Route("GET", HERE, self._list, READ),
            Route("POST", HERE, self._create, WRITE),
            Route("GET", f"{HERE}/{{number}}", self._get, READ),
            Route("PATCH", f"{HERE}/{{number}}", self._edit, WRITE),
            Route(
                "GET",
                "/repos/{owner}/{repo}/commits/{sha}/pulls",
                self._of_commit,
                f"{READ}; contents=read",
            ),
        )

    def _list(self, ask: RestRequest) -> RestResponse:
        """Newest first. A `head` without an owner is ignored, as GitHub does."""
        state, head, base = (
            ask.query.get("state", "open"),
            ask.query.get("head", ""),
            ask.query.get("base"),
        )
        found = [
            one
            for one in ask.repo.pulls()
            if state in (one.state, "all")
            and (":" not in head or head == f"{ask.repo.owner}:{one.head}")
            and base in (None, one.base)
        ]
        oldest_first = ask.query.get("direction") == "asc"
        return paged(
            ask,
            found if oldest_first else reversed(found),
            lambda one: pull(ask.state, ask.repo, one),
        )

    def _of_commit(self, ask: RestRequest) -> RestResponse:
        found = [one for one in ask.repo.pulls() if one.head_sha == ask.args["sha"]]
        return paged(ask, found, lambda one: pull(ask.state, ask.repo, one))

    def _get(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, full_pull(ask.state, ask.repo, _pull(ask)))

    def _create(self, ask: RestRequest) -> RestResponse:
        title = _title(ask.required("title"))
        head, base = ask.required("head").removeprefix(f"{ask.repo.owner}:"), ask.required("base")
        heads = ask.state.store.branches(ask.repo.name)
        for field, branch in (("head", head), ("base", base)):
            if branch not in heads:
                raise invalid("PullRequest", field, "invalid")
        _unique(ask.repo, head, base)
        if not ask.state.store.between(ask.repo.name, heads[base], heads[head]).commits:
            raise invalid("PullRequest", "head", "custom", f"No commits between {base} and {head}")
        draft = ask.data().get("draft") is True
        made = self._pulls.open(
            ask.repo, ask.login, (head, base), title, ask.text("body") or "", draft=draft
        )
        view = full_pull(ask.state, ask.repo, made)
        return RestResponse(201, view, {"Location": str(view["url"])})

    def _edit(self, ask: RestRequest) -> RestResponse:
        one, wanted, title = _pull(ask), ask.text("state"), ask.text("title")
        if wanted not in (None, "open", "closed"):
            raise invalid("PullRequest", "state", "invalid")
        if wanted == "open" and one.state == "closed":
            _unique(ask.repo, one.head, one.base)
            if one.head not in ask.state.store.branches(ask.repo.name):
                message = f"state cannot be changed. The {one.head} branch has been deleted."
                raise invalid("PullRequest", "state", "invalid", message)
            one = self._pulls.reopen(ask.repo, one.number, ask.login)
        elif wanted == "closed" and one.state == "open":
            one = self._pulls.close(ask.repo, one.number, ask.login)
        checked = None if title is None else _title(title)
        one = self._pulls.edit(ask.repo, one.number, ask.login, checked, ask.text("body"))
        return RestResponse(200, full_pull(ask.state, ask.repo, one))


def _pull(ask: RestRequest) -> PullRecord:
    found = ask.repo.pull(ask.number("number"))
    if found is None:
        raise RestRefusal(404, "Not Found")
    return found


def _title(title: str) -> str:
    if not title.strip():
        raise invalid("PullRequest", "title", "missing_field")
    if len(title) > LONGEST_TITLE:
        raise invalid(
            "PullRequest",
            "title",
            "custom",
            f"title is too long (maximum is {LONGEST_TITLE} characters)",
        )
    return title


def _unique(repo: RepositoryRecord, head: str, base: str) -> None:
    if any((one.head, one.base, one.state) == (head, base, "open") for one in repo.pulls()):
        message = f"A pull request already exists for {repo.owner}:{head}."
        raise invalid("PullRequest", "head", "custom", message)
