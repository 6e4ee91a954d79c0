"""GitHub: repositories, issues, comments, pull requests, CI and access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bot.ports.port_errors import Refusal
from bot.values import (
    Annotation,
    Artifact,
    Branch,
    Check,
    CheckOutput,
    Checks,
    Comment,
    CommitContent,
    Issue,
    OwnIssue,
    Permission,
    PostedComment,
    PullDetails,
    PullRequest,
    PullRequestContent,
    Reaction,
    Remote,
    Repo,
    RepoInfo,
    Review,
    ReviewThread,
    Sha,
    SuggestedChange,
)


class Repositories(Protocol):
    """Read a repository. Raises Refusal, Unreachable and RateLimited, as all ports of GitHub do: a
    Refusal names the permission that is missing.
    """

    def fetch_info(self, repo: Repo) -> RepoInfo:
        """Return the default branch, and whether the repository is archived, private, disabled."""

    def fetch_permission(self, repo: Repo, login: str) -> Permission:
        """Return what this person may do now; "none" for an unknown login."""

    def fetch_file(self, repo: Repo, path: str) -> str | None:
        """Return a text file of the default branch; None when there is no such file."""


class Issues(Protocol):
    """Read issues and what was said there."""

    def fetch_issue(self, repo: Repo, number: int) -> Issue | None:
        """Return the issue without its comments; None when it is gone."""

    def list_comments(self, repo: Repo, number: int) -> tuple[Comment, ...]:
        """Return all comments, oldest first."""


class Comments(Protocol):
    """Write to an issue or a pull request. Every write may be repeated: it doubles nothing."""

    def put_comment(self, repo: Repo, number: int, marker: str, body: str) -> PostedComment:
        """Edit our comment that holds the hidden marker, or write it."""

    def put_refusal(self, repo: Repo, number: int, login: str, body: str) -> bool:
        """Tell this person no, once in an issue. False, and nothing is written, when it stands
        there already, or when the issue or the repository's last hour has enough of them.
        """

    def add_reaction(
        self, repo: Repo, number: int, comment: int | None, reaction: Reaction = "eyes"
    ) -> None:
        """React to the comment, or to the issue when there is no comment."""


class SubIssues(Protocol):
    """Open issues of our own, and say what they have to do with others. Every write may be
    repeated: it doubles nothing.
    """

    def open_issue(self, repo: Repo, marker: str, title: str, body: str) -> OwnIssue:
        """Find our issue that holds the hidden marker, whatever became of it, or open it."""

    def add_sub_issue(self, repo: Repo, parent: int, child: int) -> bool:
        """Make an issue a sub-issue of another. False where GitHub has none, or refuses it."""

    def add_blocker(self, repo: Repo, number: int, blocker: int) -> bool:
        """Say that an issue waits for another. False where GitHub cannot, or refuses it."""


class Pulls(Protocol):
    """Find and open pull requests. Opening may be repeated: one branch has one pull request."""

    def find_pull(self, repo: Repo, branch: Branch) -> PullRequest | None:
        """Return the pull request from this branch of this repository: the open one, else the
        newest closed one.
        """

    def open_pull(
        self, repo: Repo, head: Branch, base: Branch, content: PullRequestContent
    ) -> PullRequest:
        """Bring the branch's open pull request to this content; open it if there is none."""

    def change_base(self, repo: Repo, number: int, base: Branch) -> bool:
        """Have an open pull request merged into another branch. False where GitHub refuses it."""


