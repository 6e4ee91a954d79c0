"""Here live the nodes of the GraphQL API: what each type of the schema answers, as mappings that
graphql-core reads.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

from graphql import GraphQLResolveInfo

from bot.forge.check_views import job_page, latest, latest_statuses, run_page
from bot.forge.forge_records import (
    AppRecord,
    JobRecord,
    PullRecord,
    StatusRecord,
    SuiteRecord,
    WorkflowRunRecord,
)
from bot.forge.forge_state import Json, RepositoryRecord, allows, node_id
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.issue_views import page as issue_page
from bot.forge.rest_api import RestRequest

T = TypeVar("T")
Info = GraphQLResolveInfo[None]
MOST = 100


class Nodes:
    """Builds nodes for one request, with the rights of its token."""

    def __init__(self, ask: RestRequest) -> None:
        self._ask = ask
        self._state = ask.state

    def need(self, needs: str) -> None:
        if not allows(self._ask.token.permissions, needs):
            raise GraphQLRefusal("FORBIDDEN", "Resource not accessible by integration")

    def account(self, login: str) -> Json:
        one = self._state.account(login)
        return {
            "__typename": one.kind,
            "id": node_id({"Bot": "BOT", "Organization": "O", "User": "U"}[one.kind], one.login),
            "login": one.login.removesuffix("[bot]") if one.kind == "Bot" else one.login,
            "databaseId": one.id,
            "url": f"{self._state.web}/{one.login.removesuffix('[bot]')}",
        }

    def viewer(self) -> Json:
        """An App's token sees the bot as a user, its login with the suffix."""
        return {**self.account(self._ask.login), "__typename": "User", "login": self._ask.login}

    # --- repositories

    def repository(self, repo: RepositoryRecord) -> Json:
        head = self._state.store.head(repo.name, repo.default_branch)
        return {
            "__typename": "Repository",
            "id": node_id("R", repo.name),
            "databaseId": repo.id,
            "name": repo.short,
            "nameWithOwner": repo.name,
            "owner": self.account(repo.owner),
            "url": f"{self._state.web}/{repo.name}",
            "isArchived": repo.archived,
            "isPrivate": repo.private,
            "defaultBranchRef": self._ref(repo, repo.default_branch, head),
            "ref": lambda _, qualifiedName: self._named_ref(repo, qualifiedName),  # noqa: N803 - the schema's name
            "object": lambda _, expression=None, oid=None: self._object(
                repo, oid or expression or ""
            ),
            "pullRequest": lambda _, number: self._numbered_pull(repo, number),
            "pullRequests": lambda info, **given: self._pulls(info, repo, given),
        }

    def _named_ref(self, repo: RepositoryRecord, name: str) -> Json | None:
        self.need("contents=read")
        branch = name.removeprefix("refs/heads/")
        return self._ref(repo, branch, self._state.store.head(repo.name, branch))

    def _ref(self, repo: RepositoryRecord, branch: str, sha: str) -> Json | None:
        if not sha:
            return None
        found = {"id": node_id("REF", repo.name, branch), "name": branch, "prefix": "refs/heads/"}
        return {**found, "target": lambda _: self.commit(repo, sha)}

    def _object(self, repo: RepositoryRecord, named: str) -> Json | None:
        self.need("contents=read")
        sha = self._state.store.resolve(repo.name, named)
        return self.commit(repo, sha) if sha else None

    def commit(self, repo: RepositoryRecord, sha: str) -> Json:
        one = self._state.store.details(repo.name, sha)
        return {
            "__typename": "Commit",
            "id": node_id("C", repo.name, sha),
            "oid": sha,
            "message": one.message,
            "messageHeadline": one.message.partition("\n")[0],
            "committedDate": one.committer.date,
            "url": f"{self._state.web}/{repo.name}/commit/{sha}",
            "checkSuites": lambda info, **given: self._suites(info, repo, sha, given),
            "status": lambda _: self._status(repo, sha),
            "statusCheckRollup": lambda _: self._rollup(repo, sha),
        }

    # --- checks

    def _suites(self, info: Info, repo: RepositoryRecord, sha: str, given: Json) -> Json:
        self.need("checks=read")
        app = _filter(given).get("appId")
        found = [one for one in repo.suites.values() if one.sha == sha and app in (None, one.app)]
        return connection(info, found, lambda one: self.suite(repo, one), given)

    def suite(self, repo: RepositoryRecord, one: SuiteRecord) -> Json:
        return {
            "__typename": "CheckSuite",
            "id": node_id("CS", repo.name, one.id),
            "databaseId": one.id,
            "app": _app(self._state.apps[one.app], self._state.web),
            "commit": lambda _: self.commit(repo, one.sha),
            "status": one.status.upper(),
            "conclusion": one.conclusion.upper() if one.conclusion else None,
            "createdAt": one.created_at,
            "updatedAt": one.updated_at,
            "url": f"{self._state.web}/{repo.name}/commit/{one.sha}/checks?check_suite_id={one.id}",
            "workflowRun": lambda _: self._workflow_run(repo, one),
            "checkRuns": lambda info, **given: self._check_runs(info, repo, one, given),
        }

    def _workflow_run(self, repo: RepositoryRecord, its: SuiteRecord) -> Json | None:
        if its.run is None:
            return None
        self.need("actions=read")
        one: WorkflowRunRecord = repo.runs[its.run]
        workflow = {
            "id": node_id("W", one.workflow),
            "databaseId": one.workflow,
            "name": one.workflow_name,
        }
        return {
            "__typename": "WorkflowRun",
            "id": node_id("WFR", repo.name, one.id),
            "databaseId": one.id,
            "url": run_page(self._state, repo, one.id),
            "runNumber": one.number,
            "event": one.event,
            "createdAt": one.created_at,
            "updatedAt": one.updated_at,
            "workflow": workflow,
        }

    def _check_runs(
        self, info: Info, repo: RepositoryRecord, its: SuiteRecord, given: Json
    ) -> Json:
        """All of them, also those of earlier attempts, unless the filter asks for the latest."""
        wanted = _filter(given)
        found = [one for one in repo.jobs.values() if one.suite == its.id]
        if wanted.get("checkType") == "LATEST":
            found = latest(repo, its)
        found = [one for one in found if wanted.get("checkName") in (None, one.name)]
        return connection(info, found, lambda one: self.check_run(repo, one), given)

    def check_run(self, repo: RepositoryRecord, one: JobRecord) -> Json:
        address = job_page(self._state, repo, one)
        return {
            "__typename": "CheckRun",
            "id": node_id("CR", repo.name, one.id),
            "databaseId": one.id,
            "name": one.name,
            "status": one.status.upper(),
            "conclusion": one.conclusion.upper() if one.conclusion else None,
            "detailsUrl": address,
            "url": address,
            "startedAt": one.started_at,
            "completedAt": one.completed_at,
            "checkSuite": lambda _: self.suite(repo, repo.suites[one.suite]),
        }

    def _status(self, repo: RepositoryRecord, sha: str) -> Json | None:
        self.need("statuses=read")
        found = latest_statuses(repo, sha)
        contexts = [_context(repo, one) for one in found]
        state = _worst([one.state.upper() for one in found])
        return (
            {"id": node_id("ST", repo.name, sha), "state": state, "contexts": contexts}
            if found
            else None
        )

    def _rollup(self, repo: RepositoryRecord, sha: str) -> Json | None:
        """Check runs and statuses in one; null for a commit that nobody checks."""
        self.need("checks=read")
        runs = [one for its in repo.suites.values() if its.sha == sha for one in latest(repo, its)]
        statuses = latest_statuses(repo, sha)
        ends = [(one.conclusion or "pending").upper() for one in runs] + [
            one.state.upper() for one in statuses
        ]
        found = [self.check_run(repo, one) for one in runs] + [
            _context(repo, one) for one in statuses
        ]
        if not ends:
            return None
        return {
            "id": node_id("SCR", repo.name, sha),
            "state": _worst(ends),
            "contexts": lambda info, **given: connection(info, found, lambda one: one, given),
        }

    # --- pull requests

    def _numbered_pull(self, repo: RepositoryRecord, number: int) -> Json:
        self.need("pull_requests=read")
        found = repo.pull(number)
        if found is None:
            raise GraphQLRefusal(
                "NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}."
            )
        return self.pull(repo, found)

    def _pulls(self, info: Info, repo: RepositoryRecord, given: Json) -> Json:
        self.need("pull_requests=read")
        states, head = given.get("states"), given.get("headRefName")
        base = given.get("baseRefName")
        found = [
            one
            for one in repo.pulls()
            if (not isinstance(states, list) or one.state.upper() in states)
            and head in (None, one.head)
            and base in (None, one.base)
        ]
        return connection(info, found, lambda one: self.pull(repo, one), given)

    def pull(self, repo: RepositoryRecord, one: PullRecord) -> Json:
        return {
            "__typename": "PullRequest",
            "id": node_id("PR", repo.name, one.number),
            "databaseId": one.id,
            "number": one.number,
            "title": one.title,
            "body": one.body,
            "url": issue_page(self._state, repo, one),
            "state": one.state.upper(),
            "isDraft": one.draft,
            "merged": False,
            "headRefName": one.head,
            "headRefOid": one.head_sha,
            "baseRefName": one.base,
            "baseRefOid": one.base_sha,
            "author": self.account(one.author),
        }


