"""What happens to a run, each as one line of the operator's log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.text.terminal_text import strip_control
from bot.values import Attempt, Outcome, Request, RunState, Verdict

TEXT_CHARS = 160
SHA_CHARS = 7
MOST_JOBS = 3
CI_WORDS = {
    "green": "CI is green",
    "silent": "CI never reported",
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
    if after.plan is not None and after.plan != before.plan:
        yield _describe_plan(after)
    if len(after.attempts) > len(before.attempts):
        yield _describe_push(after)
    elif after.attempts != before.attempts:
        yield _describe_ci(after.attempts[-1], len(after.attempts))
    if after.pull is not None and after.pull != before.pull:
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
    cost = f"${state.usage.usd:.2f}, {_count(state.turns, 'turn')}"
    return RunEvent("ended", f"ended: {outcome.state} ({cost}){_explain(outcome)}", details)


def describe_answer(outcome: Outcome, value: object) -> RunEvent:
    """Describe what became of an event that is no run itself, such as a command."""
    asked = (
        f" @{value.asker}, who asked {_describe_way(value)}" if isinstance(value, Request) else ""
    )
    details = {"outcome": outcome.state, "reason": _shorten(outcome.text)}
    return RunEvent("answered", f"{outcome.state}{asked}{_explain(outcome)}", details)


def _describe_request(state: RunState) -> RunEvent:
    request = state.request
    title = f': "{_shorten(request.title)}"' if request.title else ""
    details = {"asker": request.asker, "title": _shorten(request.title)}
    return RunEvent("asked", f"@{request.asker} asked {_describe_way(request)}{title}", details)


def _describe_way(request: Request) -> str:
    return f"with the label {request.label}" if request.label else f"with /{request.command}"


def _explain(outcome: Outcome) -> str:
    """Give the reason that people were given, and what is for the operator alone."""
    reason = f": {_shorten(outcome.text)}" if outcome.text else ""
    return f"{reason} [{_shorten(outcome.detail)}]" if outcome.detail else reason


def _describe_plan(state: RunState) -> RunEvent:
    plan = state.plan
    if plan is None:
        return RunEvent("planned", "planned")
    files = _count(len(plan.files), "file")
    details = {"files": [file.path for file in plan.files], "questions": len(plan.questions)}
    return RunEvent("planned", f"planned {files}: {_shorten(plan.summary)}", details)


def _describe_push(state: RunState) -> RunEvent:
    number, newest = len(state.attempts), state.attempts[-1]
    files = _count(len(state.pushed.files) if state.pushed else 0, "file")
    sha = newest.sha[:SHA_CHARS]
    details = {"sha": newest.sha, "branch": str(state.branch or ""), "attempt": number}
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
    what = _describe_verdict(attempt.verdict) if attempt.verdict else ""
    if attempt.state == "rerun":
        return RunEvent("ci rerun", f"CI is red, and its failed jobs run again{what}", details)
    return RunEvent(f"ci {attempt.state}", f"CI is {attempt.state}{what}", details)


def _describe_verdict(verdict: Verdict) -> str:
    """Say which jobs failed, whose fault it is, and the first failure."""
    names = list(verdict.jobs)
    jobs = ", ".join(names[:MOST_JOBS]) + (" and more" if len(names) > MOST_JOBS else "")
    kind = "" if verdict.kind == "ours" else f" ({verdict.kind})"
    failures = verdict.reading.failures
    first = f": {failures[0].error}: {failures[0].message}" if failures else ""
    return f" in {_shorten(jobs)}{kind}{_shorten(first)}"


def _describe_pull(state: RunState, *, is_new: bool) -> RunEvent:
    pull = state.opened
    draft = "draft " if pull.draft else ""
    details = {"pull": pull.number, "draft": pull.draft, "url": pull.url}
    if is_new:
        return RunEvent("opened", f"opened {draft}pull request #{pull.number}: {pull.url}", details)
    now = "is a draft" if pull.draft else "is ready for review"
    return RunEvent("updated", f"pull request #{pull.number} {now}: {pull.url}", details)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _shorten(text: str) -> str:
    """Make one line of a text, without what would command a terminal, and whole words of it."""
    line = strip_control(" ".join(text.split()))
    if len(line) <= TEXT_CHARS:
        return line
    return f"{line[:TEXT_CHARS].rpartition(' ')[0] or line[:TEXT_CHARS]} …"
