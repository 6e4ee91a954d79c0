"""Find our pull requests by their branch, open them once, and bring them up to date."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field, replace

from github.PullRequest import PullRequest as GithubPull
from github.Repository import Repository

from bot.adapters.github.api_errors import Unprocessable, require
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.issue_comments import cut_to_limit
from bot.ports import RateLimited, Refusal, Unreachable
from bot.text import as_code_span
from bot.values import Branch, PullRequest, PullRequestContent, Repo

log = logging.getLogger(__name__)

TITLE_CHARS = 256
BRANCHES = 100
BASE_GONE = "base is invalid"


@dataclass(frozen=True, slots=True)
class GitHubPulls:
    """The port `bot.ports.Pulls`.

    Whoever opens a pull request has mostly just looked for it, so the branches that had none are
    remembered, to look once. GitHub itself opens no second one for a branch.
    """

    api: GitHubApi
    _without_pull: deque[tuple[str, Branch]] = field(
        default_factory=lambda: deque(maxlen=BRANCHES), init=False, repr=False, compare=False
    )

    def find_pull(self, repo: Repo, branch: Branch) -> PullRequest | None:
        """Return the open pull request of the branch, else the newest closed one."""
        with self.api.repository(repo) as repository:
            pull = BranchPulls(repository, repo, branch).find()
        if pull is None:
            self._without_pull.append((repo.name, branch))
            return None
        return _pull_value(pull)

    def open_pull(
        self, repo: Repo, head: Branch, base: Branch, content: PullRequestContent
    ) -> PullRequest:
        """Bring the branch's open pull request to this content; open it if there is none."""
        content = replace(
            content, title=content.title[:TITLE_CHARS], body=cut_to_limit(content.body)
        )
        with self.api.repository(repo) as repository:
            pulls = BranchPulls(repository, repo, head)
            pull = self._find_open(pulls) or self.api.write_once(
                lambda: pulls.create(base, content), pulls.find_open
            )
            if (pull.title, _plain(pull.body)) != (content.title, _plain(content.body)):
                self.api.write_once(lambda: pull.edit(title=content.title, body=content.body))
            if bool(pull.draft) != content.draft:  # a value that GitHub may leave out
                pull = self._set_draft(pulls, pull, content)
            self._request_review(pull, content.reviewer)
            return _pull_value(pull)

    def change_base(self, repo: Repo, number: int, base: Branch) -> bool:
        """Have an open pull request merged into another branch. False where GitHub refuses it, as
        where it was closed meanwhile.
        """
        with self.api.repository(repo) as repository:
            pull = repository.get_pull(number)
            if pull.base.ref == base:
                return True
            try:
                self.api.write_once(lambda: pull.edit(base=base))
            except Unprocessable as refusal:
                log.info("#%s keeps its base: %s", number, refusal)
                return False
            return True

    def _find_open(self, pulls: BranchPulls) -> GithubPull | None:
        """Find the open one, unless the look before this found that there is none."""
        try:
            self._without_pull.remove((pulls.repo.name, pulls.branch))
        except ValueError:
            return pulls.find_open()
        return None

    def _request_review(self, pull: GithubPull, reviewer: str) -> None:
        """Ask for a review. GitHub refuses authors and people without access: then nobody is. The
        pull request is open, and waits for nothing more, when GitHub does not answer to this.
        """
        if not reviewer:
            return
        requested = pull.requested_reviewers or ()  # a value that GitHub may leave out
        if any(person.login == reviewer for person in requested):
            return
        try:
            self.api.write_once(lambda: pull.create_review_request(reviewers=[reviewer]))
        except RateLimited:
            raise
        except (Refusal, Unreachable) as gone:
            log.info("%s is not asked for a review: %s", reviewer, gone)

    def _set_draft(
        self, pulls: BranchPulls, pull: GithubPull, content: PullRequestContent
    ) -> GithubPull:
        """Make it a draft, or ready. What cannot become a draft stays as it is."""

        def write() -> GithubPull:
            if content.draft:
                pull.convert_to_draft()
            else:
                pull.mark_ready_for_review()
            return pull

        def find() -> GithubPull | None:
            latest = pulls.find_open()
            return latest if latest and bool(latest.draft) == content.draft else None

        try:
            return self.api.write_once(write, find)
        except Refusal:
            if not content.draft:
                raise
            return pull


@dataclass(frozen=True, slots=True)
class BranchPulls:
    """The pull requests of one branch, as they are during one call."""

    repository: Repository
    repo: Repo
    branch: Branch

    def find(self) -> GithubPull | None:
        """Return the open one, else the newest closed one.

        A fork may have a branch of that name, and an owner a fork of their own repository: the ids
        of both sides decide.
        """
        owner = self.repo.name.partition("/")[0]
        pulls = self.repository.get_pulls(state="all", head=f"{owner}:{self.branch}")
        own_pulls = [
            pull
            for pull in pulls
            if pull.head.ref == self.branch
            and pull.head.repo is not None
            and pull.head.repo.id == pull.base.repo.id
        ]
        return max(own_pulls, key=lambda pull: (pull.state == "open", pull.number), default=None)

    def find_open(self) -> GithubPull | None:
        """Return the open one."""
        pull = self.find()
        return pull if pull and pull.state == "open" else None

    def create(self, base: Branch, content: PullRequestContent) -> GithubPull:
        """Open one, or take the one that somebody else opened meanwhile.

        Free plans have no drafts in private repositories: there it is opened ready.
        """
        try:
            return self.repository.create_pull(
                base, self.branch, title=content.title, body=content.body, draft=content.draft
            )
        except Unprocessable as refusal:
            if content.draft and "draft pull requests" in refusal.message.lower():
                return self.create(base, replace(content, draft=False))
            if "already exists" in refusal.message and (pull := self.find_open()):
                return pull
            if BASE_GONE in refusal.message:
                raise Refusal(
                    f"The branch {as_code_span(base)} is gone, renamed or deleted, so a pull "
                    "request cannot be opened into it.",
                    refusal.detail,
                ) from None
            raise


def _pull_value(pull: GithubPull) -> PullRequest:
    return PullRequest(
        require(pull.number, "number"),
        require(pull.html_url, "html_url"),
        bool(pull.draft),
        pull.state == "open",
        pull.merged_at is not None,
        base=require(pull.base.ref, "base.ref"),
    )


def _plain(body: str | None) -> str:
    return (body or "").replace("\r\n", "\n").strip()
