"""Checks of CI, verdicts about them, pull requests, and signals to a run that waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.values.code import Sha
from bot.values.request import Request

Category = Literal[
    "test-failure",
    "compile-error",
    "lint",
    "type-error",
    "dependency",
    "infra",
    "timeout",
    "crash",
    "passed",
]
Action = Literal["fix", "rerun", "human", "none"]
AttemptState = Literal[
    "running",
    "green",
    "red",
    "silent",
    "skipped",
    "neutral",
    "unchecked",
    "rerun",
    "slow",
    "stopped",
]
Confidence = Literal["high", "medium", "low"]

MOST_READ = 6  # of the checks that failed; the rest of a large matrix says the same


@dataclass(frozen=True, slots=True)
class Check:
    """One check run or commit status of a commit."""

    name: str
    state: Literal["pending", "passed", "failed"]
    conclusion: str = ""  # GitHub's own word
    url: str = ""
    id: int = 0  # of the check run; 0 for a commit status
    run: int = 0  # of the workflow run; 0 when not GitHub Actions
    job: bool = False  # a GitHub Actions job: its id is the check run's, and it has a log
    run_attempt: int = 1
    description: str = ""  # what it says of itself in a line: a status's, or the title of a run


@dataclass(frozen=True, slots=True)
class Checks:
    """All that CI said of a commit. Suites without a run (other Apps' empty ones) are not here."""

    sha: Sha
    checks: tuple[Check, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Tell whether CI said nothing at all."""
        return not self.checks

    @property
    def is_pending(self) -> bool:
        """Tell whether a check has not ended."""
        return any(check.state == "pending" for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.state == "failed")

    @property
    def is_all_skipped(self) -> bool:
        """Tell whether all passed for having done nothing."""
        return self._passed_as("skipped")

    @property
    def is_neutral(self) -> bool:
        """Tell whether all passed for saying neither yes nor no, and some did not only skip."""
        return self._passed_as("skipped", "neutral") and not self.is_all_skipped

    @property
    def green(self) -> bool:
        """Tell whether all passed, and at least one of them did something."""
        return self._have_all_passed() and not self._passed_as("skipped", "neutral")

    def _passed_as(self, *conclusions: str) -> bool:
        return self._have_all_passed() and all(
            check.conclusion in conclusions for check in self.checks
        )

    def _have_all_passed(self) -> bool:
        return bool(self.checks) and all(check.state == "passed" for check in self.checks)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note that CI pinned to a line; only such notes tell timeouts and lost runners."""

    path: str
    line: int
    level: str
    message: str
    title: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A zip file of what a job of CI has uploaded, by its id there."""

    id: int
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class CheckOutput:
    """What a check says on its page: a title, and two texts in Markdown."""

    title: str = ""
    summary: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A place in a stack trace, as a path of the repository."""

    file: str
    line: int | None
    function: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that broke; frames outermost first, innermost last."""

    error: str
    message: str
    test: str = ""
    frames: tuple[Frame, ...] = ()
    root_cause: str = ""
    count: int = 1
    jobs: tuple[str, ...] = ()
    fingerprint: str = ""
    log_line: int = 0
    code: str = ""  # the lines around the innermost frame, as of the commit that failed

    @property
    def place(self) -> str:
        """Where it broke, as file:line; the file alone, or nothing, where no more is known."""
        places = [f"{frame.file}:{frame.line or ''}".rstrip(":") for frame in self.frames[-1:]]
        return "".join(places)


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of a CI log: the kind of failure, the action to take, and what broke."""

    category: Category
    action: Action
    tool: str = ""
    failures: tuple[Failure, ...] = ()
    excerpt: str = ""
    confidence: Confidence = "high"  # low: nothing was recognised, it is a guess


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a red CI, with the reading that it rests on."""

    kind: Literal["ours", "already red", "infrastructure", "set-up", "flaky"]
    reading: Reading
    jobs: dict[str, int] = field(
        default_factory=dict
    )  # the failed jobs, name to id (0 for a commit status)
    why: str = (
        ""  # what earlier attempts say of a flaky one, in words; empty where it is only likely
    )

    @property
    def fingerprint(self) -> str:
        """One name for all that failed: equal for equal failures, whatever their order."""
        return "+".join(sorted({failure.fingerprint for failure in self.reading.failures}))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One push and what CI said of it; a run's attempts are its ledger."""

    sha: Sha
    state: AttemptState
    verdict: Verdict | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedCi:
    """A prediction of CI for our branch: what starts it, and how many workflows run."""

    starts: Literal["on push", "on pull request", "never"]
    workflows: int = 0
    other_checks: tuple[str, ...] = ()  # other systems' checks and statuses on the base, by name


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request of ours."""

    number: int
    url: str
    draft: bool
    open: bool = True
    merged: bool = False
    title: str = ""
    size: str = ""  # of its change, in words
    base: str = field(default="", compare=False)  # the branch, where GitHub was asked for it


@dataclass(frozen=True, slots=True)
class PullRequestContent:
    """The content that a pull request shall have."""

    title: str
    body: str
    draft: bool
    reviewer: str = ""  # who is asked for a review, where GitHub allows it


@dataclass(frozen=True, slots=True)
class PushResult:
    """The commit that the branch points to after a push.

    `is_ours` is false when somebody else moved the branch: then nothing was pushed. `diff` is what
    the branch changes now, for the page: masked, and no longer than somebody reads.
    """

    sha: Sha
    is_ours: bool = True
    obstacle: str = ""  # why nothing was pushed, though the branch is ours
    diff: str = ""
    url: str = ""  # of the branch, as people open it


@dataclass(frozen=True, slots=True)
class Signal:
    """A message to a waiting run. It is a hint: the step that follows asks GitHub."""

    kind: Literal[
        "checks",
        "stop",
        "issue",
        "pushed",
        "closed",
        "review",
        "pull",
        "approve",
        "otherwise",  # people want what waits for an approval as their command says
        "edited",
    ]
    text: str = ""
    by: str = ""
    sha: str = ""
    request: Request | None = None  # the command that it passes on
