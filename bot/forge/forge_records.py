"""Records of the forge: frozen values that are replaced as a whole when something changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from bot.forge.runner import JobSpec, StepResult
from bot.values import Annotation, CheckOutput

AccountKind = Literal["User", "Bot", "Organization"]
CheckStatus = Literal["queued", "in_progress", "completed"]
ClosedAs = Literal["completed", "not_planned"]


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A person, a bot or an organization."""

    id: int
    login: str
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """A label of a repository."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment on an issue or a pull request."""

    id: int
    number: int
    author: str
    body: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class ReactionRecord:
    """A reaction to an issue, or to one of its comments."""

    id: int
    number: int
    comment: int | None
    author: str
    content: str
    created_at: str

    def is_by(self, author: str, content: str) -> bool:
        """Tell whether it is this person's with this content."""
        return (self.author, self.content) == (author, content)


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """An issue, open or closed, with the names of its labels."""

    id: int
    number: int
    title: str
    body: str
    author: str
    created_at: str
    updated_at: str
    labels: tuple[str, ...] = ()
    state: Literal["open", "closed"] = "open"
    locked: bool = False
    closed_at: str | None = None
    closed_as: ClosedAs = "completed"


@dataclass(frozen=True, slots=True)
class MergeTest:
    """Whether two commits merge without conflicts."""

    base_sha: str
    head_sha: str
    is_clean: bool


@dataclass(frozen=True, slots=True)
class PullRecord(IssueRecord):
    """A pull request, which is an issue too. `fork` names the repository of a head elsewhere."""

    head: str = ""
    base: str = ""
    head_sha: str = ""
    base_sha: str = ""
    draft: bool = False
    fork: str = ""
    merged_at: str | None = None
    merged_by: str = ""
    merge_sha: str | None = None
    # What is found out when somebody asks is no part of what it is.
    merge_test: MergeTest | None = field(default=None, compare=False)
    reviewers: tuple[str, ...] = ()  # who is asked for a review


@dataclass(frozen=True, slots=True)
class StatusDetails:
    """The sentence and the link that a commit status may carry."""

    description: str = ""
    target_url: str = ""


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """A commit status from another CI."""

    id: int
    sha: str
    context: str
    state: str
    details: StatusDetails
    created_at: str
    author: str


@dataclass(frozen=True, slots=True)
class SuiteRecord:
    """One App's checks of one commit. Only the suites of GitHub Actions have a workflow run.

    Without a branch it is a fork's.
    """

    id: int
    app: int
    sha: str
    branch: str
    before: str
    created_at: str
    updated_at: str
    status: CheckStatus = "queued"
    conclusion: str | None = None
    run: int | None = None


@dataclass(frozen=True, slots=True)
class WorkflowRunRecord:
    """One run of a workflow file. Its branch is the pushed one, also for a pull request."""

    id: int
    suite: int
    number: int
    workflow: int
    workflow_name: str
    path: str
    event: Literal["push", "pull_request"]
    sha: str
    branch: str
    title: str
    actor: str
    created_at: str
    updated_at: str
    fork: str = ""
    attempt: int = 1
    attempts_started_at: tuple[str, ...] = ()  # of the second and later ones
    status: CheckStatus = "queued"
    conclusion: str | None = None


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """A zip file that a job of a workflow run has uploaded."""

    id: int
    run: int
    name: str
    created_at: str
    expires_at: str
    content: bytes = field(repr=False)
    expired: bool = False

    @property
    def digest(self) -> str:
        """The checksum of the zip file, as GitHub tells it."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job of a workflow run and its check run, to which GitHub Actions gives one id.

    Another App's check run is one of workflow run 0.
    """

    id: int
    run: int
    suite: int
    spec: JobSpec
    sha: str
    branch: str
    attempt: int
    created_at: str
    started_at: str
    completed_at: str | None = None
    status: CheckStatus = "queued"
    conclusion: str | None = None
    steps: tuple[StepResult, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    output: CheckOutput = field(default_factory=CheckOutput)
    log: bytes = field(default=b"", repr=False)

    @property
    def name(self) -> str:
        """The name of the job, and of its check run."""
        return self.spec.name


@dataclass(frozen=True, slots=True)
class AppKeys:
    """The id and the secrets that the owner of an App gets when it is registered."""

    id: int
    slug: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AppRecord:
    """A GitHub App as the forge keeps it. Without a public key nobody can speak for it; it may have
    several, oldest first.
    """

    id: int
    slug: str
    owner: str
    permissions: dict[str, str]
    events: tuple[str, ...]
    created_at: str
    public_keys: tuple[str, ...] = ()
    webhook_secret: str = field(default="", repr=False)
    webhook_url: str = ""
    webhook_content_type: str = "json"  # or "form", the default of an App made by hand
    webhook_insecure_ssl: str = "0"  # "1" where the receiver's certificate is not asked for

    @property
    def login(self) -> str:
        """The login of the App's bot account."""
        return f"{self.slug}[bot]"


@dataclass(frozen=True, slots=True)
class InstallationRecord:
    """An App installed on some repositories of one owner, with the permissions granted then."""

    id: int
    app: int
    account: str
    repositories: tuple[str, ...]
    permissions: dict[str, str]
    created_at: str
    suspended_at: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """An installation token, narrowed to repositories and permissions."""

    secret: str = field(repr=False)
    app: int
    installation: int
    repositories: tuple[str, ...]
    permissions: dict[str, str]
    expires_at_s: float  # since the epoch
