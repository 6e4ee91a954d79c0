"""How a run stands: one frozen value, and the pure functions that make the next one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from bot.values.ci import (
    Attempt,
    AttemptState,
    Checks,
    ExpectedCi,
    Outcome,
    PullRequest,
    Verdict,
)
from bot.values.code import Finding, Patch, Retrieval, Sha, Tree
from bot.values.conversation import (
    Conversation,
    ConversationStart,
    Finish,
    Plan,
    ToolResult,
    ToolResults,
    Turn,
    Usage,
    UserText,
)
from bot.values.merges import MergeDraft
from bot.values.request import Branch, Issue, Request, RunKey
from bot.values.resumption import Resumption
from bot.values.reviews import PullDetails, ReviewThread, ThreadAnswer
from bot.values.run_config import Caps, RepoConfig
from bot.values.waiting import Waiting

T = TypeVar("T")
Phase = Literal["reading", "planning", "editing", "waiting", "fixing"]


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


@dataclass(frozen=True, slots=True)
class StallCounts:
    """How often the model did not get on: these bound a conversation that leads nowhere."""

    nudges: int = 0  # it stopped without `finish`
    broken_turns: int = 0  # in a row
    repeats: dict[str, int] = field(default_factory=dict)  # by fingerprint of a call and its result


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
    start: ConversationStart | None = None
    conversation: Conversation = ()
    stalls: StallCounts = field(default_factory=StallCounts)
    usage: Usage = field(default_factory=Usage)
    turns: int = 0
    model_s: float = 0.0
    plan: Plan | None = None
    todo: tuple[str, ...] = ()
    patch: Patch = field(default_factory=Patch)
    open_finish: OpenFinish | None = None
    finish: Finish | None = None  # the model's newest words for its work, answered or not
    advice: tuple[Finding, ...] = ()
    repaired: tuple[Finding, ...] = ()  # what kept the work back once and does no more
    branch: Branch | None = None
    ci: ExpectedCi | None = None
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
    found: Verdict | None = None  # what CI said of `target` before this run
    rebases: int = 0  # how often its unpushed patch was put on what others pushed meanwhile
    outcome: Outcome | None = None
    waiting: Waiting | None = None  # only in what is told meanwhile, never in what is kept
    resumption: Resumption | None = None

    @property
    def is_resumed(self) -> bool:
        """Whether it goes on from an earlier run's work."""
        return self.resumption is not None and self.resumption.goes_on

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
        found = self.target.head_sha if self.target else None
        return tuple(attempt for attempt in self.attempts if attempt.sha != found)

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
    def expected_ci(self) -> ExpectedCi:
        """What CI will do with the branch. Raises RuntimeError before the first push."""
        return _require(self.ci, "nothing is pushed yet")


def after_resumption(earlier: RunState, new: RunState, text: str) -> RunState:
    """Begin a run where an earlier one ended: its work, and caps, counts and a request of its own.

    `text` tells people so.
    """
    resumption = Resumption(
        text,
        goes_on=True,
        usd=earlier.total_usd,
        head=earlier.pushed.head if earlier.pushed else None,
        has_pull=earlier.pull is not None,
    )
    return replace(
        earlier,
        key=new.key,
        request=new.request,
        phase=new.phase,
        tree=replace(earlier.base, repo=new.request.repo),
        stalls=new.stalls,
        usage=new.usage,
        turns=new.turns,
        model_s=new.model_s,
        attempts=new.attempts,
        rerun_attempts=new.rerun_attempts,
        outcome=None,
        resumption=resumption,
    )


def after_pull_snapshot(
    state: RunState, target: PullDetails, issue: Issue, threads: tuple[ReviewThread, ...]
) -> RunState:
    """Begin the work on a pull request: its branch is the run's."""
    pull = PullRequest(target.number, target.url, target.is_draft, title=target.title)
    return replace(
        state, target=target, branch=target.head, pull=pull, issue=issue, threads=threads
    )


def after_pull_checkout(state: RunState, tree: Tree, merge_base: Tree, base_sha: Sha) -> RunState:
    """Stand on the newest commit of the pull request's branch: the next one comes on top of it."""
    target = replace(state.pull_details, head_sha=tree.sha, base_sha=base_sha)
    pushed = PushedChange(tree.sha, Finish("", "", ""), ())
    return replace(state, target=target, tree=tree, merge_base=merge_base, pushed=pushed)


def after_rebase(state: RunState, tree: Tree, patch: Patch) -> RunState:
    """Stand on what somebody pushed meanwhile, with what of the patch is not there yet."""
    pushed = replace(state.delivery, head=tree.sha)
    target = replace(state.pull_details, head_sha=tree.sha)
    counted = replace(state, target=target, rebases=state.rebases + 1)
    return replace(counted, tree=tree, patch=patch, pushed=pushed)


def after_draft(state: RunState, draft: MergeDraft) -> RunState:
    """Stand on a merge that is not pushed; the commit that was seen on the branch must be there."""
    repo, target = state.request.repo, state.pull_details
    base = Tree(repo, draft.base, target.base)
    state = after_pull_checkout(state, Tree(repo, draft.head, target.head), base, draft.base)
    tree = replace(state.base, sha=draft.commit or draft.head)
    return replace(state, tree=tree, merge=draft)


