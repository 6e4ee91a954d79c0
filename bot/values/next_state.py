"""The pure functions that make the next state of a run."""

from __future__ import annotations

import math
from dataclasses import replace

from bot.values.approvals import Approval
from bot.values.ci import Attempt, AttemptState, Checks, PullRequest, Verdict
from bot.values.code import Finding, Patch, Sha, Tree
from bot.values.conversation import Finish, ToolResult, ToolResults, Turn, UserText
from bot.values.merges import MergeDraft
from bot.values.outcome import Outcome
from bot.values.proof import LocalVerdict
from bot.values.request import Issue
from bot.values.reviews import PullDetails, ReviewThread, ThreadAnswer
from bot.values.run_config import Caps
from bot.values.run_state import PushedChange, RunState, StallCounts


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


def after_another_try(state: RunState, caps: Caps) -> RunState:
    """Go on where the work was given up, with what a run may cost once more.

    Calls of the model that had no answer get one, and it is told to go on where it stopped.
    """
    spent_s = state.model_s + state.sandbox_s
    caps = replace(
        caps,
        usd=state.usage.usd + caps.usd,
        turns=state.turns + caps.turns,
        minutes=caps.minutes + math.ceil(spent_s / 60),
    )
    state = replace(state, caps=caps, stalls=StallCounts())
    match state.conversation:
        case (*_, Turn(calls=())):
            return after_nudge(state, state.opening.nudge)
        case (*_, Turn(calls=calls)):
            results = tuple(
                ToolResult(call.id, "It was not done.", is_error=True) for call in calls
            )
            return after_results(state, results)
    return state


def add_to_results(state: RunState, text: str) -> RunState:
    """Put what came of a turn behind its newest result: it is data to the model.

    Where the model said nothing that was answered, it stands by itself.
    """
    match state.conversation:
        case (*earlier, ToolResults(results=(*others, last))):
            added = ToolResults((*others, replace(last, text=f"{last.text}\n\n{text}")))
            return replace(state, conversation=(*earlier, added))
    return replace(state, conversation=(*state.conversation, UserText(text)))


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


def after_copies(state: RunState) -> RunState:
    """Count that the model was told which lines of its work are another project's."""
    return replace(state, stalls=replace(state.stalls, copied=state.stalls.copied + 1))


def after_local_checks(state: RunState, verdict: LocalVerdict) -> RunState:
    """Take up what the sandbox said of the work."""
    stalls = replace(
        state.stalls,
        local_reds=state.stalls.local_reds + verdict.is_red,
        unmoved=state.stalls.unmoved + (verdict.proof.kind == "passes before"),
    )
    return replace(state, local=verdict, stalls=stalls)


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


def after_approval(state: RunState, by: str) -> RunState:
    """Take up the approval of what was shown. Raises RuntimeError where nothing was."""
    asked = state.asked_approval
    if asked is None:
        raise RuntimeError("nothing was shown to be approved")
    approval = Approval(asked.kind, asked.hash, by, asked.files, asked.is_whole)
    return replace(state, asked_approval=None, approvals=(*state.approvals, approval))


def after_push(state: RunState, head: Sha, url: str = "", subject: str = "") -> RunState:
    """Begin an attempt: the patch stands on the branch, and CI has not spoken yet."""
    pushed = PushedChange(head, state.finish_call.finish, tuple(state.patch.files), url, subject)
    return replace(
        state,
        pushed=pushed,
        attempts=(*state.attempts, Attempt(head, "running")),
        rerun_attempts={},
        answers=_list_named(state.answers, head),
        stalls=replace(state.stalls, local_reds=0),
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
