"""Read pull requests that anybody opened, and take part in their reviews."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from github.Commit import Commit
from github.PullRequest import PullRequest
from github.PullRequestComment import PullRequestComment
from github.PullRequestReview import PullRequestReview

from bot.adapters.github.api_client import ApiClient
from bot.adapters.github.api_errors import Forbidden, NotFound, Unprocessable
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.graphql_pages import fetch_pages
from bot.adapters.github.issue_comments import cut_to_limit, find_markers, hide_marker
from bot.adapters.github.issues import login_of
from bot.adapters.github.key_locks import KeyLocks
from bot.adapters.github.review_shapes import (
    COMMENTS,
    THREADS,
    ThreadCommentPage,
    ThreadCommentShape,
    ThreadPage,
    ThreadShape,
)
from bot.adapters.github.review_values import (
    STATES,
    make_pull,
    make_review,
    make_thread,
    write_suggestion,
)
from bot.ports import Unreachable
from bot.values import (
    Branch,
    PullDetails,
    Reaction,
    Repo,
    Review,
    ReviewThread,
    SuggestedChange,
)

PULLS = 1_000  # whose threads are remembered
Replies = set[tuple[str, str]]  # thread and marker


class GitHubReviews:
    """The port `bot.ports.Reviews`. It remembers which replies of ours a pull request has, so that
    its threads are listed once, however many are answered.
    """

    def __init__(self, api: GitHubApi, fetch_login: Callable[[], str]) -> None:
        self._api = api
        self._fetch_login = fetch_login
        self._lock = Lock()
        self._reply_locks = KeyLocks()
        self._replies: dict[tuple[str, int], Replies] = {}

    def fetch_pull(self, repo: Repo, number: int) -> PullDetails | None:
        """Return the pull request as it is now; None when there is none with this number."""
        with self._api.repository(repo) as repository:
            try:
                pull = repository.get_pull(number).complete()
            except NotFound:
                return None
            return make_pull(pull, self._fetch_login())

    def list_own_pulls(self, repo: Repo, base: Branch) -> tuple[int, ...]:
        """Return the numbers of our open pull requests into a branch."""
        login = self._fetch_login()
        with self._api.repository(repo) as repository:
            pulls = repository.get_pulls(state="open", base=base)
            return tuple(pull.number for pull in pulls if login_of(pull.user) == login)

    def list_threads(self, repo: Repo, number: int) -> tuple[ReviewThread, ...]:
        """Return all threads that have a submitted comment, oldest first."""
        with self._api.client(repo) as client:
            threads = [
                make_thread(shape, _fetch_comments(client, shape))
                for shape in _fetch_threads(client, repo, number)
            ]
        begun = [thread for thread in threads if thread.comments]
        return tuple(sorted(begun, key=lambda thread: thread.comments[0].at))

    def find_thread(self, repo: Repo, number: int, comment: int) -> ReviewThread | None:
        """Return the thread that holds a comment; None when it was deleted."""
        for thread in self.list_threads(repo, number):
            if comment in (written.id for written in thread.comments):
                return thread
        return None

    def list_reviews(self, repo: Repo, number: int) -> tuple[Review, ...]:
        """Return all submitted reviews, oldest first."""
        with self._api.repository(repo) as repository:
            reviews = repository.get_pull(number).get_reviews()
            return tuple(make_review(review) for review in reviews if review.state in STATES)

    def reply(self, repo: Repo, number: int, thread: str, marker: str, body: str) -> bool:
        """Answer in a thread, once for each hidden marker. False when the thread is gone."""
        place, reply = (repo.name, number), (thread, marker)
        text = cut_to_limit(f"{hide_marker(marker)}\n{body}")
        answer = {"pullRequestReviewThreadId": thread, "body": text}
        with self._reply_locks.find(place):
            try:
                if reply in self._find_known(repo, number):
                    return True
                self._api.write_once(
                    lambda: self._mutate(repo, "addPullRequestReviewThreadReply", answer),
                    lambda: reply in self._list_replies(repo, number) or None,
                )
            except NotFound:
                return False
            except Unreachable:  # nobody knows what became of it: the threads are listed anew
                self._remember(place, None)
                raise
            self._find_known(repo, number).add(reply)
        return True

    def resolve_thread(self, repo: Repo, thread: str) -> bool:
        """Resolve a thread. False when it is gone, or GitHub does not let the bot."""
        try:
            self._api.write_once(
                lambda: self._mutate(repo, "resolveReviewThread", {"threadId": thread})
            )
        except (NotFound, Forbidden):
            return False
        return True

    def request_review(self, repo: Repo, number: int, login: str) -> bool:
        """Ask for a review again. False for authors, and people without access."""
        with self._api.repository(repo) as repository:
            pull = repository.get_pull(number)
            try:
                self._api.write_once(lambda: pull.create_review_request(reviewers=[login]))
            except (Forbidden, NotFound, Unprocessable):
                return False
        return True

    def add_thread_reaction(self, repo: Repo, comment: int, reaction: Reaction = "eyes") -> None:
        """React to a comment of a thread; a second time changes nothing."""
        with self._api.repository(repo) as repository:
            url = f"{repository.url}/pulls/comments/{comment}"
            target = PullRequestComment(repository.requester, url=url)
            self._api.write_once(lambda: target.create_reaction(reaction))

    def submit_review(
        self,
        repo: Repo,
        pull: PullDetails,
        marker: str,
        body: str,
        changes: Sequence[SuggestedChange],
    ) -> bool:
        """Submit a review with suggestions, once for each hidden marker. False when GitHub refuses
        its lines.

        It names the commit that its lines are of: the branch may have moved meanwhile.
        """
        text = cut_to_limit(f"{hide_marker(marker)}\n{body}")
        comments = list(map(write_suggestion, changes))
        with self._api.repository(repo) as repository:
            commit = Commit(repository.requester, attributes={"sha": pull.head_sha})
            target = repository.get_pull(pull.number)
            if self._find_own_review(target, marker):
                return True
            try:
                self._api.write_once(
                    lambda: target.create_review(commit, text, "COMMENT", comments),
                    lambda: self._find_own_review(target, marker),
                )
            except Unprocessable:
                return False
        return True

    def is_base_of_pull(self, repo: Repo, branch: Branch) -> bool:
        """Tell whether an open pull request is to be merged into this branch."""
        with self._api.repository(repo) as repository:
            return bool(repository.get_pulls(state="open", base=branch).get_page(0))

    def _mutate(self, repo: Repo, name: str, given: dict[str, str]) -> bool:
        with self._api.client(repo) as client:
            client.graphql_named_mutation(name, given, "clientMutationId")
        return True

    def _find_own_review(self, pull: PullRequest, marker: str) -> PullRequestReview | None:
        login = self._fetch_login()
        for review in pull.get_reviews():
            if login_of(review.user) == login and hide_marker(marker) in (review.body or ""):
                return review
        return None

    def _find_known(self, repo: Repo, number: int) -> Replies:
        place = (repo.name, number)
        with self._lock:
            known = self._replies.get(place)
        known = self._list_replies(repo, number) if known is None else known
        self._remember(place, known)
        return known

    def _remember(self, place: tuple[str, int], replies: Replies | None) -> None:
        with self._lock:
            self._replies.pop(place, None)
            if replies is not None:
                self._replies[place] = replies
            if len(self._replies) > PULLS:
                del self._replies[next(iter(self._replies))]

    def _list_replies(self, repo: Repo, number: int) -> Replies:
        login = self._fetch_login()
        return {
            (thread.id, marker)
            for thread in self.list_threads(repo, number)
            for comment in thread.comments
            if comment.author == login
            for marker in find_markers(comment.body)
        }


def _fetch_threads(client: ApiClient, repo: Repo, number: int) -> Iterator[ThreadShape]:
    owner, _, name = repo.name.partition("/")
    variables = {"owner": owner, "name": name, "number": number}
    for page in fetch_pages(client, THREADS, variables, _read_thread_page):
        yield from page.nodes


def _read_thread_page(data: Mapping[str, Any]) -> ThreadPage:
    return ThreadPage.model_validate(data["repository"]["pullRequest"]["reviewThreads"])


def _fetch_comments(client: ApiClient, shape: ThreadShape) -> Iterator[ThreadCommentShape]:
    variables = {"thread": shape.id}
    for page in fetch_pages(client, COMMENTS, variables, _read_comment_page, shape.comments):
        yield from page.nodes


def _read_comment_page(data: Mapping[str, Any]) -> ThreadCommentPage:
    return ThreadCommentPage.model_validate(data["node"]["comments"])
