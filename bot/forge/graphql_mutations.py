"""Change things through GraphQL: GitHub's own mutations, a part of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.forge.commit_writer import CommitWriter
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_state import Json, RepositoryRecord
from bot.forge.graphql_commits import create_commit_on_branch
from bot.forge.graphql_connection import Info
from bot.forge.graphql_node_keys import find_repository, parse_node_id, refuse_node
from bot.forge.graphql_nodes import NodeBuilder
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.rest_api import RestRequest

Input = Mapping[str, Any]
# Marking a draft as ready writes to the branch's protection state too (cli/cli discussion 6924).
NEEDS_OF_DRAFT = ("pull_requests=write", "contents=write")


class Mutations:
    """The mutations, for one request."""

    def __init__(self, request: RestRequest, pulls: ForgePulls, commits: CommitWriter) -> None:
        self._request = request
        self._pulls = pulls
        self._commits = commits
        self._nodes = NodeBuilder(request)

    def resolvers(self) -> Json:
        """Return the resolvers of the schema's mutations."""
        mutations: dict[str, Callable[[Info, Input], Json]] = {
            "markPullRequestReadyForReview": partial(self._set_draft, draft=False),
            "convertPullRequestToDraft": partial(self._set_draft, draft=True),
            "createCommitOnBranch": self._create_commit,
        }
        return {name: partial(_mutate, mutation) for name, mutation in mutations.items()}

    def _set_draft(self, info: Info, given: Input, *, draft: bool) -> Json:
        key = parse_node_id(self._request, str(given["pullRequestId"]))
        pull = key.repository.find_pull(key.number)
        if key.kind != "PR" or pull is None:
            raise refuse_node(key.id)
        self._check_write(key.repository, *NEEDS_OF_DRAFT)
        if pull.state != "open":
            message = f"{info.field_name} cannot be done to a pull request that is not open"
            raise GraphQLRefusal("UNPROCESSABLE", message)
        login = self._request.login
        pull = self._pulls.set_draft(key.repository, pull.number, login, draft=draft)
        return {"pullRequest": self._nodes.build_pull(key.repository, pull)}

    def _create_commit(self, _: Info, given: Input) -> Json:
        repository = self._find_committable(given["branch"])
        self._check_write(repository, "contents=write")
        sha = create_commit_on_branch(self._request, repository, self._commits, given)
        branch = given["branch"]["branchName"]
        return {
            "commit": self._nodes.build_commit(repository, sha),
            "ref": self._nodes.build_ref(repository, branch),
        }

    def _find_committable(self, branch: Input) -> RepositoryRecord:
        """Find the repository of a branch, which here must be named."""
        if branch.get("id") or not branch.get("branchName"):
            message = "A branch must be given by repositoryNameWithOwner and branchName here."
            raise GraphQLRefusal("UNPROCESSABLE", message)
        return find_repository(self._request, str(branch.get("repositoryNameWithOwner")))

    def _check_write(self, repository: RepositoryRecord, *needs: str) -> None:
        for need in needs:
            self._nodes.check_permission(need)
        if repository.archived:
            raise GraphQLRefusal("FORBIDDEN", "Repository was archived so is read-only.")


def _mutate(mutation: Callable[[Info, Input], Json], info: Info, input: Input) -> Json:  # noqa: A002 - the schema's name
    return {"clientMutationId": input.get("clientMutationId"), **mutation(info, input)}
