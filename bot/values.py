"""Here live the nouns: frozen values that cross steps, the engine's record and the network's edges.

Standard library only. Every one of them survives a trip through JSON (`bot.run.to_json`), so fields are
text, numbers, booleans, tuples, dicts with text keys, other values, or None. Times are ISO 8601, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NewType

Sha = NewType("Sha", str)  # 40 hex digits
Branch = NewType("Branch", str)  # without refs/heads/
RunKey = NewType("RunKey", str)  # "owner/repo#7/1": the first run for issue 7
Subject = NewType("Subject", str)  # "owner/repo#7"

Permission = Literal["admin", "maintain", "write", "triage", "read", "none"]
Category = Literal[
    "test-failure", "compile-error", "lint", "type-error", "dependency", "infra", "timeout", "crash", "passed"
]
Action = Literal["fix", "rerun", "human", "none"]


# --- who and where ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository by its full name, and the App installation through which we may touch it."""

    name: str  # "owner/repo"
    installation: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asked for what, when. Title and body are the webhook's: as they stood at the trigger."""

    repo: Repo
    number: int
    asker: str
    at: str
    delivery: str
    command: str = "generate"
    words: str = ""  # what stands behind the command
    label: str = ""  # the label that was added; empty when a comment asked
    comment: int | None = None
    on_pull: bool = False
    title: str = ""
    body: str = ""
    asker_id: int = 0  # of the account: links a co-author's noreply address to it

    @property
    def subject(self) -> Subject:
        return Subject(f"{self.repo.name}#{self.number}")


@dataclass(frozen=True, slots=True)
class Repository:
    """What GitHub says of a repository."""

    default_branch: Branch
    archived: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment on an issue."""

    id: int
    author: str
    body: str
    at: str
    edited_at: str
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. After `freeze`: only what a reader of the page would see, from people who may write, at the trigger."""

    number: int
    title: str
    body: str
    author: str
    open: bool = True
    locked: bool = False
    pull: bool = False  # GitHub's issues include pull requests
    labels: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


# --- the code ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remote:
    """Where git fetches and pushes. The secret goes into the environment of one git process and nowhere else."""

    url: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a repository at a commit (or at a bare tree object, for an overlay), in the mirror we trust."""

    repo: Repo
    sha: Sha
    branch: Branch


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree. `size` is in bytes; 0 for a gitlink."""

    path: str
    mode: Literal["100644", "100755", "120000", "160000"]
    sha: Sha
    size: int


@dataclass(frozen=True, slots=True)
class Patch:
    """A change as a value: path to its new text, or None where the file goes."""

    files: dict[str, str | None] = field(default_factory=dict)

    def with_file(self, path: str, text: str | None) -> Patch:
        return Patch({**self.files, path: text})


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that a grep found. Lines count from 1."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Clue:
    """A place in the code worth reading. `name` is empty for a whole file; lines count from 1, 0 when unknown."""

    path: str
    score: float
    why: tuple[str, ...] = ()
    name: str = ""
    kind: str = ""
    line: int = 0
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Clues:
    """Where to look for an issue, each list best first."""

    files: tuple[Clue, ...] = ()
    symbols: tuple[Clue, ...] = ()
    tests: tuple[Clue, ...] = ()
    skipped: tuple[str, ...] = ()  # what was not read, and why


@dataclass(frozen=True, slots=True)
class Finding:
    """What a gate found in a change. A finding that `blocks` keeps the change from being pushed."""

    gate: str
    path: str
    line: int
    text: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """A git author. A GitHub noreply address links the commit to the account."""

    name: str
    email: str


# --- the conversation -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the model sees it; `schema` is a JSON Schema object."""

    name: str
    description: str
    schema: dict[str, object]


@dataclass(frozen=True, slots=True)
class Brief:
    """What stays the same through a conversation, byte for byte, or the prompt cache and thinking blocks break."""

    system: str
    tools: tuple[Tool, ...]
    role: Literal["strong", "quick"] = "strong"


