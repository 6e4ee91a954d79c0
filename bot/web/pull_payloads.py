"""Validate GitHub's webhook payloads of pull requests and their reviews."""

from __future__ import annotations

from pydantic import Field

from bot.web.payloads import (
    AccountFields,
    CommentFields,
    Commit,
    Flag,
    HeadRepositoryFields,
    Id,
    Payload,
    SentPayload,
    Text,
    Time,
    WrittenFields,
)


class HeadFields(Payload):
    """The head of a pull request."""

    ref: str
    repo: HeadRepositoryFields | None = None  # a fork that was deleted


class PullFields(Payload):
    """A pull request."""

    number: Id
    body: Text = ""
    merged: Flag = False
    head: HeadFields
    user: AccountFields | None = None


class PullRequestPayload(SentPayload):
    """`pull_request`."""

    pull_request: PullFields

    def find_own_branch(self) -> str:
        """Return the head's branch; "" where it is in a fork, or the fork was deleted."""
        head = self.pull_request.head
        return head.ref if head.repo is not None and head.repo.id == self.repository.id else ""

    @property
    def author(self) -> str:
        """Who opened the pull request; "" where the account is gone."""
        user = self.pull_request.user
        return user.login if user else ""


class SynchronizePayload(PullRequestPayload):
    """`pull_request`, synchronize."""

    before: Commit
    after: Commit


class ReadPullFields(PullFields):
    """A pull request with what it says."""

    title: Text = ""
    updated_at: Time


class PullChangePayload(PullRequestPayload):
    """`pull_request`, and all that is told of one."""

    pull_request: ReadPullFields


class ReviewFields(Payload):
    """A review."""

    id: Id


class ReviewPayload(PullChangePayload):
    """`pull_request_review`."""

    review: ReviewFields


class SubmittedReviewFields(WrittenFields):
    """A review that was just submitted. Its state is in lower case here, unlike in the API's
    answers.
    """

    state: str
    submitted_at: Time | None = None  # a pending one has none


class SubmittedReviewPayload(PullChangePayload):
    """`pull_request_review`, submitted."""

    review: SubmittedReviewFields


class ReviewCommentFields(CommentFields):
    """A comment of a thread. Only old ones have no review."""

    pull_request_review_id: Id | None = None
    in_reply_to_id: Id | None = None


class ReviewCommentPayload(PullChangePayload):
    """`pull_request_review_comment`."""

    comment: ReviewCommentFields


class ThreadFields(Payload):
    """A thread, known by its id in GraphQL."""

    node_id: str = Field(min_length=1)


class ThreadPayload(PullChangePayload):
    """`pull_request_review_thread`."""

    thread: ThreadFields
