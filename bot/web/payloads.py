"""Here live the shapes of GitHub's webhook payloads: what is read of them, checked; all else in
them is ignored.

GitHub's published schemas have drifted from what it sends, so a shape asks only for the fields that
become an event.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json


class BadPayload(Exception):
    """The body is not what GitHub sends. The text names the place and holds nothing of the body."""


def _is_time(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without its zone")
    return text


def _is_repository(name: str) -> str:
    # The name becomes part of a path in the mirrors.
    if {".", ".."} & set(name.split("/")):
        raise ValueError("not the name of a repository")
    return name


Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Time = Annotated[str, AfterValidator(_is_time)]
FullName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"), AfterValidator(_is_repository)
]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Account(Shape):
    login: str = Field(min_length=1)
    id: Id
    type: Text = ""


class Named(Shape):
    name: str


class Repository(Shape):
    id: Id
    full_name: FullName


class Installation(Shape):
    id: Id


class Envelope(Shape):
    """What every event of a repository comes in. We act only through an installation."""

    installation: Installation
    repository: Repository


class Delivered(Envelope):
    sender: Account


class Issue(Shape):
    number: Id
    title: Text = ""
    body: Text = ""
    updated_at: Time
    pull_request: dict[str, object] | None = None


class Issues(Delivered):
    issue: Issue


class Labeling(Issues):
    label: Named


class Comment(Shape):
    id: Id
    body: Text = ""
    created_at: Time
    performed_via_github_app: dict[str, object] | None = None


class IssueComment(Issues):
    comment: Comment


class HeadRepository(Shape):
    id: Id


class Head(Shape):
    ref: str
    repo: HeadRepository | None = None  # a fork that was deleted


class Pull(Shape):
    number: Id
    merged: bool = False
    head: Head


class PullRequest(Delivered):
    pull_request: Pull


class PullMoved(PullRequest):
    before: Commit
    after: Commit


class Suite(Shape):
    head_branch: Text = ""
    head_sha: Commit
    conclusion: Text = ""
    head_repository: HeadRepository | None = None  # only workflow runs tell it


class SuiteOfRun(Shape):
    head_branch: Text = ""


class Run(Shape):
    head_sha: Commit
    conclusion: Text = ""
    check_suite: SuiteOfRun


class CheckRun(Envelope):
    check_run: Run


class CheckSuite(Envelope):
    check_suite: Suite


class WorkflowRun(Envelope):
    workflow_run: Suite


class Status(Envelope):
    sha: Commit
    state: Literal["error", "failure", "pending", "success"]
    branches: list[Named] = []


class Push(Delivered):
    ref: str
    before: Commit
    after: Commit


class Installed(Shape):
    action: str
    installation: Installation
    repositories: list[Repository] = []
    repositories_added: list[Repository] = []
    repositories_removed: list[Repository] = []


class Pinged(Shape):
    hook_id: Id


S = TypeVar("S", bound=Shape)


def as_object(body: bytes) -> dict[str, object]:
    """The body as a JSON object: UTF-8, at most 200 deep, no NaN, no half of a surrogate pair,
    every key once.
    """
    try:
        value = from_json(body, allow_inf_nan=False)
        json.loads(body, object_pairs_hook=_unique)
    except ValueError:
        raise BadPayload("the body is not sound JSON") from None
    if not isinstance(value, dict):
        raise BadPayload("the body is not a JSON object")
    return value


def as_shape(shape: type[S], value: dict[str, object]) -> S:
    """The value as one of the shapes above. Raises BadPayload that names the fields that do not
    fit.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as wrong:
        places = {
            ".".join(map(str, error["loc"]))
            for error in wrong.errors(include_input=False, include_url=False)
        }
        raise BadPayload(f"not as GitHub sends it: {', '.join(sorted(places))}") from None


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found
