"""The ports: what a step may touch, the value that holds them, and the errors they raise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.values import (
    Annotation,
    Author,
    Branch,
    Caps,
    Check,
    Checks,
    Comment,
    CommitInfo,
    DayLimit,
    Finding,
    GrepMatch,
    Issue,
    Leak,
    Package,
    Patch,
    Permission,
    PromptPrefix,
    PullRequest,
    PullRequestContent,
    PushResult,
    Reaction,
    Remote,
    Repo,
    RepoInfo,
    Sha,
    ToolResults,
    Tree,
    TreeEntry,
    Turn,
    UserText,
)


class Refusal(Exception):
    """A human asked for what we will not do, or cannot: the text is posted as it is and ends the
    run. `detail`, such as a vendor's own words, is for the log and the page alone.
    """

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


class Unreachable(Exception):
    """A port failed in a way that may pass: the engine tries again, capped. The text holds no
    secret, and is for the log and the page; people read which `service` it is, and since when.

    `since` is seconds since the epoch; 0 where nobody has counted.
    """

    most_tries: int | None = None  # None leaves it to the engine

    def __init__(self, text: str, service: str = "", since: float = 0.0) -> None:
        super().__init__(text)
        self.service = service
        self.since = since


class BadAnswer(Unreachable):
    """A port answers otherwise than it documents: another try may help, and many do not."""

    most_tries = 4


class RateLimited(Unreachable):
    """A port said when it will listen again: `until` is seconds since the epoch."""

    def __init__(self, text: str, until: float, service: str = "") -> None:
        super().__init__(text, service)
        self.until = until


class Repositories(Protocol):
    """Read a repository. Raises Refusal, Unreachable and RateLimited, as all ports of GitHub do: a
    Refusal names the permission that is missing.
    """

    def fetch_info(self, repo: Repo) -> RepoInfo:
        """Return the default branch, and whether the repository is archived or private."""

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

    def put_comment(self, repo: Repo, number: int, marker: str, body: str) -> int:
        """Edit our comment that holds the hidden marker, or write it. Returns its id."""

    def put_refusal(self, repo: Repo, number: int, login: str, body: str) -> bool:
        """Tell this person no, once in an issue. False, and nothing is written, when it stands
        there already, or when the issue or the repository's last hour has enough of them.
        """

    def add_reaction(
        self, repo: Repo, number: int, comment: int | None, reaction: Reaction = "eyes"
    ) -> None:
        """React to the comment, or to the issue when there is no comment."""


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

    def list_annotations(self, repo: Repo, check: int) -> tuple[Annotation, ...]:
        """Return the notes that a check pinned to lines."""

    def rerun_failed(self, repo: Repo, run: int) -> None:
        """Run the failed jobs of a CI run again, unless it already ran more than once."""


class Credentials(Protocol):
    """Tell who the bot is, and give it access to a repository."""

    def fetch_login(self) -> str:
        """Return the bot's own login, "greenlit[bot]"."""

    def fetch_remote(self, repo: Repo) -> Remote:
        """Return where git finds the repository, with a token for this one alone that lives at most
        an hour.
        """


