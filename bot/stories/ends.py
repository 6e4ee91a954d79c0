"""Say of each end of a run what is true, and what people can do next.

Advice names the setting where one decided, and asks for more words only where words can help. What
an error says of itself goes into the outcome's `detail`, which no comment shows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.ports import BadAnswer, Refusal, Unreachable
from bot.run import RunFault
from bot.text import as_code_span, call_account, count_noun, defuse_inline, render_usd
from bot.values import Finding, Outcome, RunState, Turn
from bot.views.end_comment import link_branch, link_pull
from bot.views.pull_body import UNCHECKED, describe_merge
from bot.views.step_names import describe_doing

CHANGE_MORE = "To have it changed, comment `/generate` on this issue with what to change."
BEGIN_ANEW = "To have me begin anew on a branch of my own, comment `/retry`."
RETRY = "Comment `/retry` to try again."
IN_THE_LOG = "If it breaks again, whoever runs me finds the reason in my log."
RETRY_THEN = "Then comment `/retry`."
FILE = "`.github/greenlit.yml`"
LIMIT_CHARS = 300  # of the words of others that a sentence quotes
MOST_PATHS = 5
# A repository may let these advise.
ADVISABLE = ("lint", "style", "tests", "unfinished", "licence", "copied", "packages")


def explain_green(state: RunState) -> Outcome:
    """Say that CI is green."""
    ready = " and mark it ready" if state.opened.draft else ""
    next_step = f"Please review it{ready}. {describe_merge(state)} {CHANGE_MORE}"
    return Outcome("opened", "CI is green.", state.opened.number, next_step=next_step)


def explain_unchecked(state: RunState) -> Outcome:
    """Say that there is no CI that could have run the change."""
    next_step = f"Please try it yourself, then review it. {describe_merge(state)} {CHANGE_MORE}"
    return Outcome("opened", UNCHECKED, kind="no CI", next_step=next_step)


def explain_stop(why: str) -> Outcome:
    """Say why the work is not wanted any more; `why` is a clause: "the issue was closed"."""
    next_step = "To have me go on, comment `/retry` on the open issue."
    return Outcome("stopped", f"I stopped, because {why}.", next_step=next_step)


def explain_stop_command(asker: str, by: str) -> Outcome:
    """Say who said `/stop`."""
    if by == asker:
        next_step = "To have me go on, comment `/retry`."
        return Outcome("stopped", "I stopped, as you asked.", next_step=next_step)
    return explain_stop(f"@{by} commented `/stop`")


def explain_lost_access() -> Outcome:
    """Say that whoever asked lost the right to."""
    text = "I stopped, because you may not write to this repository any more."
    next_step = "Somebody with write access can have me go on: comment `/retry`."
    return Outcome("stopped", text, next_step=next_step)


def explain_taken_branch(state: RunState, by: str = "", *, is_deleted: bool = False) -> Outcome:
    """Say that somebody pushed to the run's branch, so that it is theirs, or deleted it."""
    branch = link_branch(state)
    person = call_account(by) if by else "somebody"
    if is_deleted:
        person = "you" if by == state.request.asker else person
        text = f"I stopped, because {person} deleted my branch {as_code_span(state.own_branch)}."
        return Outcome("stopped", text, None, "taken branch", BEGIN_ANEW)
    text = f"I stopped, because {person} changed my branch {branch}."
    if by == state.request.asker:
        text = f"I stopped, because you changed my branch {branch}: it is yours now."
    return Outcome("stopped", text, None, "taken branch", BEGIN_ANEW)


def explain_closed_pull(asker: str, by: str = "") -> Outcome:
    """Say that the pull request was closed before CI was green."""
    return explain_stop(f"my pull request was closed{name_actor(by, asker)}")


def name_actor(by: str, asker: str) -> str:
    """Name who did it, behind a clause that says what; whoever asked knows what they did."""
    return f" by {call_account(by)}" if by and by != asker else ""


def explain_questions(questions: tuple[str, ...]) -> Outcome:
    """Ask what must be known before anything is written."""
    count = "a question" if len(questions) == 1 else f"{len(questions)} questions"
    next_step = "Please answer in a comment, then comment `/generate`."
    return Outcome(
        "asked", f"I have {count} before I write.", next_step=next_step, questions=questions
    )