class Reviews(Protocol):
    """Read pull requests that anybody opened, and take part in their reviews. Every write may be
    repeated: it doubles nothing.
    """

    def fetch_pull(self, repo: Repo, number: int) -> PullDetails | None:
        """Return the pull request as it is now; None when there is none with this number."""

    def list_own_pulls(self, repo: Repo, base: Branch) -> tuple[int, ...]:
        """Return the numbers of the open pull requests into a branch that the bot itself opened."""

    def list_threads(self, repo: Repo, number: int) -> tuple[ReviewThread, ...]:
        """Return all threads with all comments, oldest first; those of pending reviews are not
        seen. Takes one request for many threads.
        """

    def list_reviews(self, repo: Repo, number: int) -> tuple[Review, ...]:
        """Return all submitted reviews, oldest first."""

    def find_thread(self, repo: Repo, number: int, comment: int) -> ReviewThread | None:
        """Return the thread that holds a comment; None when it was deleted."""

    def reply(self, repo: Repo, number: int, thread: str, marker: str, body: str) -> bool:
        """Answer in a thread, once for each hidden marker. False when the thread is gone."""

    def resolve_thread(self, repo: Repo, thread: str) -> bool:
        """Resolve a thread. False when it is gone, or GitHub does not let the bot."""

    def request_review(self, repo: Repo, number: int, login: str) -> bool:
        """Ask for a review again. False where GitHub does not allow it."""

    def add_thread_reaction(self, repo: Repo, comment: int, reaction: Reaction = "eyes") -> None:
        """React to a comment of a thread."""

    def submit_review(
        self,
        repo: Repo,
        pull: PullDetails,
        marker: str,
        body: str,
        changes: Sequence[SuggestedChange],
    ) -> bool:
        """Submit a review of the head with suggestions, once for each hidden marker; it neither
        approves nor asks for changes. False when GitHub refuses its lines.
        """

    def is_base_of_pull(self, repo: Repo, branch: Branch) -> bool:
        """Tell whether an open pull request is to be merged into this branch."""


class Commits(Protocol):
    """Let GitHub make commits, which it signs and shows as verified."""

    def create_commit(
        self, repo: Repo, branch: Branch, expect: Sha | None, content: CommitContent
    ) -> Sha | None:
        """Commit on a branch that points to `expect` (None: it does not exist), and return the
        commit. None when the branch is elsewhere. Raises Refusal where GitHub does not take it.
        """


class ContinuousIntegration(Protocol):
    """Read what CI says, and run failed jobs again."""

    def fetch_checks(self, repo: Repo, sha: Sha) -> Checks:
        """Return the latest of all checks and statuses of a commit; our own are left out."""

    def list_jobs(self, repo: Repo, run: int, attempt: int) -> tuple[Check, ...]:
        """Return the jobs of a CI run as they stood after an attempt, counted from 1; none when
        they are forgotten.
        """

    def fetch_job_log(self, repo: Repo, job: int, limit_bytes: int) -> bytes:
        """Return the log of a job, head and tail when it is longer than the limit; b"" when it is
        gone.
        """

    def list_artifacts(self, repo: Repo, run: int, attempt: int) -> tuple[Artifact, ...]:
        """Return what an attempt of a CI run has uploaded and can still be had, newest first."""

    def fetch_artifact(self, repo: Repo, artifact: int, limit_bytes: int) -> bytes:
        """Return the zip file of an artifact; b"" when it is gone. Raises Refusal when it is
        longer than the limit.
        """

    def list_annotations(self, repo: Repo, check: int) -> tuple[Annotation, ...]:
        """Return the notes that a check pinned to lines."""

    def fetch_check_output(self, repo: Repo, check: int) -> CheckOutput:
        """Return what a check says on its page; empty texts when it says nothing, or is gone."""

    def rerun_failed(self, repo: Repo, run: int) -> None:
        """Run the failed jobs of a CI run again, unless it already ran more than once."""


class CiWatch(Protocol):
    """Wakes the runs that wait for CI when it has ended, also where no webhook says so."""

    def compute_pause_s(self, repo: Repo) -> float:
        """Compute for how long a run of this repository need not ask GitHub by itself; 0 where
        nobody watches.
        """


class NoCiWatch:
    """Where nobody watches, each run asks by itself."""

    def compute_pause_s(self, repo: Repo) -> float:  # noqa: ARG002 - the port's
        """Return no time at all."""
        return 0.0


class Credentials(Protocol):
    """Tell who the bot is, and give it access to a repository."""

    def fetch_login(self) -> str:
        """Return the bot's own login, "greenlit[bot]"."""

    def fetch_remote(self, repo: Repo) -> Remote:
        """Return where git finds the repository, with a token for this one alone that lives at most
        an hour.
        """


class NullGitHub:
    """No GitHub, for a command that works without: every request is refused in words."""

    def __getattr__(self, name: str) -> Any:
        raise Refusal(f"there is no GitHub here, so {name} cannot be asked")


NULL_GITHUB: Any = NullGitHub()  # Any: it passes for every port of GitHub
