"""Render what the bot says in the threads of a review, and of all of them in one line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import count_noun, defuse_inline, defuse_markdown
from bot.values import RunKey, RunState, ThreadAnswer
from bot.views.markdown_parts import join_parts

TEXT_CHARS = 4_000
QUOTED_CHARS = 200
SHA_CHARS = 7
NOT_GREEN = "CI is not green on it, so this thread stays open."
SUGGESTED = "I cannot push to a fork, so the change stands in my review."
CI_NOTES = {  # what is said of the commit, by what CI said of it
    "green": "",
    "running": "CI has not judged it yet, so this thread stays open.",
    "unchecked": "No CI has run it, so this thread stays open.",
}
COUNTED = {  # how threads were answered, in the order in which it is told
    "done": "with a change",
    "applied": "by applying the suggestion",
    "declined": "without a change",
    "asked": "with a question",
}


def render_thread_answer(answer: ThreadAnswer, pull_url: str, ci: str) -> str:
    """Render an answer for its thread: the words, the commit that does it, and what CI says: the
    state of the newest attempt.
    """
    text = defuse_markdown(answer.text, TEXT_CHARS)
    if answer.kind not in ("done", "applied"):
        return text
    if answer.sha is None:
        return join_parts(text, SUGGESTED)
    verb = "Applied" if answer.kind == "applied" else "Done"
    commit = f"[{answer.sha[:SHA_CHARS]}]({pull_url}/commits/{answer.sha})"
    return join_parts(text, f"{verb} in {commit}.", CI_NOTES.get(ci, NOT_GREEN))


def render_answer_count(answers: Sequence[ThreadAnswer]) -> str:
    """Say how many threads were answered, and how; empty without any."""
    if not answers:
        return ""
    threads = count_noun(len(answers), "thread")
    kinds = [answer.kind for answer in answers]
    used = [kind for kind in COUNTED if kind in kinds]
    if len(used) == 1:
        return f"I answered {threads} {COUNTED[used[0]]}."
    *first, last = [f"{kinds.count(kind)} {COUNTED[kind]}" for kind in used]
    return f"I answered {threads}: {', '.join(first)} and {last}."


def make_review_mark(thread: str) -> str:
    """Make the hidden mark of a comment that answers a review's own text."""
    return f"<!-- greenlit:{thread} -->"


def make_review_answers_marker(key: RunKey) -> str:
    """Make the hidden marker of a run's comment with nothing but answers to reviews."""
    return f"greenlit:reviews:{key}"


def render_review_answers(state: RunState) -> str:
    """Render the answers to what reviews say of the whole: they have no thread to stand in.

    Hidden marks tell later runs which reviews were answered.
    """
    answers = {answer.thread: answer for answer in state.answers if answer.is_posted}
    parts = []
    for thread in state.open_threads:
        if not thread.path and thread.id in answers:
            text = defuse_markdown(answers[thread.id].text, TEXT_CHARS)
            words = defuse_inline(thread.comments[-1].body, QUOTED_CHARS)
            parts.append(f"> {words}\n\n{text}{make_review_mark(thread.id)}")
    return join_parts(*parts)
