"""Say how the making of a project ended, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.text import as_code_span
from bot.text.amounts import count_noun
from bot.values import Finding, Making, Outcome, RunState, Trial, TriedStep

GO_ON = "What was made stays. Say more in docs/spec.md, or wish for less at a time."

AGAIN = "Begun again, it may take as much once more."
CAPS = ("budget", "turns", "minutes")


def explain_given_up(state: RunState, outcome: Outcome) -> Outcome:
    """Say what a person can do where no issue is, with a run that the model did not end."""
    if outcome.kind == "declined" and state.project_made.specification is None:
        text = f"{outcome.text} If the wish can be read as asking for harm, word it otherwise."
        return replace(outcome, state="refused", text=text, next_step="")
    if outcome.kind in CAPS:
        return replace(outcome, next_step=AGAIN)
    return outcome if outcome.next_step == GO_ON else replace(outcome, next_step="")


def explain_declined(making: Making) -> Outcome:
    """Give the model's reason."""
    return Outcome("refused", making.declined, kind="declined")


def explain_waiting(path: str) -> Outcome:
    """Say where the specification waits to be approved."""
    text = f"The specification is written and waits for your approval: read {path}."
    return Outcome("asked", text, kind="not approved")


def explain_stopped() -> Outcome:
    """Say that the person does not want it."""
    return Outcome("stopped", "The specification was not approved, so nothing is made.")


def explain_unplanned(rounds: int) -> Outcome:
    """Say that no consistent plan came."""
    text = f"No consistent plan of the files came in {count_noun(rounds, 'turn')} of the model."
    return Outcome("gave up", text, kind="gates", next_step=GO_ON)


def explain_no_progress(blocking: Sequence[Finding], missing: Sequence[str]) -> Outcome:
    """Say which file the model did not get right."""
    if blocking:
        first = blocking[0]
        text = f"{as_code_span(first.path)} is not right yet: {first.text}"
    else:
        text = f"{as_code_span(missing[0])} was asked for again and again, and did not come."
    return Outcome("gave up", text, kind="gates", next_step=GO_ON)


def explain_trials(failed: TriedStep, trials: int) -> Outcome:
    """Say what still fails."""
    text = f"It was tried {count_noun(trials, 'time')} and does not work yet. {failed.line}"
    return Outcome("gave up", text, kind="same failure", next_step=GO_ON)


def explain_untried(state: RunState, trial: Trial) -> Outcome:
    """Say that it was written, and why it was not run."""
    files = count_noun(len(state.patch.files), "file")
    text = f"{files} fit together, and nothing of it was run. {trial.obstacle}"
    return Outcome("done", text, kind="infrastructure")


def explain_made(state: RunState, trial: Trial) -> Outcome:
    """Say that it works, and what shows it."""
    files = count_noun(len(state.patch.files), "file")
    names = ", ".join(tried.name for tried in trial.steps)
    return Outcome("done", f"{files} are written, and every step passed: {names}.")
