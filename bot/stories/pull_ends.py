"""Say how the work on a pull request ended, and what people can do next."""

from __future__ import annotations

from dataclasses import replace

from bot.steps.find_pull_change import CLOSED, GONE, LOCKED, MERGED
from bot.stories.ends import (
    explain_stop,
    explain_stop_command,
    name_actor,
    quote_sentence,
)
from bot.text import as_code_span, call_account
from bot.values import Outcome, RunState
from bot.views.end_comment import link_branch
from bot.views.thread_answer import render_answer_count

MORE = "To have more changed, comment `/generate` with what to change."
REVIEW = f"Please review it. {MORE}"
NO_CI = "No CI runs here for pull requests, so nothing has run these changes."
BEGIN_ANEW = "To have me begin anew on what stands there now, comment `/retry`."
NEXT_STEPS = {  # by what became of the pull request
    GONE: "",
    MERGED: "For what comes next, ask on an issue.",
    CLOSED: "To have me go on, reopen it, then comment `/retry`.",
    LOCKED: "To have me go on, unlock it, then comment `/retry`.",
}


def explain_green_pull(state: RunState) -> Outcome:
    """Say that CI is green with what was pushed."""
    if not state.has_pushed:
        return explain_untouched(state, "CI is green.")
    is_plain_merge = state.merge is not None and not state.patch.files
    next_step = "" if is_plain_merge else REVIEW  # both sides were reviewed where they came from
    return Outcome("changed", "CI is green.", state.opened.number, next_step=next_step)


def explain_unchecked_pull(state: RunState) -> Outcome:
    """Say that there is no CI that could have run what was pushed."""
    if not state.has_pushed:
        return explain_untouched(state, NO_CI)
    next_step = f"Please try it yourself, then review it. {MORE}"
    return Outcome("changed", NO_CI, state.opened.number, "no CI", next_step)


def explain_untouched(state: RunState, ci: str) -> Outcome:
    """Say that nothing was changed; `ci` is what CI says."""
    next_step = "To have something changed, comment `/generate` with what to change."
    text = f"I changed nothing. {ci}"
    return Outcome("unchanged", text, state.opened.number, next_step=next_step)


def explain_answered(state: RunState) -> Outcome:
    """Say that threads were answered with words alone."""
    text = render_answer_count(state.answers) or "I changed nothing."
    return Outcome("unchanged", text, state.opened.number)


def explain_no_threads(state: RunState) -> Outcome:
    """Say that what a review asked for was taken back or answered meanwhile."""
    text = "I stopped, because no thread of this pull request waits for an answer any more."
    return Outcome("stopped", text, state.opened.number)


def explain_red_pull(state: RunState, outcome: Outcome) -> Outcome:
    """Say why CI is not green in the end; the pull request stays as it is."""
    return replace(outcome, state="red", pull=state.opened.number)


def explain_moved_pull(why: str, by: str, asker: str) -> Outcome:
    """Say what became of the pull request meanwhile; `why` is a clause."""
    stopped = explain_stop(f"{why}{name_actor(by, asker)}")
    return replace(stopped, next_step=NEXT_STEPS.get(why, BEGIN_ANEW))


def explain_command(asker: str, by: str) -> Outcome:
    """Say who said `/stop`."""
    next_step = "To have me go on, comment `/retry`."
    return replace(explain_stop_command(asker, by), next_step=next_step)


def explain_moved_branch(state: RunState, by: str = "") -> Outcome:
    """Say that somebody pushed to the branch while the bot waited for CI: theirs comes first."""
    person = call_account(by) if by else "somebody"
    if by == state.request.asker:
        person = "you"
    text = f"I stopped, because {person} pushed to {link_branch(state)} meanwhile."
    return Outcome("stopped", text, None, "taken branch", BEGIN_ANEW)


def explain_conflict(state: RunState, why: str) -> Outcome:
    """Say why a change that was not pushed yet does not fit onto what others pushed meanwhile."""
    branch = as_code_span(state.own_branch)
    text = f"I stopped, because somebody pushed to {branch} while I was writing, and {why}."
    return Outcome("stopped", text, None, "taken branch", BEGIN_ANEW)


def explain_refused_again(state: RunState, words: str) -> Outcome:
    """Say that the checks refuse the change on top of what others pushed meanwhile."""
    why = quote_sentence(words).removesuffix(".")
    return explain_conflict(state, f"my checks refuse my change on the new commits: {why}")
