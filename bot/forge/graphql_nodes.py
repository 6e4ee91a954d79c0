"""Build the nodes of the GraphQL API, as mappings that graphql-core resolves."""

from __future__ import annotations

from collections.abc import Mapping

from bot.forge.account_views import ACCOUNT_NODE_KINDS
from bot.forge.actions_views import job_url, run_url
from bot.forge.check_views import latest_jobs, latest_statuses
from bot.forge.forge_records import (
    JobRecord,
    PullRecord,
    SuiteRecord,
)
from bot.forge.forge_state import Json, RepositoryRecord, allows, make_node_id
from bot.forge.graphql_connection import Info, build_connection
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.graphql_repositories import build_figures, list_owned
from bot.forge.graphql_status import build_app, build_context, build_signature, worst_state
from bot.forge.graphql_threads import ThreadBuilder
from bot.forge.issue_views import issue_url
from bot.forge.rest_api import RestRequest


class NodeBuilder:
    """Builds nodes for one request, with the rights of its token."""

    def __init__(self, request: RestRequest) -> None:
        self._request = request
        self._state = request.state
        self.threads = ThreadBuilder(request, self.build_account)

    def check_permission(self, needs: str) -> None:
        """Raise GraphQLRefusal unless the token holds the permission."""
        if not allows(self._request.token.permissions, needs):
            raise GraphQLRefusal("FORBIDDEN", "Resource not accessible by integration")

    def build_account(self, login: str) -> Json:
        """Build a Bot, Organization or User; a bot's login has no suffix here."""
        account = self._state.find_account(login)
        short_login = account.login.removesuffix("[bot]")
        return {
            "__typename": account.kind,
            "id": make_node_id(ACCOUNT_NODE_KINDS[account.kind], account.login),
            "login": short_login,
            "databaseId": account.id,
            "url": f"{self._state.web}/{short_login}",
            "repositories": lambda info, **arguments: list_owned(
                self._state, info, account.login, arguments, self.build_repository
            ),
        }

    def build_viewer(self) -> Json:
        """Build the viewer: an App's token sees the bot as a user, its login with the suffix."""
        login = self._request.login
        return {**self.build_account(login), "__typename": "User", "login": login}

    # --- repositories

    def build_repository(self, repository: RepositoryRecord) -> Json:
        """Build a Repository."""
        return {
            "__typename": "Repository",
            "id": make_node_id("R", repository.name),
            "databaseId": repository.id,
            "name": repository.short_name,
            "nameWithOwner": repository.name,
            "owner": self.build_account(repository.owner),
            "url": f"{self._state.web}/{repository.name}",
            "isArchived": repository.archived,
            "isPrivate": repository.private,
            "defaultBranchRef": lambda _: self.build_ref(repository, repository.default_branch),
            **build_figures(self._state, repository),
            "ref": lambda _, qualifiedName: self._find_ref(repository, qualifiedName),  # noqa: N803 - the schema's name
            "object": lambda _, expression=None, oid=None: self._find_object(
                repository, oid or expression or ""
            ),
            "pullRequest": lambda _, number: self._find_pull(repository, number),
            "pullRequests": lambda info, **arguments: self._list_pulls(info, repository, arguments),
        }

    def _find_ref(self, repository: RepositoryRecord, name: str) -> Json | None:
        self.check_permission("contents=read")
        return self.build_ref(repository, name.removeprefix("refs/heads/"))

    def build_ref(self, repository: RepositoryRecord, branch: str) -> Json | None:
        """Build the Ref of a branch; None where there is none."""
        sha = ""
        if not repository.is_only_listed:
            sha = self._state.store.find_head(repository.name, branch)
        if not sha and not repository.is_only_listed:
            return None
        return {
            "id": make_node_id("REF", repository.name, branch),
            "name": branch,
            "prefix": "refs/heads/",
            "target": lambda _: self.build_commit(repository, sha) if sha else None,
        }

    def _find_object(self, repository: RepositoryRecord, name: str) -> Json | None:
        self.check_permission("contents=read")
        sha = self._state.store.resolve(repository.name, name)
        return self.build_commit(repository, sha) if sha else None

    def build_commit(self, repository: RepositoryRecord, sha: str) -> Json:
        """Build a Commit."""
        commit = self._state.store.read_commit(repository.name, sha)
        return {
            "__typename": "Commit",
            "id": make_node_id("C", repository.name, sha),
            "oid": sha,
            "message": commit.message,
            "messageHeadline": commit.message.partition("\n")[0],
            "committedDate": commit.committer.date,
            "url": f"{self._state.web}/{repository.name}/commit/{sha}",
            "signature": build_signature(repository, commit),
            "checkSuites": lambda info, **arguments: self._list_suites(
                info, repository, sha, arguments
            ),
            "status": lambda _: self._build_status(repository, sha),
            "statusCheckRollup": lambda _: self._build_rollup(repository, sha),
        }

    # --- checks

    def _list_suites(
        self, info: Info, repository: RepositoryRecord, sha: str, arguments: Json
    ) -> Json:
        self.check_permission("checks=read")
        app = _read_filter(arguments).get("appId")
        suites = [suite for suite in repository.list_suites(sha) if app in (None, suite.app)]
        return build_connection(
            info, suites, lambda suite: self.build_suite(repository, suite), arguments
        )

    def build_suite(self, repository: RepositoryRecord, suite: SuiteRecord) -> Json:
        """Build a CheckSuite."""
        url = f"{self._state.web}/{repository.name}/commit/{suite.sha}/checks"
        return {
            "__typename": "CheckSuite",
            "id": make_node_id("CS", repository.name, suite.id),
            "databaseId": suite.id,
            "app": build_app(self._state.apps[suite.app], self._state.web),
            "commit": lambda _: self.build_commit(repository, suite.sha),
            "status": suite.status.upper(),
            "conclusion": suite.conclusion.upper() if suite.conclusion else None,
            "createdAt": suite.created_at,
            "updatedAt": suite.updated_at,
            "url": f"{url}?check_suite_id={suite.id}",
            "workflowRun": lambda _: self._build_workflow_run(repository, suite),
            "checkRuns": lambda info, **arguments: self._list_check_runs(
                info, repository, suite, arguments
            ),
        }

    def _build_workflow_run(self, repository: RepositoryRecord, suite: SuiteRecord) -> Json | None:
        if suite.run is None:
            return None
        self.check_permission("actions=read")
        run = repository.runs[suite.run]
        workflow = {
            "id": make_node_id("W", run.workflow),
            "databaseId": run.workflow,
            "name": run.workflow_name,
        }
        return {
            "__typename": "WorkflowRun",
            "id": make_node_id("WFR", repository.name, run.id),
            "databaseId": run.id,
            "url": run_url(self._state, repository, run.id),
            "runNumber": run.number,
            "event": run.event,
            "createdAt": run.created_at,
            "updatedAt": run.updated_at,
            "workflow": workflow,
        }

    def _list_check_runs(
        self, info: Info, repository: RepositoryRecord, suite: SuiteRecord, arguments: Json
    ) -> Json:
        """List them all, also those of earlier attempts, unless the filter asks for the latest."""
        wanted = _read_filter(arguments)
        jobs = [job for job in repository.jobs.values() if job.suite == suite.id]
        if wanted.get("checkType") == "LATEST":
            jobs = latest_jobs(repository, suite)
        jobs = [job for job in jobs if wanted.get("checkName") in (None, job.name)]
        return build_connection(
            info, jobs, lambda job: self.build_check_run(repository, job), arguments
        )

    def build_check_run(self, repository: RepositoryRecord, job: JobRecord) -> Json:
        """Build a CheckRun."""
        url = job_url(self._state, repository, job)
        return {
            "__typename": "CheckRun",
            "id": make_node_id("CR", repository.name, job.id),
            "databaseId": job.id,
            "name": job.name,
            "title": job.output.title or None,
            "status": job.status.upper(),
            "conclusion": job.conclusion.upper() if job.conclusion else None,
            "detailsUrl": url,
            "url": url,
            "startedAt": job.started_at,
            "completedAt": job.completed_at,
            "checkSuite": lambda _: self.build_suite(repository, repository.suites[job.suite]),
        }

    def _build_status(self, repository: RepositoryRecord, sha: str) -> Json | None:
        self.check_permission("statuses=read")
        statuses = latest_statuses(repository, sha)
        if not statuses:
            return None
        states = [status.state for status in statuses]
        return {
            "id": make_node_id("ST", repository.name, sha),
            "state": worst_state(states),
            "contexts": [build_context(repository, status) for status in statuses],
        }

    def _build_rollup(self, repository: RepositoryRecord, sha: str) -> Json | None:
        """Build check runs and statuses in one; null for a commit that nobody checks."""
        self.check_permission("checks=read")
        jobs: list[JobRecord] = []
        for suite in repository.list_suites(sha):
            jobs += latest_jobs(repository, suite)
        statuses = latest_statuses(repository, sha)
        if not jobs and not statuses:
            return None
        states = [job.conclusion or "pending" for job in jobs]
        states += [status.state for status in statuses]
        contexts = [self.build_check_run(repository, job) for job in jobs]
        contexts += [build_context(repository, status) for status in statuses]
        return {
            "id": make_node_id("SCR", repository.name, sha),
            "state": worst_state(states),
            "contexts": lambda info, **arguments: build_connection(
                info, contexts, lambda context: context, arguments
            ),
        }

    # --- pull requests

    def _find_pull(self, repository: RepositoryRecord, number: int) -> Json:
        self.check_permission("pull_requests=read")
        pull = repository.find_pull(number)
        if pull is None:
            message = f"Could not resolve to a PullRequest with the number of {number}."
            raise GraphQLRefusal("NOT_FOUND", message)
        return self.build_pull(repository, pull)

    def _list_pulls(self, info: Info, repository: RepositoryRecord, arguments: Json) -> Json:
        self.check_permission("pull_requests=read")
        pulls = [pull for pull in repository.list_pulls() if _is_pull_wanted(pull, arguments)]
        return build_connection(
            info, pulls, lambda pull: self.build_pull(repository, pull), arguments
        )

    def build_pull(self, repository: RepositoryRecord, pull: PullRecord) -> Json:
        """Build a PullRequest."""
        return {
            "__typename": "PullRequest",
            "id": make_node_id("PR", repository.name, pull.number),
            "databaseId": pull.id,
            "number": pull.number,
            "title": pull.title,
            "body": pull.body,
            "url": issue_url(self._state, repository, pull),
            "state": pull.state.upper(),
            "isDraft": pull.draft,
            "merged": pull.merged_at is not None,
            "headRefName": pull.head,
            "headRefOid": pull.head_sha,
            "baseRefName": pull.base,
            "baseRefOid": pull.base_sha,
            "author": self.build_account(pull.author),
            "reviewThreads": lambda info, **arguments: self.threads.list_threads(
                info, repository, pull, arguments
            ),
        }


def _is_pull_wanted(pull: PullRecord, arguments: Json) -> bool:
    states = arguments.get("states")
    if isinstance(states, list) and pull.state.upper() not in states:
        return False
    wanted = (arguments.get("headRefName"), arguments.get("baseRefName"))
    return wanted[0] in (None, pull.head) and wanted[1] in (None, pull.base)


def _read_filter(arguments: Json) -> Mapping[str, object]:
    wanted = arguments.get("filterBy")
    return wanted if isinstance(wanted, dict) else {}
