"""Change things through GraphQL: GitHub's own mutations, a part of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.forge.commit_writer import CommitWriter
from bot.forge.forge_pulls import ForgePulls
from bot.forge.forge_reviews import ForgeReviews
from bot.forge.forge_state import Json, RepositoryRecord
from bot.forge.graphql_commits import create_commit_on_branch
from bot.forge.graphql_connection import Info
from bot.forge.graphql_node_keys import find_repository, parse_node_id, refuse_node
from bot.forge.graphql_nodes import NodeBuilder
from bot.forge.graphql_refusal import GraphQLRefusal
from bot.forge.graphql_threads import NEEDS_TO_RESOLVE
from bot.forge.rest_api import RestRequest
from bot.forge.review_records import ThreadRecord

Input = Mapping[str, Any]
# Marking a draft as ready writes to the branch's protection state too (cli/cli discussion 6924).
NEEDS_OF_DRAFT = ("pull_requests=write", "contents=write")


class Mutations:
    """The mutations, for one request."""

    def __init__(
        self,
        request: RestRequest,
        pulls: ForgePulls,
        reviews: ForgeReviews,
        commits: CommitWriter,
    ) -> None:
        self._request = request
        self._pulls = pulls
        self._reviews = reviews
        self._commits = commits
        self._nodes = NodeBuilder(request)

    def resolvers(self) -> Json:
        """Return the resolvers of the schema's mutations."""
        mutations: dict[str, Callable[[Info, Input], Json]] = {
            "markPullRequestReadyForReview": partial(self._set_draft, draft=False),
            "convertPullRequestToDraft": partial(self._set_draft, draft=True),
            "resolveReviewThread": partial(self._set_resolved, resolved=True),
            "unresolveReviewThread": partial(self._set_resolved, resolved=False),
            "addPullRequestReviewThreadReply": self._reply,
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

    def _set_resolved(self, _: Info, given: Input, *, resolved: bool) -> Json:
        repository, thread = self._find_thread(given["threadId"])
        self._check_write(repository, *NEEDS_TO_RESOLVE)
        login = self._request.login
        thread = self._reviews.set_resolved(repository, thread.id, login, resolved=resolved)
        return {"thread": self._nodes.threads.build_thread(repository, thread)}

    def _reply(self, _: Info, given: Input) -> Json:
        """Answer in a thread; the answer becomes part of the bot's pending review, if it has one,
        as on GitHub.
        """
        repository, thread = self._find_thread(given["pullRequestReviewThreadId"])
        self._check_write(repository, "pull_requests=write")
        if repository.issues[thread.number].locked:
            raise GraphQLRefusal("FORBIDDEN", "Unable to create comment because issue is locked.")
        if not given["body"].strip():
            raise GraphQLRefusal("UNPROCESSABLE", "Body can't be blank")
        comment = self._reviews.reply(repository, thread.id, self._request.login, given["body"])
        return {"comment": self._nodes.threads.build_comment(repository, comment)}

    def _find_thread(self, node_id: str) -> tuple[RepositoryRecord, ThreadRecord]:
        """Find a thread of which the bot sees a comment."""
        key = parse_node_id(self._request, node_id)
        thread = key.repository.threads.get(key.number)
        if key.kind != "PRRT" or thread is None:
            raise refuse_node(node_id)
        if thread not in key.repository.list_threads(thread.number, self._request.login):
            raise refuse_node(node_id)
        return key.repository, thread

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
