"""Say why what a command asked for on demand was not done, and what can be done about it."""

from __future__ import annotations

from bot.refactor import RefactoredCode
from bot.stories.ends import advise_gate, quote_sentence
from bot.text import as_code_span
from bot.values import Finding, NamedCode, Outcome
from bot.views.refactoring_words import render_obstacle, render_unproven

OTHER_NAME = "Comment `/refactor` again with other words; `/help` shows how it is written."


def explain_no_refactoring(code: RefactoredCode) -> Outcome:
    """Say why nothing was changed, and what can be done about it."""
    if code.obstacle:
        return Outcome("refused", render_obstacle(code), next_step=OTHER_NAME)
    text = f"/refactor {code.command.words} --partial"
    next_step = (
        f"To have all other places changed and these left, comment {as_code_span(text)}. Or change "
        "these by hand first, then comment `/retry`."
    )
    return Outcome("refused", render_unproven(code), next_step=next_step)


def explain_no_code(named: NamedCode) -> Outcome:
    """Say why it is not known which code a command means."""
    next_step = "Comment again with another name; `/help` shows how it is written."
    return Outcome("refused", f"I changed nothing. {named.obstacle}", next_step=next_step)


def explain_refused_refactoring(finding: Finding) -> Outcome:
    """Say which check refused what the refactoring changed."""
    where = f" for {as_code_span(finding.place)}" if finding.place else ""
    text = f"My checks refused the refactoring{where}: {quote_sentence(finding.text)}"
    return Outcome("refused", text, None, "gates", advise_gate(finding.gate))
