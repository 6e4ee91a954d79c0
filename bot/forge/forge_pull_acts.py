"""What people do to pull requests, their reviews and their branches."""

from __future__ import annotations

from collections.abc import Sequence

from bot.forge.forge_merges import ForgeMerges, MergeMethod, MergeWish
from bot.forge.forge_pulls import ForgePulls, NewPull
from bot.forge.forge_records import PullRecord
from bot.forge.forge_reviews import ForgeReviews
from bot.forge.forge_state import ForgeState, RepositoryRecord, now
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA
from bot.forge.push_follower import PushFollower
from bot.forge.review_records import (
    NewReview,
    NewThread,
    ReviewAction,
    ReviewCommentRecord,
    ReviewRecord,
    ThreadPlace,
    ThreadRecord,
)


class PullActs:
    """The acts of people on pull requests, each by its login. Nobody's permission is asked."""

    state: ForgeState
    pulls: ForgePulls
    reviews: ForgeReviews
    merges: ForgeMerges
    pushes: PushFollower

    # --- pull requests

    def fork_repository(self, repo: str, by: str) -> str:
        """Fork a repository with all its branches and return the fork's name."""
        with self.state.lock:
            source = self.state.find_repository(repo)
            name = f"{by}/{source.short_name}"
            self.state.find_account(by)
            self.state.repositories[name.lower()] = RepositoryRecord(
                self.state.make_id(), name, now(), source.private, fork_of=source.name
            )
            self.state.store.create(name)
            self.state.store.fetch(name, source.name, "refs/heads/*:refs/heads/*")
            return name

    def delete_merged_branches(self, repo: str) -> None:
        """Set that the branch of a pull request is deleted when that is merged."""
        with self.state.lock:
            self.state.find_repository(repo).deletes_merged_branches = True

    def delete_repository(self, repo: str) -> None:
        """Delete a repository; pull requests from it stay where they are."""
        with self.state.lock:
            del self.state.repositories[repo.lower()]

    def open_pull(
        self, repo: str, by: str, head: str, title: str, *, body: str = "", base: str = "main"
    ) -> int:
        """Open a pull request and return its number; the head of a fork is "owner:branch"."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            owner, _, branch = head.rpartition(":")
            fork = repository.find_fork(owner)
            new_pull = NewPull(branch, base, title, body, fork=fork)
            return self.pulls.open(repository, by, new_pull).number

    def edit_pull(
        self, repo: str, number: int, by: str, title: str | None = None, body: str | None = None
    ) -> None:
        """Change a pull request's title or body."""
        with self.state.lock:
            self.pulls.edit(self.state.find_repository(repo), number, by, title, body)

    def retarget_pull(self, repo: str, number: int, by: str, base: str) -> None:
        """Change the branch that a pull request is to be merged into."""
        with self.state.lock:
            self.pulls.retarget(self.state.find_repository(repo), number, by, base)

    def set_draft(self, repo: str, number: int, by: str, *, draft: bool) -> None:
        """Make a pull request a draft, or mark it ready."""
        with self.state.lock:
            self.pulls.set_draft(self.state.find_repository(repo), number, by, draft=draft)

    def close_pull(self, repo: str, number: int, by: str) -> None:
        """Close a pull request."""
        with self.state.lock:
            self.pulls.close(self.state.find_repository(repo), number, by)

    def reopen_pull(self, repo: str, number: int, by: str) -> None:
        """Open a closed pull request again."""
        with self.state.lock:
            self.pulls.reopen(self.state.find_repository(repo), number, by)

    def merge_pull(self, repo: str, number: int, by: str, method: MergeMethod = "merge") -> str:
        """Merge a pull request and return the commit. Raises NotMergeableError."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            pull = repository.get_pull(number)
            return self.merges.merge(repository, pull, by, MergeWish(method))

    def delete_branch(self, repo: str, branch: str, by: str) -> None:
        """Delete a branch, which closes the pull requests from it and into it."""
        with self.state.lock:
            self.pushes.delete_branch(repo, branch, by)

    def rename_branch(self, repo: str, branch: str, new: str, by: str) -> None:
        """Rename a branch: pull requests into it follow, those from it are closed, as on GitHub."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            sha = self.state.store.find_head(repo, branch)
            self.state.store.update_ref(repo, f"refs/heads/{new}", sha)
            for pull in repository.list_pulls():
                if (pull.base, pull.state) == (branch, "open"):
                    self.pulls.retarget(repository, pull.number, by, new)
            self.pushes.follow(repo, by, (RefUpdate(f"refs/heads/{new}", ZERO_SHA, sha),))
            self.delete_branch(repo, branch, by)

    def request_review(self, repo: str, number: int, by: str, *reviewers: str) -> None:
        """Ask people for a review."""
        with self.state.lock:
            self.pulls.request_review(self.state.find_repository(repo), number, by, reviewers)

    # --- reviews and threads

    def submit_review(
        self,
        repo: str,
        number: int,
        by: str,
        action: ReviewAction = "COMMENT",
        body: str = "",
        threads: Sequence[NewThread] = (),
    ) -> int:
        """Submit a review with what it says of lines, and return its id; "" leaves it pending.

        Raises PlaceNotInDiffError.
        """
        with self.state.lock:
            repository = self.state.find_repository(repo)
            pull = repository.get_pull(number)
            new = NewReview(action, body, tuple(threads))
            return self.reviews.create(repository, pull, by, new).id

    def submit_pending_review(
        self, repo: str, review: int, action: ReviewAction = "COMMENT", body: str = ""
    ) -> None:
        """Submit a review that was left pending."""
        with self.state.lock:
            self.reviews.submit(self.state.find_repository(repo), review, action, body)

    def edit_review(self, repo: str, review: int, by: str, body: str) -> None:
        """Change the text of a review."""
        with self.state.lock:
            self.reviews.edit(self.state.find_repository(repo), review, by, body)

    def dismiss_review(self, repo: str, review: int, by: str) -> None:
        """Dismiss an approval, or a wish for changes."""
        with self.state.lock:
            self.reviews.dismiss(self.state.find_repository(repo), review, by)

    def comment_on_lines(
        self, repo: str, number: int, by: str, place: ThreadPlace, body: str
    ) -> int:
        """Begin a thread without a review, and return its first comment."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            pull = repository.get_pull(number)
            new = NewReview("COMMENT", threads=(NewThread(place, body),))
            return self.reviews.add_comment(repository, pull, by, new).id

    def reply(self, repo: str, comment: int, by: str, body: str) -> int:
        """Answer in the thread of a comment, and return the new one."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            thread = repository.review_comments[comment].thread
            return self.reviews.reply(repository, thread, by, body).id

    def edit_review_comment(self, repo: str, comment: int, by: str, body: str) -> None:
        """Change the text of a comment in a thread."""
        with self.state.lock:
            self.reviews.edit_comment(self.state.find_repository(repo), comment, by, body)

    def delete_review_comment(self, repo: str, comment: int, by: str) -> None:
        """Delete a comment in a thread, and the thread with its last one."""
        with self.state.lock:
            self.reviews.delete_comment(self.state.find_repository(repo), comment, by)

    def resolve_thread(self, repo: str, thread: int, by: str, *, resolved: bool = True) -> None:
        """Resolve a thread, or open it again."""
        with self.state.lock:
            repository = self.state.find_repository(repo)
            self.reviews.set_resolved(repository, thread, by, resolved=resolved)

    # --- what happened

    def find_pull(self, repo: str, number: int) -> PullRecord:
        """Return a pull request. Raises KeyError."""
        with self.state.lock:
            return self.state.find_repository(repo).get_pull(number)

    def list_reviews(self, repo: str, number: int) -> list[ReviewRecord]:
        """Return the submitted reviews of a pull request, oldest first."""
        with self.state.lock:
            return self.state.find_repository(repo).list_reviews(number)

    def list_threads(self, repo: str, number: int) -> list[ThreadRecord]:
        """Return the threads of a pull request that all see, oldest first."""
        with self.state.lock:
            return self.state.find_repository(repo).list_threads(number)

    def list_review_comments(self, repo: str, number: int) -> list[ReviewCommentRecord]:
        """Return the comments in threads that all see, oldest first."""
        with self.state.lock:
            return self.state.find_repository(repo).list_review_comments(number)
