"""Go on from what an earlier run of the same issue left: on its pull request, never beside it."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.ask_model import open_conversation
from bot.steps.check_earlier_work import check_earlier_work
from bot.steps.renew_request import Renewal, renew_request
from bot.stories.brief_talk import take_answers
from bot.stories.checks_here import learn_checks
from bot.stories.choose_prompts import repeat_prompts
from bot.stories.progress import tell
from bot.stories.pull_answers import (
    add_thread_comments,
    answers_brief,
    carry_brief,
    drop_known_words,
    join_requests,
    waits_on_pull,
)
from bot.stories.review_answers import take_up_threads
from bot.values import (
    Issue,
    Phase,
    PullRequest,
    Request,
    Resumption,
    RunState,
    Subject,
    ToolResult,
    Turn,
    UserText,
)
from bot.values.next_state import after_nudge, after_results, answer_finish
from bot.values.request import ON_DEMAND
from bot.values.resumed_state import after_resumption

SPENT = ("context", "declined")
UNANSWERED = "The job was interrupted before this call was answered. Make it again if you need it."


async def resume(run: Run, state: RunState) -> RunState:
    """Take up an earlier run's work where somebody wants and can go on with it; else begin anew.

    An open pull request is always gone on with: where somebody else or a run of its own changed it
    since, on top of what stands there, which the request's `pull` says then. Work without one is
    gone on with when a `/retry` asks for it, or where its brief waits for answers.
    """
    asked = state.request
    earlier = await run.find_last_state(asked.subject)
    if earlier is None or (earlier.split is not None and earlier.split.is_in_parts):
        return _take_up_parts(state, earlier)
    state = replace(state, request=_repeat_command(asked, earlier.request))
    has_conversation = earlier.start is not None  # to go on with
    if not (earlier.target or (not has_conversation and earlier.pushed) or _has_work(earlier)):
        return state
    work = await run(check_earlier_work, replace(earlier, request=asked))
    if work.pull is not None and (work.obstacle or earlier.target or not has_conversation):
        return replace(state, request=_ask_on_pull(asked, earlier, work.pull))
    if work.obstacle or earlier.target:
        return _begin_anew(state, work.obstacle or "the pull request is gone")
    is_wanted = asked.command == "retry" or _waits(earlier)
    if work.pull is None and not (has_conversation and is_wanted):
        return state
    resumed = _take_up(state, earlier, work.pull)
    if resumed.branch:
        await run.follow(resumed.branch)
    return run.keep(resumed)


async def resume_on_pull(run: Run, state: RunState) -> RunState:
    """Take up what the last run on this pull request left, where nobody pushed to it since.

    Answers in threads are not given twice, so what was asked in threads begins anew, but for what
    a brief asked there.
    """
    earlier = await run.find_last_state(Subject(run.key.rpartition("/")[0]))
    if earlier is None or earlier.target is None or earlier.merge:
        return state
    is_answer = answers_brief(state, earlier)
    may_go_on = state.request.may_resume and not earlier.open_threads
    is_same = earlier.target.number == state.pull_details.number
    if not is_same or not _has_work(earlier) or _is_spent(earlier) or not (is_answer or may_go_on):
        return state
    work = await run(check_earlier_work, replace(earlier, request=state.request))
    can_go_on = work.pull is not None and work.pull.number == state.pull_details.number
    if not can_go_on or work.obstacle:
        return await carry_brief(run, state, earlier) if is_answer else state
    return await _go_on_with_pull(run, state, earlier)


async def _go_on_with_pull(run: Run, state: RunState, earlier: RunState) -> RunState:
    """Go on in the earlier run's conversation, on the commit that it left."""
    resumed = after_resumption(earlier, state, "This goes on where the last run ended.")
    resumed = replace(
        resumed,
        config=state.config,
        caps=state.caps,
        target=state.target,  # at the commit that the last run left
        threads=state.threads,
    )
    resumed = await learn_checks(run, resumed)
    asked = drop_known_words(state.request, earlier.request)
    if waits_on_pull(earlier):
        resumed = replace(resumed, request=join_requests(state, earlier))
    if earlier.open_threads:  # with what was said there since
        resumed = await take_up_threads(run, replace(resumed, answers=()))
    known = replace(resumed, issue=add_thread_comments(earlier.snapshot, earlier))
    news = add_thread_comments(state.snapshot, state)
    renewed = await renew_conversation(run, known, news, asked)
    renewed = replace(renewed, issue=state.snapshot)
    phase: Phase = "editing" if renewed.plan else "planning"
    return await tell(run, replace(renewed, phase=phase))