@dataclass(frozen=True, slots=True)
class Said:
    """Our own words to the model. Never text from outside: that is data, and data comes as a tool's answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that the model made."""

    id: str
    name: str
    input: dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answered to the call with this id."""

    call: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers to one turn's calls, in the order of the calls: one user message."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens by how they are billed, and their price in US dollars."""

    usd: float = 0.0
    fresh: int = 0  # prompt tokens neither read from nor written to the cache
    written: int = 0
    read: int = 0
    out: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            round(self.usd + other.usd, 6),
            self.fresh + other.fresh,
            self.written + other.written,
            self.read + other.read,
            self.out + other.out,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the model, whole. `content` is the JSON of its blocks as received, to be sent back unchanged.

    stop: "tools" calls to run; "end" it stopped by itself; "refused"; "budget" not asked, the next call could pass
    the cap; "length" cut off twice; "context" the window is full.
    """

    stop: Literal["tools", "end", "refused", "budget", "length", "context"]
    content: str = "[]"
    calls: tuple[Call, ...] = ()
    text: str = ""
    spent: Spent = Spent()
    why: str = ""  # for refused and budget


Conversation = tuple[Said | Turn | Answers, ...]


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file of a plan: what changes there and why."""

    path: str
    change: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model means to do, before it may edit."""

    summary: str
    files: tuple[PlannedFile, ...] = ()
    tests: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finish:
    """What the model says it did: the commit's message and the pull request's words."""

    title: str
    message: str
    summary: str
    look_at: tuple[str, ...] = ()
    differs: str = ""  # where the work left the plan, and why


# --- CI ---------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Checks:
    """All that CI said of a commit. Suites without a run (other Apps' empty ones) are not here."""

    sha: Sha
    checks: tuple[Check, ...] = ()

    @property
    def silent(self) -> bool:
        return not self.checks

    @property
    def pending(self) -> bool:
        return any(check.state == "pending" for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.state == "failed")

    @property
    def green(self) -> bool:
        return bool(self.checks) and all(check.state == "passed" for check in self.checks)


@dataclass(frozen=True, slots=True)
class JobStep:
    """A step of an Actions job."""

    name: str
    number: int
    conclusion: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note that CI pinned to a line. Timeouts and lost runners are told only here."""

    path: str
    line: int
    level: str
    message: str


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a CI log says: what kind of failure, what to do about it, what broke."""

    category: Category
    action: Action
    tool: str = ""
    failures: tuple[Failure, ...] = ()
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a red CI means, with the reading that says so."""

    kind: Literal["ours", "already red", "infrastructure", "flaky"]
    reading: Reading
    jobs: dict[str, int] = field(default_factory=dict)  # the failed jobs, name to id (0 for a commit status)

    @property
    def fingerprint(self) -> str:
        """What failed, as one name: equal for equal failures, whatever their order."""
        return "+".join(sorted({failure.fingerprint for failure in self.reading.failures}))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One push and what CI said of it; a run's attempts are its ledger."""

    sha: Sha
    state: Literal["running", "green", "red", "silent", "unchecked", "rerun"]
    verdict: Verdict | None = None
    url: str = ""


# --- what comes out ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request of ours."""

    number: int
    url: str
    draft: bool
    open: bool = True


@dataclass(frozen=True, slots=True)
class Pushed:
    """Where the branch points now. `ours` is false when somebody else moved it: then nothing was pushed."""

    sha: Sha
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """What a run is told while it waits. A hint: the step that follows asks GitHub what is true."""

    kind: Literal["checks", "stop", "issue", "pushed", "closed"]
    text: str = ""
    by: str = ""
    sha: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, in one word and one sentence."""

    state: Literal["opened", "draft", "refused", "ignored", "stopped", "asked", "gave up", "failed", "done"]
    text: str = ""
    pull: int | None = None


# --- what it costs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, by how they are billed."""

    fresh: float
    written: float
    read: float
    out: float


@dataclass(frozen=True, slots=True)
class Deal:
    """A model, how hard it shall think, and its price."""

    model: str
    effort: str
    price: Price
