"""Review pull requests, for people and Apps alike: reviews, threads on lines, and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.forge.diff_places import FoundPlace, find_place
from bot.forge.event_publisher import EventPublisher
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, now
from bot.forge.pull_views import render_pull
from bot.forge.review_records import (
    NewReview,
    NewThread,
    ReviewAction,
    ReviewCommentRecord,
    ReviewRecord,
    ReviewRecordState,
    ThreadRecord,
)
from bot.forge.review_views import render_review_comment, render_review_event, render_thread
from bot.forge.thread_follower import ThreadFollower

STATES: Mapping[ReviewAction, ReviewRecordState] = {
    "": "PENDING",
    "COMMENT": "COMMENTED",
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
}


class ForgeReviews:
    """Changes reviews and threads, and publishes each change once its review is submitted."""

    def __init__(self, state: ForgeState, publisher: EventPublisher) -> None:
        self.threads = ThreadFollower(state)
        self._state = state
        self._publisher = publisher

    # --- reviews

    def create(
        self, repository: RepositoryRecord, pull: PullRecord, author: str, new: NewReview
    ) -> ReviewRecord:
        """Write a review; without an action it stays pending. Raises PlaceNotInDiffError, and
        leaves nothing then.
        """
        time, commit = now(), new.commit or pull.head_sha
        diffs = self.threads.read_diffs(repository, pull, commit)
        found_places = [find_place(diffs.get(each.place.path), each.place) for each in new.threads]
        review = ReviewRecord(
            self._state.make_id(), pull.number, author, new.body, commit, "PENDING", time, time
        )
        repository.reviews[review.id] = review
        for thread, place in zip(new.threads, found_places, strict=True):
            self._begin_thread(repository, review, thread, place)
        if commit != pull.head_sha:
            self.threads.follow_head(repository, pull)
        if not new.action:
            return review
        return self.submit(repository, review.id, new.action, new.body)

    def submit(
        self, repository: RepositoryRecord, review_id: int, action: ReviewAction, body: str = ""
    ) -> ReviewRecord:
        """Submit a pending review: from then on all see it, and its author is not asked for one."""
        time, old = now(), repository.reviews[review_id]
        review = replace(
            old, state=STATES[action], body=body or old.body, submitted_at=time, updated_at=time
        )
        self._forget_request(repository, review)
        self._save(repository, review, "submitted", review.author)
        for comment in repository.list_comments_of(review):
            self._publish_comment(repository, comment, "created", review.author)
        return review

    def _forget_request(self, repository: RepositoryRecord, review: ReviewRecord) -> None:
        pull = repository.get_pull(review.number)
        reviewers = tuple(login for login in pull.reviewers if login != review.author)
        repository.issues[pull.number] = replace(pull, reviewers=reviewers, updated_at=now())

    def edit(
        self, repository: RepositoryRecord, review_id: int, actor: str, body: str
    ) -> ReviewRecord:
        """Change the text of a review."""
        old = repository.reviews[review_id]
        review = replace(old, body=body, updated_at=now())
        changes: Json = {"body": {"from": old.body}}
        self._save(repository, review, "edited", actor, changes=changes)
        return review

    def dismiss(self, repository: RepositoryRecord, review_id: int, actor: str) -> ReviewRecord:
        """Dismiss an approval, or a wish for changes."""
        review = replace(repository.reviews[review_id], state="DISMISSED", updated_at=now())
        self._save(repository, review, "dismissed", actor)
        return review

    def delete_pending(self, repository: RepositoryRecord, review_id: int) -> None:
        """Delete a review that was never submitted, with its comments."""
        for comment in repository.list_comments_of(repository.reviews[review_id]):
            self._drop_comment(repository, comment)
        del repository.reviews[review_id]

    def _save(
        self,
        repository: RepositoryRecord,
        review: ReviewRecord,
        action: str,
        actor: str,
        **parts: Json,
    ) -> None:
        repository.reviews[review.id] = review
        if review.submitted_at:
            view = render_review_event(self._state, repository, review)
            self._publish(
                repository,
                review.number,
                "pull_request_review",
                action,
                actor,
                review=view,
                **parts,
            )

    # --- comments

    def add_comment(
        self, repository: RepositoryRecord, pull: PullRecord, author: str, new: NewReview
    ) -> ReviewCommentRecord:
        """Begin one thread at once: GitHub makes a submitted review of it alone."""
        review = self.create(repository, pull, author, replace(new, action="COMMENT"))
        return repository.list_comments_of(review)[0]

    def reply(
        self, repository: RepositoryRecord, thread_id: int, author: str, body: str
    ) -> ReviewCommentRecord:
        """Answer in a thread. It comes with a review of its own, as on GitHub; in somebody's
        pending review, if they have one.
        """
        thread = repository.threads[thread_id]
        pull = repository.get_pull(thread.number)
        pending = find_pending(repository, pull.number, author)
        review = pending or self.create(repository, pull, author, NewReview())
        first = min(
            comment.id
            for comment in repository.review_comments.values()
            if comment.thread == thread_id
        )
        comment = self._add_comment(repository, review, thread_id, body, first)
        if not pending:
            self.submit(repository, review.id, "COMMENT")
        return comment

    def edit_comment(
        self, repository: RepositoryRecord, comment_id: int, actor: str, body: str
    ) -> ReviewCommentRecord:
        """Change the text of a comment."""
        old = repository.review_comments[comment_id]
        comment = replace(old, body=body, updated_at=now())
        repository.review_comments[comment_id] = comment
        changes: Json = {"body": {"from": old.body}}
        self._publish_comment(repository, comment, "edited", actor, changes=changes)
        return comment

    def delete_comment(self, repository: RepositoryRecord, comment_id: int, actor: str) -> None:
        """Delete a comment with its reactions; a thread ends with its last one."""
        comment = repository.review_comments[comment_id]
        self._publish_comment(repository, comment, "deleted", actor)
        self._drop_comment(repository, comment)

    def _add_comment(
        self,
        repository: RepositoryRecord,
        review: ReviewRecord,
        thread_id: int,
        body: str,
        reply_to: int | None = None,
    ) -> ReviewCommentRecord:
        time = now()
        comment = ReviewCommentRecord(
            id=self._state.make_id(),
            thread=thread_id,
            number=review.number,
            review=review.id,
            author=review.author,
            body=body,
            created_at=time,
            updated_at=time,
            reply_to=reply_to,
        )
        repository.review_comments[comment.id] = comment
        return comment

    def _drop_comment(self, repository: RepositoryRecord, comment: ReviewCommentRecord) -> None:
        repository.reactions = [
            reaction for reaction in repository.reactions if reaction.comment != comment.id
        ]
        del repository.review_comments[comment.id]
        threads = {each.thread for each in repository.review_comments.values()}
        if comment.thread not in threads:
            del repository.threads[comment.thread]

    def _publish_comment(
        self,
        repository: RepositoryRecord,
        comment: ReviewCommentRecord,
        action: str,
        actor: str,
        **parts: Json,
    ) -> None:
        if repository.reviews[comment.review].submitted_at:
            view = render_review_comment(self._state, repository, comment)
            event = "pull_request_review_comment"
            self._publish(repository, comment.number, event, action, actor, comment=view, **parts)

    # --- threads

    def set_resolved(
        self, repository: RepositoryRecord, thread_id: int, actor: str, *, resolved: bool
    ) -> ThreadRecord:
        """Resolve a thread, or open it again; nothing happens when it is so already."""
        old = repository.threads[thread_id]
        if bool(old.resolved_by) == resolved:
            return old
        thread = replace(old, resolved_by=actor if resolved else "")
        repository.threads[thread_id] = thread
        action = "resolved" if resolved else "unresolved"
        view = render_thread(self._state, repository, thread)
        event = "pull_request_review_thread"
        self._publish(repository, thread.number, event, action, actor, thread=view)
        return thread

    def _begin_thread(
        self,
        repository: RepositoryRecord,
        review: ReviewRecord,
        new: NewThread,
        found_place: FoundPlace,
    ) -> None:
        thread = ThreadRecord(
            id=self._state.make_id(),
            number=review.number,
            place=new.place,
            original=new.place,
            original_commit=review.commit,
            commit=review.commit,
            diff_hunk=found_place.diff_hunk,
            original_position=found_place.position,
            position=found_place.position,
        )
        repository.threads[thread.id] = thread
        self._add_comment(repository, review, thread.id, new.body)

    def _publish(
        self,
        repository: RepositoryRecord,
        number: int,
        event: str,
        action: str,
        actor: str,
        **parts: object,
    ) -> None:
        pull = render_pull(self._state, repository, repository.get_pull(number))
        self._publisher.publish(repository, event, action, actor, pull_request=pull, **parts)


def find_pending(repository: RepositoryRecord, number: int, author: str) -> ReviewRecord | None:
    """Find somebody's pending review of a pull request; nobody has two."""
    for review in repository.list_reviews(number, author):
        if not review.submitted_at and review.author == author:
            return review
    return None
