"""Keep the answers to the threads of a review, and know which have none yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tree_reader import ToolRefusal
from bot.values import ReviewThread, ThreadAnswer
from bot.values.reviews import AnswerKind

ThreadNumber = Annotated[
    int, Field(ge=1, description="The number of the thread, as `read_request` gives it.")
]


def record_answer(session: ToolSession, number: int, kind: AnswerKind, text: str) -> str:
    """Keep an answer to the thread with this number, and say which threads have none yet.

    Raises ToolRefusal when there is no such thread, or the text says nothing.
    """
    thread = _find_thread(session.context.open_threads, number)
    if not text.strip():
        raise ToolRefusal("The answer says nothing: give it a text.")
    answer = ThreadAnswer(thread.id, kind, text.strip())
    applied = _find_applied(session, thread)
    if applied is not None and kind == "done":
        answer = replace(applied, text=answer.text, is_partial=False)
    session.answers[thread.id] = answer
    unanswered = list_unanswered(session)
    if not unanswered:
        return "Noted. Every thread has an answer now."
    return f"Noted. Not answered yet: {name_threads(unanswered)}."


def explain_missing_answers(session: ToolSession) -> str:
    """Say why the work cannot be handed in as the threads stand; empty when it can."""
    unanswered = list_unanswered(session)
    if unanswered:
        return (
            f"Not answered yet: {name_threads(unanswered)}. "
            "Answer each with `answer_thread` or `ask_thread`, then call finish."
        )
    done = [number for number, answer in _list_answers(session) if answer.kind == "done"]
    if done and not session.patch.files:
        return (
            f"No file is changed, but `done` is true for {name_threads(done)}. "
            "Make the edits, or answer again with `done` false."
        )
    return ""


def list_unanswered(session: ToolSession) -> list[int]:
    """List the numbers of the threads that have no answer."""
    answers = _list_answers(session)
    answered = {number for number, answer in answers if not answer.is_partial}
    numbers = range(1, len(session.context.open_threads) + 1)
    return [number for number in numbers if number not in answered]


def choose_unanswered(session: ToolSession) -> dict[int, ReviewThread]:
    """Choose the threads that have no answer, with their numbers."""
    numbered = number_threads(session.context.open_threads)
    return {number: numbered[number] for number in list_unanswered(session)}


def number_threads(threads: Sequence[ReviewThread]) -> dict[int, ReviewThread]:
    """Number the threads as the model knows them."""
    return dict(enumerate(threads, 1))


def name_threads(numbers: Sequence[int]) -> str:
    """Name threads by their numbers: "thread 2", "threads 2 and 3"."""
    if len(numbers) == 1:
        return f"thread {numbers[0]}"
    *first, last = map(str, numbers)
    return f"threads {', '.join(first)} and {last}"


def _list_answers(session: ToolSession) -> list[tuple[int, ThreadAnswer]]:
    """List the answers so far, each with the number of its thread."""
    earlier = {answer.thread: answer for answer in session.context.answers}
    answers = {**earlier, **session.answers}
    numbered = enumerate(session.context.open_threads, 1)
    return [(number, answers[thread.id]) for number, thread in numbered if thread.id in answers]


def _find_applied(session: ToolSession, thread: ReviewThread) -> ThreadAnswer | None:
    """Find the answer that a suggestion in the thread was applied, before the model was asked."""
    answers = (answer for answer in session.context.answers if answer.thread == thread.id)
    return next((answer for answer in answers if answer.kind == "applied"), None)


def _find_thread(threads: Sequence[ReviewThread], number: int) -> ReviewThread:
    if number <= len(threads):
        return threads[number - 1]
    if not threads:
        raise ToolRefusal("This job has no threads to answer.")
    raise ToolRefusal(f"There is no thread {number}: there are threads 1 to {len(threads)}.")
