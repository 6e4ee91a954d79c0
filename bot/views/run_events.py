"""What happens to a run, each as one line of the operator's log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.text import count_noun
from bot.text.terminal_text import strip_control
from bot.values import Attempt, Brief, Outcome, Plan, PullDetails, Request, RunState, Verdict

TEXT_CHARS = 160
SHA_CHARS = 7
MOST_JOBS = 3
CI_WORDS = {
    "green": "CI is green",
    "silent": "CI never reported",
    "slow": "CI did not end in time",
    "skipped": "CI skipped every check",
    "neutral": "CI is neutral",
    "unchecked": "the repository has no CI for pull requests",
}


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One thing that happened: a word for programs, a line for people, and its numbers."""

    name: str
    text: str
    details: Mapping[str, object] = field(default_factory=dict)


def list_changes(before: RunState | None, after: RunState) -> Iterator[RunEvent]:
    """List what happened between two states of a run that were kept one after the other."""
    if before is None:
        yield _describe_request(after)
        return
    if before.tree is None and after.tree is not None:
        base = f"{after.tree.branch} at {after.tree.sha[:SHA_CHARS]}"
        yield RunEvent("started", f"started on {base}", {"base": after.tree.sha})
    if after.is_resumed and not before.is_resumed:
        yield _describe_resumption(after)
        return
    yield from _list_work_changes(before, after)
    yield from _list_pull_changes(before, after)


def _list_work_changes(before: RunState, after: RunState) -> Iterator[RunEvent]:
    """List what was planned, pushed, and said by CI."""
    brief = _describe_brief(after.brief) if after.brief is not None else None
    if brief and (before.brief is None or brief != _describe_brief(before.brief)):
        yield brief
    if after.split is not None and after.split.parts and before.split is None:
        count = count_noun(len(after.split.parts), "part")
        yield RunEvent("split", f"divided the request into {count}: {after.split.why}")
    if after.plan is not None and after.plan != before.plan:
        yield _describe_plan(after.plan)
    asked = after.asked_approval
    if asked is not None and asked.comment and asked != before.asked_approval:
        what = f"the {asked.kind} {asked.short_hash}"
        yield RunEvent("waits for approval", f"waits for an approval of {what}: {asked.url}")
    for approval in after.approvals[len(before.approvals) :]:
        what = f"the {approval.kind} {approval.hash[:SHA_CHARS]}"
        yield RunEvent("approved", f"@{approval.by} approved {what}", {"by": approval.by})
    if len(after.attempts) > len(before.attempts):
        yield _describe_push(before, after)
    elif after.attempts != before.attempts and after.outcome is None:
        yield _describe_ci(after.attempts[-1], len(after.attempts))


def _list_pull_changes(before: RunState, after: RunState) -> Iterator[RunEvent]:
    """List which pull request is worked on, or was opened or brought up to date."""
    if after.target is not None and before.target is None:
        yield _describe_target(after.target)
    elif after.pull is not None and after.pull != before.pull:
        yield _describe_pull(after, is_new=before.pull is None)


def describe_end(outcome: Outcome, state: RunState) -> RunEvent:
    """Describe how a run ended, why, and what it cost."""
    details: dict[str, object] = {
        "outcome": outcome.state,
        "kind": outcome.kind,
        "reason": _shorten(outcome.text),
        "detail": outcome.detail,
        "pull": outcome.pull,
        "usd": round(state.usage.usd, 4),
        "turns": state.turns,
        "attempts": len(state.attempts),
    }
    cost = f"${state.usage.usd:.2f}, {count_noun(state.turns, 'turn')}"
    return RunEvent("ended", f"ended: {outcome.state} ({cost}){_explain(outcome)}", details)


def describe_answer(outcome: Outcome, value: object) -> RunEvent:
    """Describe what became of an event that is no run itself, such as a command."""
    details = {"outcome": outcome.state, "reason": _shorten(outcome.text)}
    text = str(outcome.state)
    if isinstance(value, Request):
        text += f" @{value.asker}, who asked {_describe_trigger(value)}"
    return RunEvent("answered", f"{text}{_explain(outcome)}", details)


def _describe_request(state: RunState) -> RunEvent:
    request = state.request
    title = _shorten(request.title)
    text = f"@{request.asker} asked {_describe_trigger(request)}"
    if request.cause:
        text = f"begun unasked, because {request.cause}"
    if title:
        text += f': "{title}"'
    return RunEvent("asked", text, {"asker": request.asker, "title": title})


def _describe_trigger(request: Request) -> str:
    if request.label:
        return f"with the label {request.label}"
    return f"with /{request.command}"