def explain_unchanged(state: RunState) -> Outcome:
    """Say that the model found nothing to change, why, and where it looked."""
    why = quote_sentence(state.finish_call.finish.summary)
    text = f"I found nothing to change. {why}".strip()
    if paths := _list_read_paths(state):
        text = f"{text} I looked at {', '.join(paths)}."
    next_step = "If I missed something, comment `/generate` with what it is."
    return Outcome("unchanged", text, next_step=next_step)


def explain_untouched_pull(state: RunState, ci: str) -> Outcome:
    """Say that an open pull request is as it was; `ci` is what its CI says."""
    why = "Nothing new was asked for."
    if state.turns:
        why = quote_sentence(state.finish_call.finish.summary)
    text = f"I changed nothing in the pull request {link_pull(state, state.opened)}. {why} {ci}"
    next_step = "To have it changed, comment `/generate` with what to change."
    return Outcome("unchanged", text.rstrip(), state.opened.number, next_step=next_step)


def explain_budget(state: RunState) -> Outcome:
    """Name the budget, what of it is spent, and who may raise it."""
    budget = f"budget of {render_usd(state.caps.usd)} for one run"
    text = f"The {budget} is too small for even one turn of the model."
    if state.usage.usd:
        spent = render_usd(state.usage.usd)
        text = f"I reached the {budget}: {spent} is spent, and the next turn could pass it."
    cap = name_cap("GREENLIT_USD_PER_RUN", state.caps.usd, "budget_usd", state.config.budget_usd)
    return Outcome("gave up", text, kind="budget", next_step=f"{cap} {_advise_raise(state)}")


def explain_turns(state: RunState) -> Outcome:
    """Name the cap of turns."""
    turns = count_noun(state.caps.turns, "turn")
    text = f"I reached the limit of {turns} of the model for one run."
    cap = name_cap("GREENLIT_TURNS_PER_RUN", state.caps.turns, "", None)
    return Outcome("gave up", text, kind="turns", next_step=f"{cap} {_advise_raise(state)}")


def explain_minutes(state: RunState) -> Outcome:
    """Name the cap of minutes."""
    minutes = count_noun(state.caps.minutes, "minute")
    text = f"I reached the limit of {minutes} of work for one run."
    cap = name_cap("GREENLIT_MINUTES_PER_RUN", state.caps.minutes, "minutes", state.config.minutes)
    return Outcome("gave up", text, kind="minutes", next_step=f"{cap} {_advise_raise(state)}")


def explain_model_stop(state: RunState, turn: Turn) -> Outcome:
    """Say why the model's turn was the last one."""
    model = name_model(state)
    match turn.stop:
        case "budget":
            return explain_budget(state)
        case "refused":
            text = f"{model} declined the request."
            next_step = (
                "I cannot overrule that. If the request can be read as asking for something "
                "harmful, word it otherwise, then comment `/generate`."
            )
            return Outcome("gave up", text, None, "declined", next_step, detail=turn.why)
        case "context":
            text = f"The conversation grew longer than {model} can read."
            next_step = "Please ask for less at a time."
            return Outcome("gave up", text, None, "context", next_step)
        case "length":
            text = f"{model}'s answer was cut off twice, because it was too long."
            next_step = "Please ask for less at a time."
            return Outcome("gave up", text, None, "length", next_step)
        case "end":
            text = f"{model} stopped halfway, although it was told to go on."
            return Outcome("gave up", text, None, "unfinished", RETRY)
        case _:
            text = f"{model}'s answers broke off again and again."
            next_step = "Comment `/retry` in a while."
            return Outcome("gave up", text, None, "unreachable", next_step, detail=turn.why)


def explain_loop(state: RunState, tool: str) -> Outcome:
    """Say that the model made the same call over and over."""
    text = f"{name_model(state)} went in circles: it called {as_code_span(tool)} over and over."
    next_step = (
        "Comment `/retry` to try again, "
        "or `/generate` with the names of the files that must change, which helps most."
    )
    return Outcome("gave up", text, None, "loop", next_step)


def explain_gates(finding: Finding, rounds: int) -> Outcome:
    """Say which check refused the change again and again, and how it is lifted."""
    where = f" for {as_code_span(finding.place)}" if finding.place else ""
    words = quote_sentence(finding.text)
    text = f"My checks refused the change {rounds} times, at last{where}: {words}"
    return Outcome("gave up", text, None, "gates", advise_gate(finding.gate))