class Mirrors(Protocol):
    """Bare mirrors, read and written by plumbing. No work tree, hooks or filters: nothing of a
    repository runs.
    """

    def fetch(self, repo: Repo, remote: Remote, branch: Branch) -> Tree:
        """Bring the branch's history and the files of its tip into the mirror. Raises Refusal for
        an empty one.
        """

    def entries(self, tree: Tree) -> tuple[TreeEntry, ...]:
        """All files, by path in git's order."""

    def read(self, tree: Tree, paths: Collection[str]) -> dict[str, bytes]:
        """The bytes of those paths that are regular files; what is missing, a symlink or a gitlink
        is left out.
        """

    def blobs(self, tree: Tree, shas: Collection[Sha]) -> dict[Sha, bytes]:
        """Files by the names of their contents; those that this clone lacks are left out."""

    def overlay(self, tree: Tree, patch: Patch) -> Tree:
        """The tree with the patch laid over it, as a tree object; modes are kept."""

    def grep(self, tree: Tree, pattern: str, under: str, limit: int) -> tuple[GrepMatch, ...]:
        """Lines that match an extended regular expression, at most `limit`. Raises ValueError for a
        bad pattern.
        """

    def diff(self, tree: Tree, patch: Patch) -> str:
        """The patch as a unified diff with git's headers, as `git apply` takes it."""

    def compare(self, tree: Tree, sha: Sha) -> str:
        """What a commit changes in the tree, as a unified diff with git's headers."""

    def subjects(self, tree: Tree, limit: int) -> tuple[str, ...]:
        """The newest commits' subjects, newest first: the repository's manner."""

    def log(self, tree: Tree, limit: int) -> tuple[Sha, ...]:
        """The commits that led here, newest first, merges left out."""

    def past(self, tree: Tree, commits: Collection[Sha]) -> tuple[CommitInfo, ...]:
        """What these commits said and changed; nothing when the clone does not know which files
        they changed.
        """

    def change(self, tree: Tree, commit: Sha, limit_chars: int) -> str:
        """The beginning of a past commit's diff; empty when the clone lacks what it changed."""

    def fetch_changes(self, tree: Tree, remote: Remote, commits: Collection[Sha]) -> None:
        """Bring the files that these past commits changed, so that `change` can tell their diffs;
        a commit that changed very many is left out.
        """

    def commit(
        self, tree: Tree, patch: Patch, parent: Sha, message: str, author: Author, at: str
    ) -> Sha:
        """Commit `tree` with the patch laid over it on `parent`. Equal values give the same sha."""

    def push(
        self, repo: Repo, remote: Remote, sha: Sha, branch: Branch, expect: Sha | None
    ) -> PushResult:
        """Move the remote's branch from `expect` (None: it does not exist) to `sha`; already there
        is success.
        """

    def head(self, repo: Repo, remote: Remote, branch: Branch) -> Sha | None:
        """Where the remote's branch points."""

    def reopen(self, tree: Tree, remote: Remote, head: Sha | None) -> bool:
        """Bring a tree that was fetched before, and a commit built on it, into the mirror again.
        False when the tree's branch was rewritten, so that it does not hold the tree any more.
        """


class Model(Protocol):
    """A language model behind one call."""

    @property
    def name(self) -> str:
        """The model's name as people know it, such as "Claude"."""

    def turn(
        self,
        prefix: PromptPrefix,
        conversation: Sequence[UserText | Turn | ToolResults],
        budget_usd: float,
    ) -> Turn:
        """The model's next turn. Costs at most `budget_usd`, or is not asked and stops with
        "budget".
        """


class Spending(Protocol):
    """Keep to the caps on a day's dollars (UTC), over all runs."""

    def find_limit(self, repo: Repo) -> DayLimit | None:
        """Return the cap of which least is left for this repository; None without caps."""

    def add(self, repo: Repo, usd: float) -> None:
        """Count what a turn of the model has cost."""


class UncappedSpending:
    """Spending without caps of a day."""

    def find_limit(self, repo: Repo) -> DayLimit | None:  # noqa: ARG002 - no cap is set
        """Return None."""
        return None

    def add(self, repo: Repo, usd: float) -> None:
        """Do nothing."""


class LogCache(Protocol):
    """Cache of CI logs, fetched and masked: a model asks for them again and again."""

    def fetch(self, repo: Repo, job: int) -> bytes | None:
        """Return the log of the job (each attempt is a job of its own); None when it is unknown."""

    def store(self, repo: Repo, job: int, log: bytes) -> None:
        """Keep the log of the job."""


@dataclass(frozen=True, slots=True)
class NullLogCache:
    """A cache that keeps nothing: every log is fetched when it is asked for."""

    def fetch(self, repo: Repo, job: int) -> bytes | None:  # noqa: ARG002 - nothing is kept
        """Return None."""
        return None

    def store(self, repo: Repo, job: int, log: bytes) -> None:
        """Forget the log."""