def _explain(outcome: Outcome) -> str:
    """Give the reason that people were given, and what is for the operator alone."""
    text = ""
    if outcome.text:
        text += f": {_shorten(outcome.text)}"
    if outcome.detail:
        text += f" [{_shorten(outcome.detail)}]"
    return text


def _describe_brief(brief: Brief) -> RunEvent:
    asked = len(brief.open_questions)
    details = {"kind": brief.kind, "criteria": len(brief.criteria), "questions": asked}
    criteria = count_noun(len(brief.criteria), "criterion", "criteria")
    text = f"read the request as a {brief.kind} with {criteria}"
    if brief.waits:
        text = f"has {count_noun(asked, 'question')} before it plans"
    if brief.missing:
        text = "cannot plan: the request is too vague"
    return RunEvent("brief", text, details)


def _describe_plan(plan: Plan) -> RunEvent:
    files = count_noun(len(plan.files), "file")
    details = {"files": [file.path for file in plan.files], "questions": len(plan.questions)}
    what = f"planned {files}"
    if plan.questions:
        what = f"has {count_noun(len(plan.questions), 'question')} before it writes"
    return RunEvent("planned", f"{what}: {_shorten(plan.summary)}", details)


def _describe_resumption(state: RunState) -> RunEvent:
    if state.pull is None:
        return RunEvent("resumed", "goes on where the last run ended")
    pull = state.pull
    details = {"pull": pull.number, "url": pull.url}
    return RunEvent("resumed", f"goes on with pull request #{pull.number}: {pull.url}", details)


def _describe_push(before: RunState, state: RunState) -> RunEvent:
    number, newest = len(state.attempts), state.attempts[-1]
    files = count_noun(len(state.pushed.files) if state.pushed else 0, "file")
    sha = newest.sha[:SHA_CHARS]
    details = {"sha": newest.sha, "branch": str(state.branch or ""), "attempt": number}
    if before.pushed is not None and before.pushed.head == newest.sha:
        return RunEvent("rechecked", f"looks at CI of {sha} again, which stands already", details)
    if number == 1:
        return RunEvent("pushed", f"pushed {sha} to {state.branch}, {files}", details)
    text = f"mended: pushed {sha}, attempt {number} of at most {state.caps.attempts}"
    return RunEvent("mended", text, details)


def _describe_ci(attempt: Attempt, number: int) -> RunEvent:
    details: dict[str, object] = {"sha": attempt.sha, "attempt": number}
    if attempt.url:
        details["url"] = attempt.url
    if attempt.state in CI_WORDS:
        return RunEvent(f"ci {attempt.state}", CI_WORDS[attempt.state], details)
    text = f"CI is {attempt.state}"
    if attempt.state == "rerun":
        text = "CI is red, and its failed jobs run again"
    if attempt.verdict:
        text += _describe_verdict(attempt.verdict)
    return RunEvent(f"ci {attempt.state}", text, details)


def _describe_verdict(verdict: Verdict) -> str:
    """Say which jobs failed, whose fault it is, and the first failure."""
    names = list(verdict.jobs)
    text = f" in {_shorten(', '.join(names[:MOST_JOBS]))}"
    if len(names) > MOST_JOBS:
        text += " and more"
    if verdict.kind != "ours":
        text += f" ({verdict.kind})"
    for failure in verdict.reading.failures[:1]:
        text += f": {_shorten(f'{failure.error}: {failure.message}')}"
    return text


def _describe_target(target: PullDetails) -> RunEvent:
    details = {"pull": target.number, "url": target.url, "branch": str(target.head)}
    branches = _shorten(f"{target.head} into {target.base}")
    text = f"works on pull request #{target.number}, {branches}: {target.url}"
    return RunEvent("took up", text, details)


def _describe_pull(state: RunState, *, is_new: bool) -> RunEvent:
    pull = state.opened
    name = f"pull request #{pull.number}"
    details = {"pull": pull.number, "draft": pull.draft, "url": pull.url}
    match is_new, pull.draft:
        case True, True:
            return RunEvent("opened", f"opened draft {name}: {pull.url}", details)
        case True, False:
            return RunEvent("opened", f"opened {name}: {pull.url}", details)
        case False, True:
            return RunEvent("updated", f"{name} is a draft: {pull.url}", details)
        case _:
            return RunEvent("updated", f"{name} is ready for review: {pull.url}", details)


def _shorten(text: str) -> str:
    """Make one line of a text, without what would command a terminal, and whole words of it."""
    line = strip_control(" ".join(text.split()))
    if len(line) <= TEXT_CHARS:
        return line
    return f"{line[:TEXT_CHARS].rpartition(' ')[0] or line[:TEXT_CHARS]} …"