def explain_refusal(refusal: Refusal) -> Outcome:
    """Pass on why it cannot be done: a refusal's text is written for people."""
    next_step = "When that is settled, comment `/retry`."
    return Outcome("refused", str(refusal), next_step=next_step, detail=refusal.detail)


def explain_unreachable(gone: Unreachable) -> Outcome:
    """Say which service did not answer, and since when."""
    service = gone.service or "Something that I need"
    if isinstance(gone, BadAnswer):
        text = f"I do not understand what {service} answers, however often I ask."
        advice = f"Comment `/retry` in a while. {IN_THE_LOG}"
        whole = f"{text} {quote_sentence(str(gone))}"
        return Outcome("gave up", whole, None, "unreachable", advice, detail=str(gone))
    text = f"{service} has not answered{_since(gone.since)}, however often I tried."
    next_step = "Comment `/retry` when it answers again."
    return Outcome("gave up", text, None, "unreachable", next_step, detail=str(gone))


def explain_fault(fault: RunFault) -> Outcome:
    """Say in a word what broke."""
    match fault.kind:
        case "refused":
            return explain_refusal(Refusal(fault.text, fault.detail))
        case "gone":
            kind = BadAnswer if fault.most_tries else Unreachable
            return explain_unreachable(kind(fault.text, fault.service, fault.since))
    doing = describe_doing(fault.step)
    place = f"while I was {doing}" if doing else "in the engine that I run on"
    text = f"Something broke {place}. That is a fault of mine, not of what you asked."
    next_step = f"{RETRY} {IN_THE_LOG}"
    return Outcome("failed", text, None, "broke", next_step, detail=fault.text)


def explain_broken_command(fault: RunFault) -> Outcome:
    """Say that a command was not done."""
    next_step = f"Please ask again in a while. {IN_THE_LOG}"
    return replace(explain_fault(fault), next_step=next_step)


def name_cap(setting: str, value: float, key: str, asked: float | None) -> str:
    """Name the setting that decided, what it is, and who may raise it."""
    if asked is not None and asked <= value:
        return (
            f"The limit is `{key}: {value:g}` in {FILE}: "
            "whoever maintains the repository can raise it."
        )
    return f"The limit is `{setting}={value:g}`: whoever runs me can raise it."


def _advise_raise(state: RunState) -> str:
    """Say what to do once a limit is raised. Of a merge nobody can ask for less."""
    advice = "After that, comment `/retry`."
    return advice if state.merge else f"{advice} Or ask for less at a time."


def advise_gate(gate: str) -> str:
    """Say what lets through what a gate refused."""
    if gate == "policy":
        return f"If I may change that path, list it under `allow` in {FILE}. {RETRY_THEN}"
    if gate == "size":
        return f"Please ask for less at a time, or raise `max_files` or `max_lines` in {FILE}."
    if gate in ADVISABLE:
        return (
            f"If this shall only be a remark, add `{gate}` under `advise` in {FILE}. {RETRY_THEN}"
        )
    if gate == "outbound":
        return (
            "If the change needs this, comment `/generate` and say so: I name it in my plan then, "
            "and show it before I push."
        )
    return "Comment `/retry` to try again, or `/generate` with how to do it otherwise."


def _list_read_paths(state: RunState) -> list[str]:
    """List the files that the model read, else those that it was shown first."""
    turns = [entry for entry in state.conversation if isinstance(entry, Turn)]
    calls = [call for turn in turns for call in turn.calls if call.name == "read_file"]
    paths = [str(call.input["path"]) for call in calls if call.input.get("path")]
    unique = list(dict.fromkeys(paths or [hit.path for hit in state.retrieval.files]))
    return [as_code_span(path) for path in unique[:MOST_PATHS]]


def name_model(state: RunState) -> str:
    """Name the model as people know it."""
    return state.start.model if state.start else "The model"


def _since(epoch_s: float) -> str:
    if not epoch_s:
        return ""
    return datetime.fromtimestamp(epoch_s, UTC).strftime(" since %H:%M UTC")


def quote_sentence(words: str) -> str:
    """Quote the beginning of what others say, with one full stop at its end."""
    text = defuse_inline(words, LIMIT_CHARS)
    if text.endswith("..."):
        return f"{text[:-3].rstrip()} (…)."
    return f"{text.rstrip('. ')}." if text else ""