class Linter(Protocol):
    """A linter that reads code and runs none of it."""

    def lint(self, files: Mapping[str, str], config: Mapping[str, str]) -> tuple[Finding, ...]:
        """Return its findings; `config` are the repository's own configuration files, as texts."""


class SecretFinder(Protocol):
    """A finder of secrets that asks nobody whether they are valid."""

    def find(self, text: str) -> tuple[Leak, ...]:
        """Return the secrets in the text, each once."""


class PackageIndex(Protocol):
    """The indexes that packages are installed from."""

    def look(self, kind: str, name: str) -> Package | None:
        """Return what the index of the kind, "python" or "node", says of the name; None when it
        cannot be asked.
        """


@dataclass(frozen=True, slots=True)
class SegmentBlob:
    """Data derived from many objects, as columns of bytes; `keys` name the objects in order."""

    keys: tuple[str, ...]
    columns: Mapping[str, bytes]
    cache_id: int = 0  # in the cache that it was loaded from


class DerivedCache(Protocol):
    """Content-addressed cache of data derived from a repository's objects.

    A key means the same for ever. Entries may be evicted at any time.
    """

    def load_segments(self, namespace: str, keys: Collection[str]) -> tuple[SegmentBlob, ...]:
        """Return the segments that hold any of these keys."""

    def load_metadata(self, namespace: str, keys: Collection[str]) -> dict[str, bytes]:
        """Return the metadata of these keys; unknown keys are left out."""

    def store(
        self,
        namespace: str,
        segment: SegmentBlob,
        metadata: Mapping[str, bytes],
        replaces: Collection[int] = (),
    ) -> None:
        """Store a segment, and drop those (by `cache_id`) whose content it includes."""


class NullCache:
    """A DerivedCache that stores nothing, so that everything is derived each time."""

    def load_segments(
        self,
        namespace: str,  # noqa: ARG002 - it is always empty
        keys: Collection[str],  # noqa: ARG002
    ) -> tuple[SegmentBlob, ...]:
        """Return nothing."""
        return ()

    def load_metadata(
        self,
        namespace: str,  # noqa: ARG002 - it is always empty
        keys: Collection[str],  # noqa: ARG002
    ) -> dict[str, bytes]:
        """Return nothing."""
        return {}

    def store(
        self,
        namespace: str,
        segment: SegmentBlob,
        metadata: Mapping[str, bytes],
        replaces: Collection[int] = (),
    ) -> None:
        """Do nothing."""


class Embedder(Protocol):
    """A text embedding model."""

    @property
    def name(self) -> str:
        """The model's name: vectors of two models cannot be compared."""

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        """Return one vector for each text: float32 numbers of length 1. Raises Unreachable."""


class Clock(Protocol):
    """Time, as a port: a replay is the same run."""

    def now(self) -> datetime:
        """Return the time now, aware, UTC."""


@dataclass(frozen=True, slots=True)
class Checkers:
    """The tools of the gates. Where one is missing, the gates say what they did not check."""

    linter: Linter | None = None
    secrets: SecretFinder | None = None  # secrets of well-known shapes are found without
    index: PackageIndex | None = None


class NullGitHub:
    """No GitHub, for a command that works without: every request is refused in words."""

    def __getattr__(self, name: str) -> Any:
        raise Refusal(f"there is no GitHub here, so {name} cannot be asked")


NULL_GITHUB: Any = NullGitHub()  # Any: it passes for every port of GitHub


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a step may touch. Commands that work without GitHub leave its ports out."""

    mirrors: Mirrors
    model: Model
    clock: Clock
    caps: Caps = field(default_factory=Caps)
    checkers: Checkers = Checkers()
    log_cache: LogCache = NullLogCache()
    cache: DerivedCache = field(default_factory=NullCache)
    embedder: Embedder | None = None
    repositories: Repositories = NULL_GITHUB
    issues: Issues = NULL_GITHUB
    comments: Comments = NULL_GITHUB
    pulls: Pulls = NULL_GITHUB
    ci: ContinuousIntegration = NULL_GITHUB
    credentials: Credentials = NULL_GITHUB
    spending: Spending = field(default_factory=UncappedSpending)