def connection(info: Info, found: Sequence[T], view: Callable[[T], Json], given: Json) -> Json:
    """A page of a list. GitHub wants to be told how much of it."""
    first, last = given.get("first"), given.get("last")
    size = first if isinstance(first, int) else last if isinstance(last, int) else None
    if size is None:
        words = f"You must provide a `first` or `last` value to properly paginate the `{info.field_name}` connection."
        raise GraphQLRefusal("MISSING_PAGINATION_BOUNDARIES", words)
    if size > MOST:
        words = f"Requesting {size} records on the `{info.field_name}` connection exceeds the limit of {MOST} records."
        raise GraphQLRefusal("EXCESSIVE_PAGINATION", words)
    start, end = _place(given.get("after"), 0), _place(given.get("before"), len(found) + 1) - 1
    start, end = (
        (start, min(end, start + size)) if first is not None else (max(start, end - size), end)
    )
    return {
        "totalCount": len(found),
        "nodes": [view(one) for one in found[start:end]],
        "pageInfo": {
            "hasPreviousPage": start > 0,
            "hasNextPage": end < len(found),
            "startCursor": _cursor(start + 1) if found[start:end] else None,
            "endCursor": _cursor(end) if found[start:end] else None,
        },
    }


def _cursor(place: int) -> str:
    return urlsafe_b64encode(f"cursor:v2:{place}".encode()).decode()


