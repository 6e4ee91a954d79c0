"""Validate GitHub's webhook payloads.

A class asks only for the fields that become an event, and ignores the others: GitHub's published
schemas have drifted from what it sends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from bot.text.bot_logins import is_bot_login
from bot.values import InstallationId, Repo


class BadPayload(Exception):
    """The body is not what GitHub sends. The text names the place and holds nothing of the body."""


def _check_time(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without its zone")
    return text


def _check_repository(name: str) -> str:
    # The name becomes part of a path in the mirrors.
    if {".", ".."} & set(name.split("/")):
        raise ValueError("not the name of a repository")
    return name


Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Time = Annotated[str, AfterValidator(_check_time)]
FullName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"), AfterValidator(_check_repository)
]


class Payload(BaseModel):
    """What is read of a JSON object of GitHub's."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", defer_build=True)


class AccountFields(Payload):
    """A user, organization or bot."""

    login: str = Field(min_length=1)
    id: Id
    type: Text = ""

    @property
    def is_bot(self) -> bool:
        """Tell a bot's account, by its kind or by its name."""
        return self.type == "Bot" or is_bot_login(self.login)


class NamedFields(Payload):
    """What is known by its name: a label, a branch."""

    name: str


class RepositoryFields(Payload):
    """The repository that an event is about."""

    id: Id
    full_name: FullName
    default_branch: Text = ""


class InstallationFields(Payload):
    """The App's installation through which the event came."""

    id: Id


class RepositoryPayload(Payload):
    """What every event of a repository has. We act only through an installation."""

    installation: InstallationFields
    repository: RepositoryFields

    def make_repo(self) -> Repo:
        """Return the repository, with the installation that reaches it."""
        return Repo(self.repository.full_name, InstallationId(self.installation.id))


# What GitHub shows for deleted accounts: where it does not say who caused an event, nobody did who
# may ask for anything.
GHOST = AccountFields(login="ghost", id=10_137)
Sender = Annotated[AccountFields, BeforeValidator(lambda value: GHOST if value is None else value)]


class SentPayload(RepositoryPayload):
    """An event with the account that caused it."""

    sender: Sender = GHOST


class IssueFields(Payload):
    """An issue or, where pull_request is set, a pull request."""

    number: Id
    title: Text = ""
    body: Text = ""
    updated_at: Time
    user: AccountFields | None = None
    pull_request: dict[str, object] | None = None


class IssuesPayload(SentPayload):
    """`issues`."""

    issue: IssueFields


class NumberedFields(Payload):
    """What is known by its number."""

    number: Id


class TransferFields(Payload):
    """Where an issue was transferred to."""

    new_issue: NumberedFields | None = None
    new_repository: RepositoryFields | None = None


class TransferPayload(IssuesPayload):
    """`issues`, transferred."""

    changes: TransferFields = TransferFields()

    @property
    def moved_to(self) -> str:
        """The new place, "owner/repo#9"; empty where GitHub does not say."""
        issue, repository = self.changes.new_issue, self.changes.new_repository
        return f"{repository.full_name}#{issue.number}" if issue and repository else ""


class LabelPayload(IssuesPayload):
    """`issues`, labeled or unlabeled."""

    label: NamedFields


class WrittenFields(Payload):
    """What somebody wrote, or an App for somebody."""

    id: Id
    body: Text = ""
    performed_via_github_app: dict[str, object] | None = None

    @property
    def is_by_app(self) -> bool:
        """Tell what an App wrote in somebody's name."""
        return self.performed_via_github_app is not None


class CommentFields(WrittenFields):
    """A comment."""

    created_at: Time


class IssueCommentPayload(IssuesPayload):
    """`issue_comment`."""

    comment: CommentFields


class HeadRepositoryFields(Payload):
    """The repository that a head is in."""

    id: Id


class SuiteFields(Payload):
    """A check suite or a workflow run."""

    head_branch: Text = ""
    head_sha: Commit
    conclusion: Text = ""
    head_repository: HeadRepositoryFields | None = None  # only workflow runs tell it


class SuiteOfRunFields(Payload):
    """The check suite of a check run."""

    head_branch: Text = ""


class CheckRunFields(Payload):
    """A check run."""

    head_sha: Commit
    conclusion: Text = ""
    check_suite: SuiteOfRunFields


class CheckRunPayload(RepositoryPayload):
    """`check_run`."""

    check_run: CheckRunFields


class CheckSuitePayload(RepositoryPayload):
    """`check_suite`."""

    check_suite: SuiteFields


class WorkflowRunPayload(RepositoryPayload):
    """`workflow_run`."""

    workflow_run: SuiteFields


class StatusPayload(RepositoryPayload):
    """`status`."""

    sha: Commit
    state: Literal["error", "failure", "pending", "success"]
    branches: list[NamedFields] = []


class PushPayload(SentPayload):
    """`push`."""

    ref: str
    before: Commit
    after: Commit


class InstallationPayload(Payload):
    """`installation` and `installation_repositories`."""

    action: str
    installation: InstallationFields
    repositories: list[RepositoryFields] = []
    repositories_added: list[RepositoryFields] = []
    repositories_removed: list[RepositoryFields] = []


class PingPayload(Payload):
    """`ping`."""

    hook_id: Id | None = None


S = TypeVar("S", bound=Payload)


def parse_object(body: bytes) -> dict[str, object]:
    """Parse the body as a JSON object. Raises BadPayload.

    It must be UTF-8, at most 200 deep, with no NaN, no half of a surrogate pair, every key once.
    """
    try:
        value = from_json(body, allow_inf_nan=False)
        json.loads(body, object_pairs_hook=_refuse_repeated_keys)
    except ValueError:
        raise BadPayload("the body is not sound JSON") from None
    if not isinstance(value, dict):
        raise BadPayload("the body is not a JSON object")
    return value


def validate_payload(kind: type[S], value: dict[str, object]) -> S:
    """Validate a JSON object. Raises BadPayload that names the fields that do not fit."""
    try:
        return kind.model_validate(value)
    except ValidationError as wrong:
        places = {
            ".".join(map(str, error["loc"]))
            for error in wrong.errors(include_input=False, include_url=False)
        }
        raise BadPayload(f"not as GitHub sends it: {', '.join(sorted(places))}") from None


def _refuse_repeated_keys(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("a key occurs twice")
    return unique
