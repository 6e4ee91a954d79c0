"""Say why CI is not green in the end, and what people can do about it."""

from __future__ import annotations

from bot.stories.ends import name_cap, name_model, quote_sentence
from bot.text import as_code_span, count_noun
from bot.values import Attempt, Caps, Failure, Outcome, RunState, Verdict

MOST_NAMES = 5
RUN_AGAIN = "Please run the failed jobs again once that is over."
MEND_IT = "Comment `/fix` on the draft to have a model repair it, or take it from here."
TAKE_OVER = "Please take it from here, or comment `/generate` with a hint for another try."


def explain_slow_ci(caps: Caps) -> Outcome:
    """Say how long CI was waited for, and what sets that."""
    minutes = caps.ci_patience_s / 60
    next_step = (
        "Please look at what CI does. How long I wait is "
        f"`GREENLIT_CI_PATIENCE_MINUTES={minutes:g}`: whoever runs me can raise it."
    )
    text = f"CI did not end within {count_noun(max(1, round(minutes)), 'minute')}."
    return Outcome("draft", text, None, "slow CI", next_step)


def explain_silent_ci() -> Outcome:
    """Say that CI never spoke."""
    text = "CI never reported on this commit, so nothing has run these changes."
    return Outcome(
        "draft",
        text,
        None,
        "silent CI",
        "Please see why CI is silent, or try the change yourself before you merge it.",
    )


def explain_skipped_ci() -> Outcome:
    """Say that CI did nothing."""
    text = "CI skipped every check of this commit, so nothing has run these changes."
    return Outcome(
        "draft", text, None, "skipped CI", "Please try the change yourself before you merge it."
    )


def explain_neutral_ci() -> Outcome:
    """Say that CI said neither yes nor no."""
    text = "Every check of this commit ended as `neutral`: CI says neither yes nor no."
    advice = "Please look at what the checks say, or try the change yourself before you merge it."
    return Outcome("draft", text, None, "neutral CI", advice)


def explain_no_repair(ending: Outcome) -> Outcome:
    """Say that CI is red and could not be repaired, for what ended the repair."""
    text = f"CI is red, and I could not repair it. {ending.text}"
    return Outcome("draft", text, None, ending.kind, ending.next_step, detail=ending.detail)


def explain_no_more_changes(state: RunState) -> Outcome:
    """Say that the model saw the red CI and left the change as it is."""
    why = quote_sentence(state.finish_call.finish.summary)
    text = f"{name_model(state)} changed nothing more. {why}".strip()
    return Outcome("draft", text, None, "unfinished", TAKE_OVER)


def explain_hopeless(state: RunState, verdict: Verdict) -> Outcome | None:
    """Say why another fix would not help; None when it may."""
    if foreign := _explain_not_ours(state, verdict):
        return foreign
    if state.is_without_model:
        return Outcome("draft", "CI is red with it, and I asked no model.", next_step=MEND_IT)
    if verdict.reading.action == "human":
        return _explain_unreadable(state.attempts[-1], verdict)
    earlier = {attempt.verdict.fingerprint for attempt in state.attempts[:-1] if attempt.verdict}
    if verdict.fingerprint and verdict.fingerprint in earlier:
        text = "CI shows the same failure as before my last fix, so I stopped rather than guess."
        return Outcome("draft", text, None, "same failure", TAKE_OVER)
    if len(state.own_attempts) >= state.caps.attempts:
        return _explain_attempts(state)
    return None


def _explain_attempts(state: RunState) -> Outcome:
    attempts = count_noun(len(state.own_attempts), "attempt")
    text = f"CI is still red after {attempts}, the most that one run may make."
    cap = name_cap("GREENLIT_ATTEMPTS", state.caps.attempts, "attempts", state.config.attempts)
    return Outcome("draft", text, None, "attempts", f"{TAKE_OVER} {cap}")


def _explain_unreadable(attempt: Attempt, verdict: Verdict) -> Outcome:
    """Name the checks whose failure cannot be read, with all that they say and the way to more."""
    failures = verdict.reading.failures
    names = ", ".join(as_code_span(name) for name in list(verdict.jobs)[:MOST_NAMES])
    text = " ".join(map(_describe_failed_check, failures[:MOST_NAMES]))
    text = text or f"{names} failed and left nothing that I can read."
    return Outcome("draft", text, None, "unreadable", _advise_look(attempt))


def _describe_failed_check(failure: Failure) -> str:
    """Say how a check ended that told nothing of what broke; without a fingerprint it said nothing
    at all.
    """
    names = ", ".join(as_code_span(name) for name in failure.jobs[:MOST_NAMES])
    if not failure.fingerprint:
        return f"{names} {failure.error} and left nothing that I can read."
    return f"{names} failed and says no more than this: {quote_sentence(failure.error)}"


def _advise_look(attempt: Attempt) -> str:
    place = f"[at what it says]({attempt.url})" if attempt.url else "at it"
    return f"Please look {place}."


def _explain_infrastructure(attempt: Attempt, verdict: Verdict) -> Outcome:
    """Say that no edit repairs it; of checks that say nothing else, how they ended."""
    text = "CI failed for a reason outside the code, which I cannot repair."
    failures = verdict.reading.failures
    silent = [failure for failure in failures if failure.jobs and not failure.fingerprint]
    if verdict.reading.action == "rerun" or not silent:
        return Outcome("draft", text, None, "infrastructure", RUN_AGAIN)
    ends = [f"{', '.join(map(as_code_span, failure.jobs))} {failure.error}" for failure in silent]
    text = f"{'; '.join(ends)}. {text}"
    return Outcome("draft", text, None, "infrastructure", _advise_look(attempt))


def _explain_not_ours(state: RunState, verdict: Verdict) -> Outcome | None:
    """Say why it is not this change that CI is red for; None when it is."""
    branch = as_code_span(state.origin.branch)
    match verdict.kind:
        case "already red":
            text = f"{branch} was red in the same way before this change, and nothing new broke."
            command = "`/update`" if state.target else "`/retry`"
            next_step = f"Please repair {branch} first, then comment {command}."
            return Outcome("draft", text, None, "already red", next_step)
        case "infrastructure":
            return _explain_infrastructure(state.attempts[-1], verdict)
        case "set-up":
            text = f"CI failed while it set itself up: {verdict.why}."
            next_step = "Please look at it: this change did not touch it."
            return Outcome("draft", text, None, "set-up", next_step)
        case "flaky" if verdict.why:
            text = f"CI is flaky: {verdict.why}. I edit no code for that."
            next_step = "Please run the failed jobs again, or repair the test."
            return Outcome("draft", text, None, "flaky", next_step)
    return None