def _place(cursor: object, otherwise: int) -> int:
    if not isinstance(cursor, str):
        return otherwise
    place = urlsafe_b64decode(cursor).decode("utf-8", "replace").rpartition(":")[2]
    return int(place) if place.isdigit() else otherwise


def _filter(given: Json) -> Json:
    found = given.get("filterBy")
    return found if isinstance(found, dict) else {}


def _app(one: AppRecord, web: str) -> Json:
    app = {"id": node_id("A", one.id), "databaseId": one.id, "slug": one.slug, "name": one.slug}
    return {**app, "url": f"{web}/apps/{one.slug}"}


def _context(repo: RepositoryRecord, one: StatusRecord) -> Json:
    return {
        "__typename": "StatusContext",
        "id": node_id("SC", repo.name, one.id),
        "context": one.context,
        "state": one.state.upper(),
        "description": one.details.description or None,
        "targetUrl": one.details.target_url or None,
        "createdAt": one.created_at,
    }


def _worst(ends: Sequence[str]) -> str:
    if set(ends) & {
        "FAILURE",
        "ERROR",
        "TIMED_OUT",
        "CANCELLED",
        "ACTION_REQUIRED",
        "STARTUP_FAILURE",
    }:
        return "FAILURE"
    return "PENDING" if "PENDING" in ends else "SUCCESS"