async def renew_conversation(
    run: Run, state: RunState, issue: Issue, asked: Request | None = None
) -> RunState:
    """Tell the model what was asked since, in the conversation as it stands or in a new one.

    `asked` is the request that brings the news, where it is not that of the run. Raises Asks where
    the brief still waits for answers.
    """
    renewal = await run(renew_request, state, issue, asked or state.request)
    state = take_answers(run, state, renewal.brief)
    if not renewal.is_same_prompt or not state.conversation:
        return await _open_anew(run, state, issue, renewal)
    if state.open_finish is not None:
        return answer_finish(state, renewal.news) if renewal.news else state
    last = state.conversation[-1]
    if isinstance(last, Turn) and last.calls:
        return _answer_calls(state, last, renewal.news)
    if renewal.news:
        words = (*state.conversation, UserText(renewal.invitation))
        return replace(state, conversation=words)
    return after_nudge(state, state.opening.nudge) if isinstance(last, Turn) else state


def _take_up_parts(state: RunState, earlier: RunState | None) -> RunState:
    """Go on in the parts that an earlier run was split into, where one was."""
    if earlier is None or earlier.split is None:
        return state
    split = replace(earlier.split, stopped_by="")
    return replace(state, split=split, brief=earlier.brief, tree=earlier.tree)


def _waits(earlier: RunState) -> bool:
    """Tell whether it ended with questions of its brief."""
    return earlier.brief is not None and earlier.brief.waits


def _has_work(earlier: RunState) -> bool:
    """Tell whether there is anything to go on with: changes, or a conversation without an end."""
    if earlier.issue is None or earlier.start is None:
        return False
    can_go_on = len(earlier.conversation) > 1 and earlier.open_finish is None
    return bool(earlier.patch.files) or (can_go_on and not _is_spent(earlier))


def _repeat_command(request: Request, earlier: Request) -> Request:
    """Ask again for what an earlier command alone asked, where a `/retry` says no more."""
    if request.command != "retry" or request.words or earlier.command not in ON_DEMAND:
        return request
    return replace(request, command=earlier.command, words=earlier.words)


def _ask_on_pull(request: Request, earlier: RunState, pull: PullRequest) -> Request:
    """Ask for the same on the pull request. Without words its CI is looked at, and made green.

    What a run there asked something about is asked for again: the answer has come.
    """
    has_asked = earlier.outcome is not None and earlier.outcome.state == "asked"
    words = request.words or (earlier.request.words if earlier.target and has_asked else "")
    command = "generate" if words else "fix"
    return replace(request, command=command, words=words, pull=pull.number)


def _begin_anew(state: RunState, obstacle: str) -> RunState:
    """Say why the work is not gone on with."""
    why = obstacle[0].upper() + obstacle[1:]
    return replace(state, resumption=Resumption(f"{why}, so this begins anew."))


def _take_up(state: RunState, earlier: RunState, pull: PullRequest | None) -> RunState:
    text = "This goes on where the last run ended."
    if pull is not None:
        text = f"This goes on with #{pull.number}."
    resumed = after_resumption(replace(earlier, pull=pull), state, text)
    return replace(resumed, conversation=()) if _is_spent(earlier) else resumed


def _is_spent(earlier: RunState) -> bool:
    """Tell whether the conversation itself was what the run ended at: no more can be said in it."""
    return earlier.outcome is not None and earlier.outcome.kind in SPENT


async def _open_anew(run: Run, state: RunState, issue: Issue, renewal: Renewal) -> RunState:
    """Begin another conversation on the same work."""
    if state.target is not None:  # the writing opens it, with the prompt for pull requests
        return replace(state, start=None, conversation=(), plan=None, open_finish=None)
    start = await run(open_conversation, state.base, issue.number, repeat_prompts(state))
    words = (UserText(start.first_message), UserText(renewal.invitation))
    return replace(state, start=start, conversation=words, plan=None, open_finish=None)


def _answer_calls(state: RunState, turn: Turn, news: str) -> RunState:
    """Answer the calls that the end of the earlier run left open; the last one brings the news."""
    answers = [UNANSWERED for _ in turn.calls]
    answers[-1] = news or UNANSWERED
    results = [
        ToolResult(call.id, answer, is_error=True)
        for call, answer in zip(turn.calls, answers, strict=True)
    ]
    plan = None if state.plan and state.plan.questions else state.plan
    return after_results(replace(state, plan=plan), tuple(results))
