"""The approval of a plan, a split or a change: what a run waits for, and what people gave it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from bot.values.code import Patch
from bot.values.conversation import Plan
from bot.values.request import Issue, Request
from bot.values.split import Split

SHORT_CHARS = 7  # of a hash, as people read and write it


@dataclass(frozen=True, slots=True)
class SecretJob:
    """A job of CI that runs what is pushed, with credentials beyond GitHub's own token.

    `runs` are the files of the repository that it may run: paths, `folder/**`, or `**` for any.
    """

    name: str
    workflow: str  # its path
    credentials: tuple[str, ...]  # names of secrets, and others in words
    starts: Literal["push", "pull request"] = "push"
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecretExposure:
    """What of a change jobs of CI would run with secrets in reach: those jobs, and its paths.

    `other_branch` is another name for the branch for which none of these jobs starts, if any.
    """

    jobs: tuple[SecretJob, ...] = ()
    paths: tuple[str, ...] = ()
    other_branch: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What a run waits to have approved, and the comment that shows it.

    The hash is that of what is shown and of the frozen request. `files` are the contents shown, by
    path: their hashes, empty for a file that goes.
    """

    kind: Literal["plan", "diff", "split"]
    hash: str
    files: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False  # whether the files are all that would be pushed
    jobs: tuple[SecretJob, ...] = ()  # that run the files with secrets
    asker: str = ""  # who may not approve it; empty where everybody may who writes
    comment: int = 0
    url: str = ""
    asked_at: float = 0.0  # seconds since the epoch

    @property
    def short_hash(self) -> str:
        """The hash as people write it."""
        return self.hash[:SHORT_CHARS]


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval that was given: for what, and by whom."""

    kind: Literal["plan", "diff", "split"]
    hash: str
    by: str
    files: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False


def hash_plan(request: Request, issue: Issue, plan: Plan) -> str:
    """Name the plan together with what it was made for."""
    return _hash([request.words, asdict(issue), asdict(plan)])


def hash_split(request: Request, issue: Issue, split: Split) -> str:
    """Name the parts together with what they were made for."""
    parts = [asdict(part) for part in split.parts]
    return _hash([request.words, asdict(issue), parts])


def hash_files(request: Request, issue: Issue, files: dict[str, str]) -> str:
    """Name files by their contents, together with what they were written for."""
    return _hash([request.words, asdict(issue), files])


def hash_contents(patch: Patch) -> dict[str, str]:
    """Name each content of a patch; empty for a file that goes."""
    return {path: "" if text is None else _hash(text) for path, text in patch.files.items()}


def covers(approvals: tuple[Approval, ...], files: dict[str, str]) -> bool:
    """Tell whether people approved each of these contents."""
    approved = {pair for approval in approvals for pair in approval.files.items()}
    return approved.issuperset(files.items())


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True)  # in ASCII, whatever a text holds
    return hashlib.sha256(text.encode()).hexdigest()
