"""How a run stands: one frozen value. `bot.values.next_state` makes the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeVar

from bot.values.approvals import Approval, ApprovalRequest
from bot.values.behaviour import BehaviourComparison, RecordedBehaviour
from bot.values.brief import Brief
from bot.values.ci import (
    Attempt,
    ExpectedCi,
    PullRequest,
    Verdict,
)
from bot.values.code import Finding, NamedCode, Patch, Retrieval, Sha, Tree
from bot.values.conversation import (
    Conversation,
    ConversationStart,
    Finish,
    Plan,
    ToolResult,
    Usage,
)
from bot.values.locks import LockUpdate
from bot.values.making import Making
from bot.values.merges import MergeDraft
from bot.values.outcome import Outcome
from bot.values.part_progress import PlaceInSplit
from bot.values.proof import LocalVerdict, MutationProof, NamedLines
from bot.values.request import ON_DEMAND, Branch, Issue, Request, RunKey
from bot.values.resumption import Resumption
from bot.values.reviews import PullDetails, ReviewThread, ThreadAnswer
from bot.values.run_config import Caps, RepoConfig
from bot.values.sandbox import JobAnswer, ProjectChecks
from bot.values.split import Split
from bot.values.surprise import SurprisingLine
from bot.values.waiting import Waiting

T = TypeVar("T")
Phase = Literal["reading", "planning", "editing", "checking", "approval", "waiting", "fixing"]


@dataclass(frozen=True, slots=True)
class OpenFinish:
    """The model's call of `finish`, not answered yet, and the results of its turn's other calls."""

    call_id: str
    finish: Finish
    results: tuple[ToolResult, ...] = ()


@dataclass(frozen=True, slots=True)
class PushedChange:
    """What stands on the run's branch: the newest commit, the model's words for it, its files."""

    head: Sha
    finish: Finish
    files: tuple[str, ...]
    url: str = ""  # of the branch, as people open it
    subject: str = ""  # of the newest commit, where a pull request of people's is worked on


@dataclass(frozen=True, slots=True)
class StallCounts:
    """How often the model did not get on: these bound a conversation that leads nowhere."""

    nudges: int = 0  # it stopped without `finish`
    broken_turns: int = 0  # in a row
    repeats: dict[str, int] = field(default_factory=dict)  # by fingerprint of a call and its result
    local_reds: int = 0  # of the sandbox, since the last push
    unmoved: int = 0  # its tests passed without its change
    differing: int = 0  # the code did not do what it did before
    companions: int = 0  # it was told what its change should bring along
    copied: int = 0  # it was told that lines of its work are another project's


@dataclass(frozen=True, slots=True)
class RunState:
    """All that a run knows and has done. Comment, pull request and page are views of it.

    It is kept with the outcome, so that a later run can go on from it.
    """

    key: RunKey
    request: Request
    phase: Phase = "reading"
    config: RepoConfig = field(default_factory=RepoConfig)
    caps: Caps = field(default_factory=Caps)
    issue: Issue | None = None  # what writers asked, as it stood at the trigger
    tree: Tree | None = None  # the base of the change
    retrieval: Retrieval = field(default_factory=Retrieval)
    named: NamedCode | None = None  # by the command, where it names code
    start: ConversationStart | None = None
    conversation: Conversation = ()
    stalls: StallCounts = field(default_factory=StallCounts)
    usage: Usage = field(default_factory=Usage)
    turns: int = 0
    model_s: float = 0.0
    brief: Brief | None = None  # None where the request is small and clear
    plan: Plan | None = None
    todo: tuple[str, ...] = ()
    patch: Patch = field(default_factory=Patch)
    open_finish: OpenFinish | None = None
    finish: Finish | None = None  # the model's newest words for its work, answered or not
    advice: tuple[Finding, ...] = ()
    surprising: tuple[SurprisingLine, ...] = ()  # where the repository asks for it
    repaired: tuple[Finding, ...] = ()  # what kept the work back once and does no more
    branch: Branch | None = None
    ci: ExpectedCi | None = None
    asked_approval: ApprovalRequest | None = None  # that it waits for
    approvals: tuple[Approval, ...] = ()
    pushed: PushedChange | None = None
    attempts: tuple[Attempt, ...] = ()
    # Attempts of CI that count no more, by its run, because its failed jobs run again.
    rerun_attempts: dict[str, int] = field(default_factory=dict)
    pull: PullRequest | None = None
    target: PullDetails | None = None  # the pull request that it works on, as it stood then
    threads: tuple[ReviewThread, ...] = ()  # of the pull request, as it stood then
    open_threads: tuple[ReviewThread, ...] = ()  # that it is asked to answer; numbered from 1
    answers: tuple[ThreadAnswer, ...] = ()
    merge: MergeDraft | None = None  # of the base into the branch of `target`
    merge_base: Tree | None = None  # where the branch of `target` left its base
    earlier_verdict: Verdict | None = None  # what CI said of `target` before this run
    rebases: int = 0  # how often its unpushed patch was put on what others pushed meanwhile
    project: ProjectChecks | None = None  # what the repository has for the sandbox to run
    local: LocalVerdict | None = None  # of the newest patch that it judged
    locks: LockUpdate | None = None  # of the newest manifests that left theirs behind
    named_lines: NamedLines | None = None  # that tests run of the named code, before new ones
    mutation_proof: MutationProof | None = None  # of the tests that it was asked for
    keeps_behaviour: bool = False  # the request asks for a refactoring
    behaviour: RecordedBehaviour | None = None  # of the base
    comparison: BehaviourComparison | None = None  # of the newest patch with the base
    outcome: Outcome | None = None
    waiting: Waiting | None = None  # only in what is told meanwhile, never in what is kept
    resumption: Resumption | None = None
    jobs: tuple[JobAnswer, ...] = ()  # in the sandbox, whose answers hold as long as files stay
    sandbox_s: float = 0.0  # that its jobs took
    making: Making | None = None  # of a new project, where it is about one
    split: Split | None = None  # of a request that is too big for one change
    place: PlaceInSplit | None = None  # of its issue, where that is a part of another

    @property
    def is_resumed(self) -> bool:
        """Whether it goes on from an earlier run's work."""
        return self.resumption is not None and self.resumption.goes_on

    @property
    def is_divided(self) -> bool:
        """Whether people want it solved in parts."""
        return self.split is not None and self.split.is_in_parts

    @property
    def is_without_model(self) -> bool:
        """Whether its change is a refactoring by the deterministic tools alone."""
        return self.request.command == "refactor" and self.start is None

    @property
    def solves_issue(self) -> bool:
        """Whether the work is what the issue asks for, so that its merge closes the issue.

        What a command that names its code began stays its own work, whatever is asked for since.
        """
        return self.request.command not in ON_DEMAND and self.named is None

    @property
    def goes_on_with_pull(self) -> bool:
        """Whether a pull request was open for it already when it began."""
        if self.target is not None:
            return True
        return self.resumption is not None and self.resumption.has_pull

    @property
    def has_untouched_pull(self) -> bool:
        """Whether the pull request that it goes on with is ready, and has no commit of this run."""
        if self.target is not None:
            return not self.has_pushed
        if self.resumption is None or self.pull is None or self.pull.draft:
            return False
        return self.goes_on_with_pull and self.delivery.head == self.resumption.head

    @property
    def total_usd(self) -> float:
        """What the change has cost, with the runs that this one goes on from."""
        return self.usage.usd + (self.resumption.usd if self.resumption else 0.0)

    @property
    def base(self) -> Tree:
        """The tree that the change is made on. Raises RuntimeError before the checkout."""
        return _require(self.tree, "nothing is checked out yet")

    @property
    def origin(self) -> Tree:
        """The tree without the change as a whole: a pull request's, where there is one.

        Raises RuntimeError before the checkout.
        """
        return self.merge_base or self.base

    @property
    def has_pushed(self) -> bool:
        """Whether a commit of its own stands on the branch."""
        if self.target is None:
            return self.pushed is not None
        return self.pushed is not None and self.pushed.head != self.target.head_sha

    @property
    def own_attempts(self) -> tuple[Attempt, ...]:
        """Its attempts without what CI said of the pull request before."""
        head_before = self.target.head_sha if self.target else None
        return tuple(attempt for attempt in self.attempts if attempt.sha != head_before)

    @property
    def snapshot(self) -> Issue:
        """The request as writers asked it. Raises RuntimeError before it was read."""
        return _require(self.issue, "the request is not read yet")

    @property
    def opening(self) -> ConversationStart:
        """Our side of the conversation. Raises RuntimeError before it was opened."""
        return _require(self.start, "the conversation is not opened yet")

    @property
    def pull_details(self) -> PullDetails:
        """The pull request that it works on. Raises RuntimeError where there is none."""
        return _require(self.target, "this is no work on a pull request")

    @property
    def finish_call(self) -> OpenFinish:
        """The model's open `finish`. Raises RuntimeError when there is none."""
        return _require(self.open_finish, "there is no finish to answer")

    @property
    def merge_draft(self) -> MergeDraft:
        """The merge of the base into the branch. Raises RuntimeError before it was made."""
        return _require(self.merge, "nothing is merged yet")

    @property
    def local_verdict(self) -> LocalVerdict:
        """What the sandbox said last. Raises RuntimeError before it was asked."""
        return _require(self.local, "nothing was checked here yet")

    @property
    def delivery(self) -> PushedChange:
        """What was pushed. Raises RuntimeError before the first push."""
        return _require(self.pushed, "nothing is pushed yet")

    @property
    def own_branch(self) -> Branch:
        """The run's branch. Raises RuntimeError before it was named."""
        return _require(self.branch, "the branch is not named yet")

    @property
    def opened(self) -> PullRequest:
        """The run's pull request. Raises RuntimeError before it was opened."""
        return _require(self.pull, "no pull request is open yet")

    @property
    def project_made(self) -> Making:
        """The project that it makes. Raises RuntimeError where it is about none."""
        return _require(self.making, "this run makes no project")

    @property
    def approved_split(self) -> Split:
        """The parts that the request is split into. Raises RuntimeError where it is not."""
        return _require(self.split, "the request is not split")

    @property
    def ends_elsewhere(self) -> bool:
        """Whether its end is told on the issue that asked, and not on its pull request."""
        return self.pull is not None and self.pull.number != self.request.number

    @property
    def expected_ci(self) -> ExpectedCi:
        """What CI will do with the branch. Raises RuntimeError before the first push."""
        return _require(self.ci, "nothing is pushed yet")


def _require(value: T | None, problem: str) -> T:
    if value is None:
        raise RuntimeError(problem)
    return value
