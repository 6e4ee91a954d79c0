"""Build the GraphQL nodes of review threads, their comments and the reviews they came with."""

from __future__ import annotations

from collections.abc import Callable

from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, allows, make_node_id
from bot.forge.graphql_connection import Info, build_connection
from bot.forge.rest_api import RestRequest
from bot.forge.review_records import ReviewCommentRecord, ReviewRecord, ThreadRecord
from bot.forge.review_views import review_comment_url, review_url

# A thread is resolved by who may write to the branch: pull_requests=write alone is not enough
# (github/gh-aw issue 35726).
NEEDS_TO_RESOLVE = ("pull_requests=write", "contents=write")


class ThreadBuilder:
    """Builds nodes of reviews for one request, with what its bot sees and may do."""

    def __init__(self, request: RestRequest, build_account: Callable[[str], Json]) -> None:
        self._state: ForgeState = request.state
        self._login = request.login
        self._build_account = build_account
        permissions = request.token.permissions
        self._may_resolve = all(allows(permissions, need) for need in NEEDS_TO_RESOLVE)

    def list_threads(
        self, info: Info, repository: RepositoryRecord, pull: PullRecord, arguments: Json
    ) -> Json:
        """Build a page of a pull request's threads, oldest first."""
        threads = repository.list_threads(pull.number, self._login)
        return build_connection(
            info, threads, lambda thread: self.build_thread(repository, thread), arguments
        )

    def build_thread(self, repository: RepositoryRecord, thread: ThreadRecord) -> Json:
        """Build a PullRequestReviewThread."""
        place, original = thread.place, thread.original
        is_resolved = bool(thread.resolved_by)
        may_resolve = self._may_resolve and not repository.archived
        return {
            "__typename": "PullRequestReviewThread",
            "id": make_node_id("PRRT", repository.name, thread.id),
            "path": place.path,
            "line": None if thread.is_outdated else place.line,
            "startLine": None if thread.is_outdated else place.start_line,
            "originalLine": original.line,
            "originalStartLine": original.start_line,
            "diffSide": original.side,
            "startDiffSide": original.start_side,
            "subjectType": "FILE" if original.is_on_file else "LINE",
            "isResolved": is_resolved,
            "isCollapsed": is_resolved,
            "isOutdated": thread.is_outdated,
            "viewerCanReply": not repository.archived,
            "viewerCanResolve": may_resolve and not is_resolved,
            "viewerCanUnresolve": may_resolve and is_resolved,
            "resolvedBy": lambda _: self._build_resolver(thread),
            "comments": lambda info, **arguments: self._list_comments(
                info, repository, thread, arguments
            ),
        }

    def _build_resolver(self, thread: ThreadRecord) -> Json | None:
        """Build who resolved a thread: the schema has a User here, for Apps too."""
        if not thread.resolved_by:
            return None
        return {**self._build_account(thread.resolved_by), "__typename": "User"}

    def _list_comments(
        self, info: Info, repository: RepositoryRecord, thread: ThreadRecord, arguments: Json
    ) -> Json:
        comments = repository.list_thread_comments(thread, self._login)
        return build_connection(
            info, comments, lambda comment: self.build_comment(repository, comment), arguments
        )

    def build_comment(self, repository: RepositoryRecord, comment: ReviewCommentRecord) -> Json:
        """Build a PullRequestReviewComment."""
        thread, review = repository.threads[comment.thread], repository.reviews[comment.review]
        is_edited = comment.updated_at != comment.created_at
        commit = {"id": make_node_id("C", repository.name, thread.original_commit)}
        return {
            "__typename": "PullRequestReviewComment",
            "id": make_node_id("PRRC", repository.name, comment.id),
            "fullDatabaseId": str(comment.id),
            "author": self._build_account(comment.author),
            "body": comment.body,
            "createdAt": comment.created_at,
            "updatedAt": comment.updated_at,
            "publishedAt": review.submitted_at,
            "lastEditedAt": comment.updated_at if is_edited else None,
            "url": review_comment_url(self._state, repository, comment),
            "path": thread.place.path,
            "diffHunk": thread.diff_hunk,
            "outdated": thread.is_outdated,
            "state": "SUBMITTED" if review.submitted_at else "PENDING",
            "originalCommit": {**commit, "oid": thread.original_commit},
            "pullRequestReview": self._build_review(repository, review),
        }

    def _build_review(self, repository: RepositoryRecord, review: ReviewRecord) -> Json:
        return {
            "__typename": "PullRequestReview",
            "id": make_node_id("PRR", repository.name, review.id),
            "fullDatabaseId": str(review.id),
            "author": self._build_account(review.author),
            "body": review.body,
            "state": review.state,
            "submittedAt": review.submitted_at,
            "url": review_url(self._state, repository, review),
        }
