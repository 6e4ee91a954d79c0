"""Say what a brief asks of people before anything is planned, or answer what they asked."""

from __future__ import annotations

from dataclasses import replace

from bot.text import defuse_markdown
from bot.values import Ambiguity, Brief, Outcome, RunState
from bot.views.brief_text import render_example
from bot.views.markdown_parts import join_parts

ANSWER_CHARS = 12_000
WHAT_IS_MISSING = (
    "What should be different: what somebody does, what happens now, and what should happen.",
    "Where: a command, a page, a file, a function or the text of an error.",
)


def explain_brief_questions(brief: Brief) -> Outcome:
    """Ask what would change the work; each question keeps its number until it is answered."""
    asked = brief.open_questions
    is_alone = len(asked) == 1
    count = "a question" if is_alone else f"{len(asked)} questions"
    text = f"I have {count} before I plan, because the answers change what I would do."
    if len(asked) < len(brief.questions):
        text = f"Thank you. {count.capitalize()} {'is' if is_alone else 'are'} still open."
    first = next(iter(asked))
    next_step = (
        f"Answer by the numbers, `/generate {first}: …`; or in your own words in a comment, and "
        "then comment `/generate`. `/generate go` takes the default wherever you gave no answer."
    )
    questions = tuple(_ask(number, ambiguity) for number, ambiguity in asked.items())
    return Outcome("asked", text, kind="brief", next_step=next_step, questions=questions)


def explain_vague(brief: Brief, *, on_pull: bool = False) -> Outcome:
    """Say what is missing before anything can be planned; the comment shows an example."""
    text = "I cannot plan this yet: I would have to guess what you want."
    if brief.missing == WHAT_IS_MISSING:
        text = "There is too little here for me to begin."
    place = "Say it" if on_pull else "Edit the issue, or say it"
    next_step = f"{place} in a comment; then comment `/generate`. Nothing was changed so far."
    return Outcome("asked", text, kind="vague", next_step=next_step, questions=brief.missing)


def render_for_thread(outcome: Outcome, brief: Brief) -> str:
    """Render what is asked, with how to answer, for the thread that asked."""
    example = render_example(brief.example, on_pull=True) if brief.example else ""
    questions = "\n".join(f"- {text}" for text in outcome.questions)
    return join_parts(outcome.text, questions, example, outcome.next_step)


def move_to_thread(outcome: Outcome) -> Outcome:
    """Say that the questions stand in the thread, and are answered there."""
    next_step = "Answer in that thread; how is said there."
    return replace(outcome, next_step=next_step)


def explain_question_answer(state: RunState) -> Outcome:
    """Give the answer to a question; nothing was changed for it."""
    summary = state.finish_call.finish.summary
    text = defuse_markdown(summary, ANSWER_CHARS)
    next_step = "I changed nothing. To have something changed, comment `/generate` with what."
    return Outcome("unchanged", text, kind="answered", next_step=next_step)


def _ask(number: int, ambiguity: Ambiguity) -> str:
    # A line's end is kept in a comment.
    return f"{number}: {ambiguity.question.strip()}\nDefault: {ambiguity.default.strip()}"