def after_merge(state: RunState, head: Sha, url: str) -> RunState:
    """Begin an attempt: the merge stands on the branch, and CI has not spoken yet."""
    words = Finish("", "", "")
    if state.open_finish is not None:
        words = state.open_finish.finish
    pushed = PushedChange(head, words, tuple(state.patch.files), url)
    attempts = (*state.attempts, Attempt(head, "running"))
    return replace(state, pushed=pushed, attempts=attempts, rerun_attempts={})


def after_turn(state: RunState, turn: Turn, took_s: float) -> RunState:
    """Count a turn of the model; one that came whole is part of the conversation.

    One that the budget did not allow was never asked for.
    """
    whole = turn.stop in ("tools", "end")
    broken = state.stalls.broken_turns + 1 if turn.stop == "broken" else 0
    return replace(
        state,
        turns=state.turns + (turn.stop != "budget"),
        model_s=state.model_s + took_s,
        usage=state.usage + turn.usage,
        stalls=replace(state.stalls, broken_turns=broken),
        conversation=(*state.conversation, turn) if whole else state.conversation,
    )


def after_nudge(state: RunState, nudge: str) -> RunState:
    """Tell the model to go on, as it stopped without `finish`."""
    return replace(
        state,
        conversation=(*state.conversation, UserText(nudge)),
        stalls=replace(state.stalls, nudges=state.stalls.nudges + 1),
    )


def after_results(state: RunState, results: tuple[ToolResult, ...]) -> RunState:
    """Answer the calls of a turn."""
    return replace(state, conversation=(*state.conversation, ToolResults(results)))


def answer_finish(state: RunState, text: str) -> RunState:
    """Answer the open `finish`: not done yet, and why.

    The text is data to the model, so what it quotes cannot give orders.
    """
    answer = ToolResult(state.finish_call.call_id, text, is_error=True)
    answered = after_results(state, (*state.finish_call.results, answer))
    return replace(answered, open_finish=None)


def after_inspection(state: RunState, findings: tuple[Finding, ...]) -> RunState:
    """Take up what the gates found: advice, and what kept the work back and is repaired by now."""
    blocking = tuple(finding for finding in findings if finding.blocks)
    repaired = tuple(finding for finding in state.repaired if finding not in findings)
    return replace(
        state,
        advice=tuple(finding for finding in findings if not finding.blocks),
        repaired=repaired + blocking,
    )


def after_threads(state: RunState, news: tuple[ReviewThread, ...], head: Sha) -> RunState:
    """Take up threads that wait for an answer, as they stand on the commit `head`.

    One that is known already keeps its number, and what it was to be answered counts no more.
    """
    read = {thread.id: replace(thread, head_sha=head) for thread in news}
    known = tuple(read.pop(thread.id, thread) for thread in state.open_threads)
    fresh = {thread.id for thread in news}
    answers = tuple(answer for answer in state.answers if answer.thread not in fresh)
    return replace(state, open_threads=(*known, *read.values()), answers=answers)


def after_answers(state: RunState, answers: tuple[ThreadAnswer, ...]) -> RunState:
    """Take up answers to threads: the newest to each counts."""
    newest = {answer.thread: answer for answer in (*state.answers, *answers)}
    return replace(state, answers=tuple(newest.values()))


def name_commit(state: RunState) -> RunState:
    """Name the newest commit in the answers that it carries out."""
    return replace(state, answers=_list_named(state.answers, state.delivery.head))


def after_push(state: RunState, head: Sha, url: str = "") -> RunState:
    """Begin an attempt: the patch stands on the branch, and CI has not spoken yet."""
    pushed = PushedChange(head, state.finish_call.finish, tuple(state.patch.files), url)
    return replace(
        state,
        pushed=pushed,
        attempts=(*state.attempts, Attempt(head, "running")),
        rerun_attempts={},
        answers=_list_named(state.answers, head),
    )


def after_recheck(state: RunState) -> RunState:
    """Begin an attempt at what is pushed already: CI may say something else of it by now."""
    head = state.delivery.head
    return replace(
        state,
        attempts=(*state.attempts, Attempt(head, "running")),
        rerun_attempts={},
        answers=_list_named(state.answers, head),
    )


def after_verdict(
    state: RunState, result: AttemptState, checks: Checks, verdict: Verdict | None = None
) -> RunState:
    """Write down what CI said of the newest attempt. Without a verdict an earlier one stays."""
    *earlier, newest = state.attempts
    decisive = checks.failed or checks.checks
    attempt = replace(
        newest,
        state=result,
        url=decisive[0].url if decisive else "",
        verdict=verdict or newest.verdict,
    )
    return replace(state, attempts=(*earlier, attempt))


def after_end(state: RunState, outcome: Outcome) -> RunState:
    """End the run: what CI had not judged by then nobody waits for any more."""
    return replace(after_wait(state, "stopped"), outcome=outcome)


def after_wait(state: RunState, result: AttemptState) -> RunState:
    """Write down why CI is not waited for any more, where it had not judged an attempt."""
    attempts = tuple(
        replace(attempt, state=result) if attempt.state == "running" else attempt
        for attempt in state.attempts
    )
    return replace(state, attempts=attempts)


def _list_named(answers: tuple[ThreadAnswer, ...], head: Sha) -> tuple[ThreadAnswer, ...]:
    """Name the commit in the answers that it carries out."""
    return tuple(
        replace(answer, sha=head) if answer.kind == "done" and answer.sha is None else answer
        for answer in answers
    )


def _require(value: T | None, problem: str) -> T:
    if value is None:
        raise RuntimeError(problem)
    return value
